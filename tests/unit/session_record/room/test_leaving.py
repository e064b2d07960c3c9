"""Leaving: what readings, questionnaires and adverse events say (SES-4 to -6, SES-11)."""

from dataclasses import replace
from typing import Any

import pytest

from services.session_record.domain.adverse import report_adverse_event
from services.session_record.domain.commands import RecordAnswers
from services.session_record.domain.discharge import discharge_patient
from services.session_record.domain.encounter import Encounter
from services.session_record.domain.monitoring.answers import record_answers
from services.session_record.domain.monitoring.ladder import alarms_of, emergencies
from services.session_record.domain.monitoring.samples import of_reading
from shared.kernel.errors import Rejected
from tests.kit.session_record import (
    PATIENT,
    POLICY,
    PRACTITIONERS,
    a_given_dose,
    a_reading,
    a_standing,
    an_encounter,
    at,
    leave,
    monitored,
    report,
)

SAFE, HIGH = (0, 0, None, None, None, 0, None), (1, 1, 1, 1, 0, 0, None)


def dosed(last: Any = None, **what: Any) -> Encounter:
    """Dosed at minute ten, measured at forty and, last, at minute hundred after arrival."""
    readings = (*monitored(40), last or a_reading(100))
    return an_encounter(**{"dose": a_given_dose(), "readings": readings, **what})


def refused(command: Any, encounter: Encounter) -> list[str]:
    with pytest.raises(Rejected) as refusal:
        discharge_patient(command, encounter, a_standing(), PRACTITIONERS, POLICY)
    return [each.code for each in refusal.value.blockers]


def leaves(command: Any, encounter: Encounter) -> bool:
    return bool(discharge_patient(command, encounter, a_standing(), PRACTITIONERS, POLICY))


def answer(instrument: Any, answers: Any, minutes: float = 95, **what: Any) -> RecordAnswers:
    usual = RecordAnswers("event", at(minutes), PATIENT, "e-dosing-1", instrument, answers, None)
    return replace(usual, **what)


@pytest.mark.parametrize(
    ("systolic", "diastolic", "is_back"),
    [(145, 90, True), (146, 80, False), (125, 100, True), (125, 101, False)],
)
def test_ses_5_the_pressure_is_near_the_one_before_the_dose_or_low(
    systolic: int, diastolic: int, is_back: bool
) -> None:
    """Before the dose it was 125/80: 20 mm[Hg] above that is near, 140/90 is low anyway."""
    encounter = dosed(a_reading(100, systolic=systolic, diastolic=diastolic))

    if is_back:
        assert leaves(leave(), encounter)
    else:
        assert refused(leave(), encounter) == ["blood-pressure-not-back"]


def test_ses_5_without_a_reading_after_the_dose_nobody_leaves() -> None:
    assert refused(leave(), dosed(readings=monitored())) == [
        "blood-pressure-not-back",
        "monitoring-missed",
    ]


def test_ses_4_a_missed_point_that_must_be_there_needs_a_reason() -> None:
    encounter = dosed(readings=(*monitored(20), a_reading(100)))

    assert refused(leave(), encounter) == ["monitoring-missed"]
    gone, _ = discharge_patient(
        leave(missed_reason="device-failed"), encounter, a_standing(), PRACTITIONERS, POLICY
    )
    assert gone.discharge
    assert gone.discharge.missed_reason == "device-failed"


def test_ses_5_a_clinician_may_say_that_the_dissociation_has_resolved() -> None:
    assert refused(leave(cadss=9), dosed()) == ["still-dissociated"]
    assert leaves(leave(cadss=9, dissociation_resolved=True), dosed())


@pytest.mark.parametrize(
    ("grade", "outcome", "stays"),
    [(1, "ongoing", False), (2, "resolved", False), (2, "ongoing", True), (3, "resolving", True)],
)
def test_ses_5_an_unresolved_adverse_event_of_grade_two_keeps_the_patient(
    grade: int, outcome: Any, stays: bool
) -> None:
    encounter, _ = report_adverse_event(report(30, grade=grade, outcome=outcome), dosed())

    if stays:
        assert refused(leave(), encounter) == ["adverse-event-unresolved"]
    else:
        assert leaves(leave(), encounter)


@pytest.mark.parametrize("seen_by", ["", "prescriber-1", "psychiatrist-9"])
def test_a_patient_at_high_risk_does_not_leave_before_a_psychiatrist_has_been_there(
    seen_by: str,
) -> None:
    at_risk = record_answers(answer("c-ssrs-screener", HIGH), dosed())

    assert refused(leave(seen_by=seen_by), at_risk) == ["at-risk-alone"]
    assert leaves(leave(seen_by="psychiatrist-1"), at_risk)
    alone = refused(leave(seen_by="psychiatrist-1", escort_present=False), at_risk)
    assert alone == ["escort-absent", "at-risk-alone"]


def test_a_later_screener_takes_the_place_of_the_first() -> None:
    at_risk = record_answers(answer("c-ssrs-screener", HIGH, 95), dosed())

    assert leaves(leave(), record_answers(answer("c-ssrs-screener", SAFE, 96), at_risk))


def test_ses_11_a_questionnaire_is_scored_anew_and_kept_with_its_definition() -> None:
    answered = record_answers(answer("cadss-6", (1, 0, 2, 1, 0, 1), total=5), dosed())

    (kept,) = answered.assessments
    assert (kept.instrument, kept.total, kept.at) == ("cadss-6", 5, at(95))
    assert kept.definition


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (answer("cadss-6", (1, 0, 2, 1, 0, 1), total=6), "wrong-total"),
        (answer("cadss-6", (1, 0, 2)), "answers-invalid"),
        (answer("cadss-6", (9, 0, 2, 1, 0, 1)), "answers-invalid"),
        (answer("c-ssrs-screener", (1, 1, None, None, None, 0, None)), "answers-invalid"),
        (answer("phq-9", (0,) * 9), "other-instrument"),
    ],
)
def test_ses_11_answers_that_cannot_be_are_refused(command: Any, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        record_answers(command, dosed())

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ({"respiratory_rate": 10}, []),
        ({"respiratory_rate": 9}, ["respiration-low"]),
        ({"moaas": 3}, []),
        ({"moaas": 2}, ["sedation-deep"]),
    ],
)
def test_breathing_and_sedation_stop_the_session_at_the_policys_bound(
    values: dict[str, Any], rules: list[str]
) -> None:
    alarms = alarms_of(of_reading(a_reading(**values)), POLICY)

    assert [each.rule for each in alarms] == rules
    assert {each.severity for each in alarms} <= {"stop"}


def test_a_symptom_is_an_emergency_whatever_the_numbers_say() -> None:
    (alarm,) = emergencies(a_reading(symptoms=("chest-pain",)), POLICY)

    assert (alarm.rule, alarm.severity) == ("symptom-chest-pain", "emergency")
    assert (alarm.policy_id, alarm.policy_version) == (POLICY.id, POLICY.version)


def test_ses_7_a_signed_record_takes_nothing_more_but_adverse_events() -> None:
    signed = dosed(signed_at=at(200))

    for act in (
        lambda: discharge_patient(leave(), signed, a_standing(), PRACTITIONERS, POLICY),
        lambda: record_answers(answer("cadss-6", (0,) * 6), signed),
    ):
        with pytest.raises(Rejected, match="record-locked"):
            act()
    assert report_adverse_event(report(300), signed)
