"""Corrections and new evidence as the service takes them, and the eligibility it shows."""

from typing import Any

import pytest

from services.intake.application import queries
from shared.contracts import session_record, site
from tests.kit.clinical.said import (
    DECIDED,
    PATIENT,
    POLICY,
    TWO_FAILED,
    a_drug,
    findings,
    on_day,
    phq_9,
)
from tests.kit.intake import (
    Intake,
    everything_on_file,
    grant,
    heard,
    medication_list,
    posted,
    referral,
)
from tests.kit.people import VAULT


@pytest.fixture
def intake() -> Intake:
    return Intake()


@pytest.fixture
def cleared(intake: Intake) -> Intake:
    intake.take(*everything_on_file(), posted(grant(), DECIDED))
    return intake


def test_an_amendment_waits_for_what_it_amends_and_is_taken_up_then(intake: Intake) -> None:
    first = posted(site.ScreeningAnswered("phq-9", phq_9(20)), event_id="first")
    again = posted(site.ScreeningAnswered("phq-9", phq_9(12), amends="first"), on_day(1))

    intake.take(posted(referral()))
    assert intake.take(again)[0].verdict == "deferred"
    intake.take(first)
    assert intake.resume(again).verdict == "accepted"

    (before, told), (_, corrected) = intake.said()[-2:]
    assert before == "intake.patient.screened.v1"
    assert corrected["total"] == 12
    assert corrected["supersedes"] == told["screening_id"]


def test_a_retraction_waits_too_and_what_is_never_heard_of_stays_waiting(intake: Intake) -> None:
    retract = posted(site.EntryRetracted("first", "wrong-patient", "nurse-1"), on_day(1))
    first = posted(site.ScreeningAnswered("phq-9", phq_9(20)), event_id="first")

    intake.take(posted(referral()))
    assert intake.take(retract)[0].verdict == "deferred"
    assert intake.resume(retract).verdict == "deferred"
    intake.take(first)
    assert intake.resume(retract).verdict == "accepted"
    assert intake.types()[-1] == "screening-retracted.v1"


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (site.ScreeningAnswered("phq-9", phq_9(12), amends="self"), "/data/amends"),
        (site.EntryRetracted("self", "wrong-patient", "nurse-1"), "/data/retracts"),
    ],
)
def test_an_event_that_corrects_itself_is_invalid(intake: Intake, data: Any, path: str) -> None:
    _, wrong = intake.take(posted(referral()), posted(data, event_id="self"))

    assert (wrong.verdict, wrong.path) == ("invalid", path)


def test_a_corrected_answer_is_told_and_ends_the_clearance_that_rested_on_it(
    intake: Intake,
) -> None:
    steps = (
        posted(site.ScreeningAnswered("phq-9", phq_9(18), amends="event-phq-9"), on_day(4)),
        posted(site.ScreeningAnswered("phq-9", phq_9(5), amends="event-phq-9"), on_day(5)),
    )
    phq = posted(site.ScreeningAnswered("phq-9", phq_9(20)), on_day(1), "event-phq-9")
    intake.take(*everything_on_file(), phq, posted(grant(), DECIDED), *steps)

    assert intake.types()[-4:] == [
        "screened.v1",
        "screened.v1",
        "clearance-revoked.v1",
        "eligibility-assessed.v1",
    ]


def test_a_retracted_entry_ends_the_clearance_that_rested_on_it(intake: Intake) -> None:
    told = list(everything_on_file())
    history = posted(site.TreatmentHistoryTaken(TWO_FAILED), event_id="history")
    told[4] = history
    retract = posted(site.EntryRetracted("history", "wrong-patient", "nurse-1"), on_day(5))
    intake.take(*told, posted(grant(), DECIDED), retract)

    assert intake.types()[-2:] == ["clearance-revoked.v1", "eligibility-assessed.v1"]


def test_the_diagnosis_made_here_counts_and_its_correction_ends_what_rested_on_it(
    cleared: Intake,
) -> None:
    made = site.DiagnosisMade("F33.1", "psychiatrist-1")
    other = site.DiagnosisMade("F20.0", "psychiatrist-1", amends="made")

    cleared.take(posted(made, on_day(4), "made"))
    assert cleared.patient().clearance
    cleared.take(posted(other, on_day(5)))

    assert cleared.patient().diagnosis == "F20.0"
    assert cleared.types()[-2:] == ["clearance-revoked.v1", "eligibility-assessed.v1"]


def test_a_nurse_makes_no_diagnosis(cleared: Intake) -> None:
    (refused,) = cleared.take(posted(site.DiagnosisMade("F33.1", "nurse-1"), on_day(4)))

    assert refused.code == "signer-role"


def test_only_a_licensed_prescriber_signs_a_checklist(cleared: Intake) -> None:
    by_nurse = site.ContraindicationsChecked(findings(), signer="nurse-1")
    by_prescriber = site.ContraindicationsChecked(findings(), signer="prescriber-1")

    refused, taken = cleared.take(posted(by_nurse, on_day(4)), posted(by_prescriber, on_day(5)))

    assert (refused.code, taken.verdict) == ("signer-role", "accepted")


def test_a_new_interaction_ends_the_clearance_and_the_others_are_told(cleared: Intake) -> None:
    cleared.take(posted(medication_list(a_drug("opium", "opioid")), on_day(5)))

    kind, data = cleared.said()[-1]
    assert kind == "intake.patient.clearance-revoked.v1"
    assert data["reasons"][0]["code"] == "takes-opium"


def test_a_dose_is_heard_and_begins_the_course(cleared: Intake) -> None:
    given = session_record.DoseAdministered("e-1", "course-1", 1, "iv", 35.0, 0.5, on_day(20))

    assert cleared.take(heard(given, on_day(20)))[0].verdict == "accepted"
    assert cleared.patient().status(on_day(40)) == "cleared"


def test_the_eligibility_view_says_why_and_what_is_missing(intake: Intake) -> None:
    first, *_ = everything_on_file()
    intake.take(first, posted(medication_list(a_drug("opium", "opioid"))))

    found = queries.eligibility(
        intake.reads, POLICY, VAULT, PATIENT, queries.Asked(on_day(1), "iv-6")
    )

    assert found
    view = found.aggregate
    assert (view.status, view.as_of, view.protocol) == ("on-hold", on_day(1), "iv-6")
    assert [each.code for each in view.reasons] == ["treatment-history-missing", "takes-opium"]
    assert {"phq-9-missing", "ecg-missing"} & {each.code for each in view.missing} == {
        "phq-9-missing"
    }
    assert {each.key for each in view.policy_values} >= {"pregnancy.max_age_d"}


def test_the_eligibility_view_shows_the_staging(cleared: Intake) -> None:
    found = queries.eligibility(cleared.reads, POLICY, VAULT, PATIENT, queries.Asked())

    assert found
    assert (found.aggregate.status, found.aggregate.missing) == ("eligible", ())
    assert found.aggregate.staging
    assert found.aggregate.staging.thase_rush == 2
