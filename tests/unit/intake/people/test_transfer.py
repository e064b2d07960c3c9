"""A patient goes to another clinic: same id, same person, same file, cleared anew by its own."""

import pytest

from services.intake.application import identities, queries
from services.intake.application.documents import PATIENTS
from shared.contracts import site
from shared.kernel.errors import Rejected
from shared.storage.journal import JOURNAL, records_of
from shared.storage.reads import Reads
from shared.storage.steps import Step
from tests.kit.clinical.said import (
    C_SSRS_HIGH,
    DECIDED,
    PATIENT,
    POLICY,
    on_day,
)
from tests.kit.intake import (
    Intake,
    everything_on_file,
    grant,
    posted,
    referral,
)
from tests.kit.people import VAULT

GIVING, TAKING, OTHER = "riverside", "harbor", "summit"
ESCORT = site.EscortIntroduced("contact-1", "Escort", "+1 555 0101", "friend")
OFFER = site.TransferOffered(TAKING, "patient-moves")
ACCEPT = site.TransferAccepted(GIVING)
WITHDRAW = site.TransferWithdrawn("patient-stays")


def at(clinic: str, data: object, day: int) -> Step:
    return posted(data, on_day(day), clinic=clinic)


@pytest.fixture
def intake() -> Intake:
    intake = Intake([GIVING, TAKING, OTHER])
    intake.take(*everything_on_file(), posted(ESCORT), posted(grant(), DECIDED))
    return intake


@pytest.fixture
def moved(intake: Intake) -> Intake:
    taken = intake.take(at(GIVING, OFFER, 4), at(TAKING, ACCEPT, 5))
    assert [each.verdict for each in taken] == ["accepted", "accepted"]
    return intake


def said_last(intake: Intake) -> list[tuple[str, str]]:
    """(clinic, type) of what the last accepted event said."""
    entries = intake.store.session().where(JOURNAL, {"verdict": "accepted"}, order="order")
    headers = [dict(record.headers) for record in records_of(entries[-1])]
    return [
        (each["ce_source"].decode().split("/")[2], each["ce_type"].decode()[len("intake.") :])
        for each in headers
    ]


def test_the_giving_clinics_clearance_ends_and_everybody_hears_where_the_patient_goes(
    intake: Intake,
) -> None:
    intake.take(at(GIVING, OFFER, 4))

    (_, revoked), (kind, transferred) = intake.said()[-2:]
    assert revoked["reasons"][0]["code"] == "transferred"
    assert (kind, transferred) == ("intake.patient.transferred.v1", {"to_clinic": TAKING})


def test_the_file_comes_with_the_patient(moved: Intake) -> None:
    before, after = moved.patient(), moved.patient(clinic=TAKING)

    assert after.screenings == before.screenings
    assert (after.checklists, after.histories) == (before.checklists, before.histories)
    assert after.consent == before.consent
    assert after.registered_at == before.registered_at
    assert (before.transferred_to, after.transferred_to) == (TAKING, "")


def test_the_receiving_clinic_hears_what_a_new_clinic_must(moved: Intake) -> None:
    assert said_last(moved) == [
        (TAKING, "patient.registered.v1"),
        (TAKING, "patient.screened.v1"),
        (TAKING, "patient.screened.v1"),
        *((TAKING, "patient.work-up-recorded.v1"),) * 6,
        (TAKING, "patient.vital-signs-recorded.v1"),
        (TAKING, "patient.consented.v1"),
        (TAKING, "patient.escort-named.v1"),
    ]


def test_the_identity_is_readable_at_the_receiving_clinic_as_the_same_person(
    moved: Intake,
) -> None:
    there = identities.identity(Reads(moved.store, TAKING), VAULT, PATIENT)
    here = identities.identity(Reads(moved.store, GIVING), VAULT, PATIENT)

    assert there
    assert here
    assert there.aggregate == here.aggregate
    assert there.aggregate.contacts[0].name == "Escort"


def test_the_receiving_clinics_own_prescriber_clears_anew(moved: Intake) -> None:
    assert moved.patient(clinic=TAKING).clearance is None

    moved.take(at(TAKING, grant(), 6))

    assert moved.patient(clinic=TAKING).clearance


def test_nothing_more_is_taken_at_the_clinic_that_gave_the_patient_over(moved: Intake) -> None:
    phq_9 = site.ScreeningAnswered("phq-9", (1,) * 9)
    refused = moved.take(
        at(GIVING, phq_9, 6), at(GIVING, grant(), 6), at(GIVING, ESCORT, 6), at(GIVING, OFFER, 6)
    )

    assert {each.code for each in refused} == {"transferred"}
    assert all(TAKING in each.reason for each in refused)


