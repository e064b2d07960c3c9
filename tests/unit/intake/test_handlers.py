"""The service as a whole on the memory store: posted and heard events, end states, records."""

from typing import Any

import pytest

from services.intake.application import identities, queries
from services.intake.application.documents import PATIENTS
from shared.contracts import outcomes, session_record, site
from shared.contracts.topics import INTAKE, POSTED, TOPIC_OF
from tests.kit.clinical.said import (
    C_SSRS_HIGH,
    DECIDED,
    PATIENT,
    POLICY,
    RESULTS,
    findings,
    on_day,
    phq_9,
)
from tests.kit.intake import (
    ROUTES,
    Intake,
    consent,
    everything_on_file,
    grant,
    heard,
    posted,
    referral,
)
from tests.kit.people import VAULT


def adverse(grade: int, serious: bool = False) -> session_record.AdverseEventRecorded:
    return session_record.AdverseEventRecorded(
        "encounter-1", "course-1", "hypertension", grade, serious, "resolved"
    )


def risk(level: Any = "high") -> outcomes.RiskRaised:
    return outcomes.RiskRaised("assessment-1", "c-ssrs-screener", "c-ssrs-high", level)


def lift(reason: str = "seen-face-to-face") -> site.HoldLifted:
    return site.HoldLifted("psychiatrist-1", reason)


@pytest.fixture
def intake() -> Intake:
    return Intake()


@pytest.fixture
def cleared(intake: Intake) -> Intake:
    intake.take(*everything_on_file(), posted(grant(), DECIDED))
    return intake


def test_intake_acts_on_every_posted_type_and_on_three_that_it_hears() -> None:
    mine = {contract.type for contract in POSTED[INTAKE]}

    assert set(ROUTES) - mine == {
        "session-record.encounter.adverse-event-recorded.v1",
        "session-record.encounter.dose-administered.v1",
        "outcomes.assessment.risk-raised.v1",
    }
    assert all(bool(route.roles) == (kind in mine) for kind, route in ROUTES.items())
    assert ROUTES["intake.hold.lifted.v1"].roles == {"psychiatrist"}
    assert ROUTES["intake.clearance.decided.v1"].roles == {
        "prescriber",
        "medical-clearer",
        "psychiatrist",
    }


def test_a_patient_is_referred_screened_consented_and_cleared(cleared: Intake) -> None:
    assert cleared.types() == [
        "registered.v1",
        "screened.v1",
        "screened.v1",
        *("work-up-recorded.v1",) * 6,
        "vital-signs-recorded.v1",
        "consented.v1",
        "eligibility-assessed.v1",
        "clearance-granted.v1",
    ]
    assert cleared.patient().status(DECIDED) == "cleared"


def test_the_whole_intake_can_come_in_one_batch(intake: Intake) -> None:
    verdicts = intake.runner.run([*everything_on_file(), posted(grant(), DECIDED)])

    assert {each.verdict for each in verdicts} == {"accepted"}
    assert intake.types()[-1] == "clearance-granted.v1"


def test_names_stay_in_identities_and_leave_in_no_event(cleared: Intake) -> None:
    known = identities.identity(cleared.reads, VAULT, PATIENT)
    everything_said = repr(cleared.said())
    the_rest = repr(cleared.store.collections["patients"])

    assert known
    assert known.aggregate.family_name == "Family"
    for secret in ("Given", "Family", "1980-05-01", "practice-7"):
        assert secret not in everything_said
        assert secret not in the_rest


def test_a_second_referral_of_the_same_patient_is_rejected(intake: Intake) -> None:
    _, second = intake.take(posted(referral()), posted(referral(given_name="Other")))

    assert (second.verdict, second.code) == ("rejected", "already-registered")
    known = identities.identity(intake.reads, VAULT, PATIENT)
    assert known
    assert known.aggregate.given_name == "Given"


