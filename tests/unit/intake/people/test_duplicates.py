"""SCH-9: whoever may be known already is decided about by a human, and has one course."""

from typing import Any

import pytest

from services.intake.application import identities
from shared.contracts import site
from shared.storage.reads import Reads
from shared.storage.steps import Verdict
from tests.kit.clinical.said import (
    DECIDED,
    POLICY,
    on_day,
)
from tests.kit.intake import (
    Intake,
    everything_on_file,
    file_of_a_patient,
    grant,
    posted,
    referral,
)
from tests.kit.people import VAULT

HERE, THERE = "riverside", "harbor"
SAME = {"given_name": "Given", "family_name": "Family"}


def same_person(candidate: str = "first", **what: Any) -> site.DuplicateDecided:
    usual = {"decision": "same-person", "decided_by": "coordinator-1", "reason": "papers-seen"}
    return site.DuplicateDecided(candidate, **(usual | what))


@pytest.fixture
def intake() -> Intake:
    """`first` of riverside and `second` of harbor, who are alike; all but the clearance on file."""
    intake = Intake([HERE, THERE])
    intake.take(*everything_on_file("first", HERE), *everything_on_file("second", THERE))
    return intake


def clear(intake: Intake, patient: str, clinic: str, day: int = 3) -> Verdict:
    return intake.take(posted(grant(), on_day(day), patient=patient, clinic=clinic))[0]


def decide(intake: Intake, decided: site.DuplicateDecided, day: int = 2) -> Verdict:
    return intake.take(posted(decided, on_day(day), patient="second", clinic=THERE))[0]


def reasons(intake: Intake, patient: str, clinic: str) -> list[str]:
    return [each.code for each in intake.patient(patient, clinic).decisions[-1].reasons]


def person_of(intake: Intake, patient: str, clinic: str) -> str:
    found = identities.identity(Reads(intake.store, clinic), VAULT, patient)
    assert found
    return found.aggregate.person_id


def test_whoever_is_alike_at_another_clinic_is_suspected_and_told(intake: Intake) -> None:
    found = identities.duplicates(Reads(intake.store, THERE), "second")

    assert found
    [candidate] = found.aggregate.candidates
    assert (candidate.clinic, candidate.patient_id) == (HERE, "first")
    assert set(candidate.matched) == {"family-and-birth-date", "full-name"}
    assert ("intake.patient.duplicate-suspected.v1", {"candidates": 1}) in intake.said()


def test_the_patient_on_file_is_left_alone(intake: Intake) -> None:
    found = identities.duplicates(intake.reads, "first")

    assert found
    assert found.aggregate.candidates == ()
    assert clear(intake, "first", HERE).verdict == "accepted"
    assert intake.patient("first", HERE).clearance


def test_nothing_of_the_candidates_identity_is_shown(intake: Intake) -> None:
    found = identities.duplicates(Reads(intake.store, THERE), "second")

    assert found
    assert not [each for each in ("Given", "Family", "1980") if each in repr(found.aggregate)]


def test_no_clearance_before_a_human_decided(intake: Intake) -> None:
    clear(intake, "second", THERE)

    assert reasons(intake, "second", THERE) == ["duplicate-undecided"]


def test_different_people_are_cleared_each_for_oneself(intake: Intake) -> None:
    decide(intake, same_person(decision="different-people"))
    clear(intake, "first", HERE)
    clear(intake, "second", THERE)

    assert intake.patient("first", HERE).clearance
    assert intake.patient("second", THERE).clearance
    assert person_of(intake, "first", HERE) != person_of(intake, "second", THERE)


def test_linked_patients_are_one_person_and_both_stay_readable(intake: Intake) -> None:
    decide(intake, same_person())

    assert person_of(intake, "first", HERE) == person_of(intake, "second", THERE)
    linked = [data for kind, data in intake.said() if kind == "intake.patient.linked.v1"]
    assert linked == [{"person_id": person_of(intake, "first", HERE)}]


def test_one_person_has_one_course_whoever_asks_second(intake: Intake) -> None:
    decide(intake, same_person())
    clear(intake, "second", THERE)
    clear(intake, "first", HERE, day=4)

    assert intake.patient("second", THERE).clearance
    assert intake.patient("first", HERE).clearance is None
    assert reasons(intake, "first", HERE) == ["course-elsewhere"]
    [reason] = intake.patient("first", HERE).decisions[-1].reasons
    assert THERE in reason.words