def test_a_safety_hold_goes_along(intake: Intake) -> None:
    high = site.ScreeningAnswered("c-ssrs-screener", C_SSRS_HIGH)
    intake.take(at(GIVING, high, 4), at(GIVING, OFFER, 4), at(TAKING, ACCEPT, 5))

    assert intake.patient(clinic=TAKING).hold
    assert said_last(intake)[-1] == (TAKING, "patient.safety-hold-raised.v1")


def test_accepting_before_the_offer_waits_for_it(intake: Intake) -> None:
    early = at(TAKING, ACCEPT, 5)

    assert intake.take(early)[0].verdict == "deferred"
    intake.take(at(GIVING, OFFER, 4))
    assert intake.resume(early).verdict == "accepted"


def test_an_offer_to_another_clinic_is_as_absent_as_none(intake: Intake) -> None:
    intake.take(at(GIVING, OFFER, 4))
    offered, never = (
        intake.take(posted(ACCEPT, on_day(5), patient=each, clinic=OTHER))[0]
        for each in (PATIENT, "nobody")
    )

    assert (offered.verdict, offered.code, offered.reason) == (
        never.verdict,
        never.code,
        never.reason,
    )
    assert offered.verdict == "deferred"
    assert Reads(intake.store, OTHER).get(PATIENTS, PATIENT) is None


def test_before_it_is_accepted_the_clinic_takes_its_patient_back(intake: Intake) -> None:
    intake.take(at(GIVING, OFFER, 4), at(GIVING, WITHDRAW, 5))

    assert said_last(intake)[0] == (GIVING, "patient.registered.v1")
    assert intake.take(at(GIVING, grant(), 6))[0].verdict == "accepted"
    assert intake.take(at(TAKING, ACCEPT, 6))[0].verdict == "deferred"


def test_after_it_was_accepted_nothing_can_be_withdrawn(moved: Intake) -> None:
    assert moved.take(at(GIVING, WITHDRAW, 6))[0].code == "not-offered"


def test_it_is_accepted_once(moved: Intake) -> None:
    assert moved.take(at(TAKING, ACCEPT, 6))[0].verdict == "deferred"


def test_a_patient_may_come_back_by_way_of_a_third_clinic(moved: Intake) -> None:
    verdicts = moved.take(
        at(TAKING, site.TransferOffered(OTHER, "patient-moves"), 6),
        at(OTHER, site.TransferAccepted(TAKING), 7),
        at(OTHER, site.TransferOffered(GIVING, "patient-moves"), 8),
        at(GIVING, site.TransferAccepted(OTHER), 9),
        at(GIVING, grant(), 10),
    )

    assert {each.verdict for each in verdicts} == {"accepted"}
    assert moved.patient().clearance


def test_a_patient_of_the_same_id_who_is_somebody_else_is_never_overwritten(
    intake: Intake,
) -> None:
    other = referral(given_name="Other", family_name="Other")
    intake.take(posted(other, clinic=TAKING), at(GIVING, OFFER, 4))

    [refused] = intake.take(at(TAKING, ACCEPT, 5))

    assert refused.code == "already-registered"


def test_a_forged_patient_of_the_same_id_does_not_come_back_instead(moved: Intake) -> None:
    forged = referral(given_name="Other", family_name="Other")
    verdicts = moved.take(
        posted(forged, clinic=OTHER),
        at(OTHER, site.TransferOffered(GIVING, "patient-moves"), 6),
        at(GIVING, site.TransferAccepted(OTHER), 7),
    )

    assert verdicts[-1].code == "already-registered"


def test_nobody_is_transferred_to_where_they_are(intake: Intake) -> None:
    [refused] = intake.take(at(GIVING, site.TransferOffered(GIVING, "mistake"), 4))

    assert refused.code == "same-clinic"


def test_whoever_is_alike_is_found_where_the_patient_is_now(moved: Intake) -> None:
    moved.take(posted(referral(), on_day(6), patient="new", clinic=OTHER))

    found = identities.duplicates(Reads(moved.store, OTHER), "new")

    assert found
    assert [each.clinic for each in found.aggregate.candidates] == [TAKING]


def test_an_erased_identity_is_erased_wherever_the_patient_went(moved: Intake) -> None:
    erase = site.IdentityErased("medical-director-1", "patient-request")
    moved.take(at(TAKING, erase, 6))

    for clinic in (GIVING, TAKING):
        with pytest.raises(Rejected, match="erased"):
            identities.identity(Reads(moved.store, clinic), VAULT, PATIENT)


def test_no_copy_of_the_file_stays_in_the_transfer(moved: Intake) -> None:
    [transfer] = moved.store.collections["transfers"].values()

    assert transfer["state"]["file"] is None


def test_the_old_clinic_still_reads_what_it_did(moved: Intake) -> None:
    assert queries.patient(moved.reads, POLICY, PATIENT)