def test_the_same_referral_again_is_a_duplicate(intake: Intake) -> None:
    _, again = intake.take(posted(referral(), event_id="r"), posted(referral(), event_id="r"))

    assert (again.verdict, again.first) == ("duplicate", "accepted")
    assert intake.types() == ["registered.v1"]


def test_an_event_before_the_referral_waits_for_it(intake: Intake) -> None:
    early = posted(site.ScreeningAnswered("phq-9", phq_9()))

    assert intake.take(early)[0].verdict == "deferred"
    intake.take(posted(referral()))
    assert intake.resume(early).verdict == "accepted"
    assert intake.types() == ["registered.v1", "screened.v1"]


def test_answers_outside_the_range_are_invalid_and_change_nothing(intake: Intake) -> None:
    _, wrong = intake.take(
        posted(referral()), posted(site.ScreeningAnswered("phq-9", (9, *phq_9()[1:])))
    )

    assert (wrong.verdict, wrong.path) == ("invalid", "/data/answers")
    assert intake.patient().screenings == ()


def test_a_wrong_total_is_rejected(intake: Intake) -> None:
    _, wrong = intake.take(
        posted(referral()), posted(site.ScreeningAnswered("phq-9", phq_9(18), 3))
    )

    assert (wrong.verdict, wrong.code) == ("rejected", "total-mismatch")


def test_an_incomplete_consent_is_rejected_with_what_is_missing(intake: Intake) -> None:
    _, wrong = intake.take(posted(referral()), posted(consent(elements=("cost",))))

    assert wrong.code == "consent-incomplete"
    assert len(wrong.blockers) == 13


def test_a_held_request_can_be_granted_once_everything_is_there(intake: Intake) -> None:
    first, *rest = everything_on_file()
    intake.take(first, posted(grant(), DECIDED), *rest, posted(grant(), on_day(4)))

    held, granted = intake.patient().decisions
    assert (held.outcome, granted.outcome) == ("held", "granted")
    assert held.clearance_id != granted.clearance_id


def test_a_grave_adverse_event_ends_the_clearance(cleared: Intake) -> None:
    cleared.take(heard(adverse(1), on_day(8)), heard(adverse(3), on_day(9)))

    kind, data = cleared.said()[-1]
    assert kind == "intake.patient.clearance-revoked.v1"
    assert data["reasons"][0]["code"] == "adverse-event"
    assert cleared.types().count("clearance-revoked.v1") == 1


def test_an_adverse_event_without_a_clearance_is_taken_silently(intake: Intake) -> None:
    _, verdict = intake.take(posted(referral()), heard(adverse(5, True)))

    assert verdict.verdict == "accepted"
    assert intake.types() == ["registered.v1"]


def test_high_risk_raises_one_hold_however_often_it_is_heard(cleared: Intake) -> None:
    cleared.take(heard(risk("moderate")), heard(risk(), on_day(9)), heard(risk(), on_day(9)))

    assert cleared.types().count("safety-hold-raised.v1") == 1
    assert cleared.patient().status(on_day(9)) == "safety-hold"


def test_a_risk_heard_before_the_referral_is_kept_for_it(intake: Intake) -> None:
    early = heard(risk(), on_day(1))

    assert intake.take(early)[0].verdict == "deferred"
    intake.take(posted(referral()))
    intake.resume(early)

    assert intake.patient().hold


def test_types_that_are_not_listed_are_ignored(intake: Intake) -> None:
    scored = outcomes.AssessmentScored("a", "phq-9", 3, True, on_day(0))

    assert INTAKE in TOPIC_OF[scored.type].heard_by
    assert intake.take(heard(scored))[0].verdict == "ignored"