def test_a_running_clearance_may_be_renewed(intake: Intake) -> None:
    decide(intake, same_person())
    clear(intake, "second", THERE)
    clear(intake, "second", THERE, day=5)

    assert [each.outcome for each in intake.patient("second", THERE).decisions] == ["granted"] * 2


@pytest.mark.parametrize(
    "ending",
    [
        site.ClearanceRevoked("prescriber-1", "other"),
        site.ConsentWithdrawn("patient-request"),
        grant(decision="decline"),
        site.IdentityErased("medical-director-1", "patient-request"),
    ],
    ids=lambda each: each.type,
)
def test_when_the_course_ends_the_person_can_be_cleared_elsewhere(
    intake: Intake, ending: Any
) -> None:
    decide(intake, same_person())
    clear(intake, "second", THERE)
    intake.take(posted(ending, on_day(4), patient="second", clinic=THERE))

    verdict = clear(intake, "first", HERE, day=5)

    if isinstance(ending, site.IdentityErased):
        assert verdict.code == "erased", "one person: erased everywhere"
    else:
        assert intake.patient("first", HERE).clearance


def test_an_expired_clearance_bars_nobody(intake: Intake) -> None:
    decide(intake, same_person())
    clear(intake, "second", THERE)
    after = int(POLICY["clearance.max_age_course_d"]) + 4
    eve = on_day(after - 1)
    intake.take(
        *(posted(each, eve, patient="first") for each in file_of_a_patient(eve)),
        posted(grant(), on_day(after), patient="first"),
    )

    assert intake.patient("first", HERE).clearance


def test_linking_two_running_clearances_ends_the_one_that_is_decided_about(
    intake: Intake,
) -> None:
    decide(intake, same_person(decision="different-people"), day=1)
    clear(intake, "first", HERE)
    clear(intake, "second", THERE)
    decide(intake, same_person(), day=5)

    assert intake.patient("first", HERE).clearance
    assert intake.patient("second", THERE).clearance is None
    assert reasons(intake, "second", THERE) == ["course-elsewhere"]


def test_a_decision_is_about_a_suspected_patient(intake: Intake) -> None:
    assert decide(intake, same_person("nobody")).code == "not-a-candidate"


def test_a_link_is_decided_once_and_an_older_word_changes_nothing(intake: Intake) -> None:
    decide(intake, same_person(decision="different-people"), day=4)

    assert decide(intake, same_person(), day=3).code == "later-decision-stands"
    assert decide(intake, same_person(), day=5).verdict == "accepted"
    assert decide(intake, same_person(), day=6).code == "already-linked"


def test_whoever_joined_others_is_linked_from_the_other_side(intake: Intake) -> None:
    intake.take(*everything_on_file("third", THERE))
    third = {"patient": "third", "clinic": THERE}
    intake.take(posted(same_person("second"), on_day(2), **third))

    refused = intake.take(
        posted(same_person("first"), on_day(3), patient="second", clinic=THERE),
    )[0]

    assert refused.code == "linked-already"


def test_a_candidate_of_the_same_person_is_decided_with_it(intake: Intake) -> None:
    decide(intake, same_person())
    intake.take(*everything_on_file("third", THERE))
    intake.take(posted(same_person("first"), on_day(2), patient="third", clinic=THERE))

    found = identities.duplicates(Reads(intake.store, THERE), "third")

    assert found
    assert {each.decision for each in found.aggregate.candidates} == {"same-person"}
    assert found.aggregate.undecided == 0


def test_erasing_one_id_of_a_person_erases_all(intake: Intake) -> None:
    decide(intake, same_person())
    erase = site.IdentityErased("medical-director-1", "patient-request")
    intake.take(posted(erase, on_day(3), patient="first"))

    assert clear(intake, "second", THERE).code == "erased"


def test_no_erasure_while_the_person_is_treated_elsewhere(intake: Intake) -> None:
    decide(intake, same_person())
    clear(intake, "second", THERE)
    erase = site.IdentityErased("medical-director-1", "patient-request")

    [verdict] = intake.take(posted(erase, on_day(4), patient="first"))

    assert verdict.code == "course-elsewhere"


def test_two_who_are_alike_in_one_batch_are_found_too() -> None:
    intake = Intake([HERE])
    one, other = (posted(referral(**SAME), DECIDED, patient=each) for each in ("one", "other"))
    intake.runner.run([one, other])

    found = identities.duplicates(intake.reads, "other")

    assert found
    assert [each.patient_id for each in found.aggregate.candidates] == ["one"]