def test_a_hold_is_lifted_and_dosing_may_go_on(cleared: Intake) -> None:
    high = site.ScreeningAnswered("c-ssrs-screener", C_SSRS_HIGH)
    refused, *_, lifted = cleared.take(
        posted(lift(), on_day(4)),
        posted(high, on_day(5)),
        posted(grant(), on_day(6)),
        posted(lift(), on_day(6)),
    )

    assert (refused.code, lifted.verdict) == ("not-held", "accepted")
    assert cleared.types()[-5:] == [
        "screened.v1",
        "safety-hold-raised.v1",
        "eligibility-assessed.v1",
        "clearance-held.v1",
        "safety-hold-lifted.v1",
    ]
    assert cleared.patient().status(on_day(6)) == "cleared"
    assert cleared.take(posted(grant(), on_day(7)))[0].verdict == "accepted"
    assert cleared.types()[-1] == "clearance-granted.v1"


def test_withdrawn_consent_and_revoked_clearance_are_told(cleared: Intake) -> None:
    withdraw = site.ConsentWithdrawn("patient-request")
    _, nothing_left = cleared.take(
        posted(withdraw, on_day(5)),
        posted(site.ClearanceRevoked("prescriber-1", "new-drug"), on_day(6)),
    )

    assert cleared.types()[-2:] == ["consent-withdrawn.v1", "clearance-revoked.v1"]
    assert nothing_left.code == "not-granted"


def test_every_event_of_a_patient_has_the_next_sequence_number(cleared: Intake) -> None:
    cleared.take(heard(risk(), on_day(9)), posted(lift(), on_day(10)))

    document = cleared.store.collections["patients"][PATIENTS.key("riverside", PATIENT)]
    assert document["sequence"] == len(cleared.said())


def test_the_document_comes_back_as_it_was_saved(cleared: Intake) -> None:
    patient = cleared.patient()

    document = {"state": PATIENTS.state(patient)}
    assert PATIENTS.aggregate(document) == patient


# ---- reads -----------------------------------------------------------------------------------


def test_the_patient_view_says_what_is_on_file(cleared: Intake) -> None:
    found = queries.patient(cleared.reads, POLICY, PATIENT)

    assert found
    view = found.aggregate
    assert (view.status, view.as_of) == ("cleared", DECIDED)
    assert [each.instrument for each in view.screenings] == ["c-ssrs-screener", "phq-9"]
    assert view.staging
    assert view.staging.failed_in_episode == 2
    assert [each.item for each in view.work_up] == sorted(RESULTS)
    assert view.medications
    assert view.vital_signs
    assert len(view.findings) == len(findings())


def test_the_clearance_view_says_what_is_missing_at_that_time(cleared: Intake) -> None:
    now = queries.clearance(cleared.reads, POLICY, VAULT, PATIENT)
    later = queries.clearance(cleared.reads, POLICY, VAULT, PATIENT, on_day(100))

    assert now
    assert later
    assert (now.aggregate.status, now.aggregate.missing) == ("cleared", ())
    assert later.aggregate.status == "expired"
    missing = {each.code for each in later.aggregate.missing}
    assert {"phq-9-expired", "c-ssrs-screener-expired", "vital-signs-expired"} <= missing


def test_a_patient_without_a_decision_is_told_what_to_bring(intake: Intake) -> None:
    intake.take(posted(referral()))

    found = queries.clearance(intake.reads, POLICY, VAULT, PATIENT)

    assert found
    assert found.aggregate.decision is None
    assert "consent-missing" in {each.code for each in found.aggregate.missing}


def test_patients_come_a_page_at_a_time(intake: Intake) -> None:
    intake.take(*(posted(referral(), patient=f"patient-{number}") for number in range(3)))

    first = queries.patients(intake.reads, POLICY, limit=2)
    rest = queries.patients(intake.reads, POLICY, limit=2, after=first[-1].cursor)

    seen = [each.aggregate.patient_id for each in first + rest]
    assert seen == ["patient-0", "patient-1", "patient-2"]


def test_nobody_is_found_in_another_clinic(cleared: Intake) -> None:
    elsewhere = type(cleared.reads)(cleared.store, "hillside")

    assert queries.patient(elsewhere, POLICY, PATIENT) is None
    assert identities.identity(elsewhere, VAULT, PATIENT) is None
    assert queries.clearance(elsewhere, POLICY, VAULT, PATIENT) is None
