"""Readiness: each rule alone, then everything that is missing at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.session_record.domain.history import History, Reaction
from services.session_record.domain.knowledge.standing import SafetyHold, Standing
from services.session_record.domain.readiness import door as doors
from services.session_record.domain.readiness import patient
from services.session_record.domain.readiness.patient import Heard
from tests.kit.session_record import (
    NOON,
    PATIENT,
    POLICY,
    a_candidate,
    a_clearance,
    a_consent,
    a_door,
    a_dose_given,
    a_history,
    a_standing,
    an_appointment,
    an_entry,
    at,
    integrated,
    prepared,
    stricter,
)

SECOND = timedelta(seconds=1)
GRAVE = Reaction(at(days=-6), "hypertension", 3, False)


def test_the_usual_patient_is_ready() -> None:
    assert doors.missing(a_door(), POLICY) == ()


@pytest.mark.parametrize(
    ("clearance", "words"),
    [
        ({"ended_at": NOON}, "ended"),
        ({"route": "im"}, "for route im"),
        ({"valid_until": NOON - SECOND}, "ran out"),
        ({"first_dose_by": NOON - SECOND}, "first dose was due"),
        ({"signed_at": NOON + SECOND}, "no medical clearance"),
    ],
)
def test_a_dose_needs_a_clearance_that_is_valid_at_its_time(
    clearance: dict[str, Any], words: str
) -> None:
    standing = a_standing(clearances=(a_clearance(**clearance),))

    assert words in patient.no_valid_clearance(a_candidate(standing=standing), POLICY)


@pytest.mark.parametrize("bound", ["valid_until", "first_dose_by"])
def test_a_clearance_is_valid_to_its_last_moment(bound: str) -> None:
    last: dict[str, Any] = {bound: NOON}
    standing = a_standing(clearances=(a_clearance(**last),))

    assert patient.no_valid_clearance(a_candidate(standing=standing), POLICY) == ""


def test_a_clearance_that_ended_later_was_valid_for_what_a_site_reports_late() -> None:
    standing = a_standing(clearances=(a_clearance(ended_at=NOON + SECOND),))

    assert patient.no_valid_clearance(a_candidate(standing=standing), POLICY) == ""


def test_only_the_first_dose_of_the_course_must_be_given_by_the_first_dose_date() -> None:
    late = a_standing(clearances=(a_clearance(first_dose_by=NOON - SECOND),))
    candidate = a_candidate(standing=late, history=a_history(a_dose_given(), integrated()))

    assert patient.no_valid_clearance(candidate, POLICY) == ""


def test_a_newer_clearance_stands_in_the_place_of_an_older_one() -> None:
    ended = a_clearance(ended_at=at(days=-2))
    standing = a_standing(clearances=(ended, a_clearance("clearance-2", signed_at=at(days=-1))))

    assert patient.no_valid_clearance(a_candidate(standing=standing), POLICY) == ""


@pytest.mark.parametrize(
    ("consent", "words"),
    [
        ({"withdrawn_at": NOON}, "withdrew"),
        ({"route": "sl"}, "for route sl"),
        ({"valid_until": NOON - SECOND}, "ran out"),
        ({"signed_at": NOON + SECOND}, "no consent"),
    ],
)
def test_a_dose_needs_a_consent_that_is_valid_at_its_time(
    consent: dict[str, Any], words: str
) -> None:
    standing = a_standing(consents=(a_consent(**consent),))

    assert words in patient.no_valid_consent(a_candidate(standing=standing), POLICY)


def test_no_dose_is_given_during_a_safety_hold() -> None:
    held = a_standing(holds=(SafetyHold(at(days=-1), ("c-ssrs-high",)),))

    assert "c-ssrs-high" in patient.on_safety_hold(a_candidate(standing=held), POLICY)


def test_a_hold_that_was_lifted_no_longer_holds() -> None:
    lifted = a_standing(holds=(SafetyHold(at(days=-2), ("c-ssrs-high",), at(days=-1)),))

    assert patient.on_safety_hold(a_candidate(standing=lifted), POLICY) == ""


@pytest.mark.parametrize("days", [-2 + 1 / 86400, 2 - 1 / 86400])
def test_the_least_gap_lies_between_doses_whichever_is_reported_first(days: float) -> None:
    candidate = a_candidate(history=a_history(a_dose_given(days=days)))

    assert "48 h" in patient.too_near_another_dose(candidate, POLICY)


def test_a_dose_may_follow_exactly_after_the_least_gap() -> None:
    candidate = a_candidate(history=a_history(a_dose_given(days=-2)))

    assert patient.too_near_another_dose(candidate, POLICY) == ""


def test_the_gap_counts_across_courses() -> None:
    other_course = a_dose_given(days=-1, course_id="course-0")

    assert patient.too_near_another_dose(
        a_candidate(history=a_history(other_course)), POLICY
    ).startswith("another dose")


def test_a_stricter_policy_asks_for_a_longer_gap() -> None:
    candidate = a_candidate(history=a_history(a_dose_given(days=-2)))

    assert "72 h" in patient.too_near_another_dose(candidate, stricter({"dose.min_gap_h": 72}))


def test_the_dose_before_must_have_been_integrated() -> None:
    first, second = a_dose_given(1, days=-9), a_dose_given(2, days=-5)
    history = a_history(first, integrated(1, days=-7), second)

    assert "dose 2" in patient.previous_dose_not_integrated(a_candidate(history=history), POLICY)


def test_an_integration_session_that_goes_on_does_not_count() -> None:
    unfinished = an_entry("integration", 1)
    candidate = a_candidate(history=a_history(a_dose_given(), unfinished))

    assert patient.previous_dose_not_integrated(candidate, POLICY)


@pytest.mark.parametrize("reaction", [GRAVE, replace(GRAVE, grade=1, serious=True)])
def test_a_grave_adverse_event_needs_a_new_clearance(reaction: Reaction) -> None:
    history = a_history(a_dose_given(reactions=(reaction,)), integrated())
    anew = a_standing(clearances=(a_clearance(), a_clearance("c-2", signed_at=at(days=-5))))

    assert "hypertension" in patient.adverse_event_not_reviewed(
        a_candidate(history=history), POLICY
    )
    assert not patient.adverse_event_not_reviewed(
        a_candidate(history=history, standing=anew), POLICY
    )


def test_a_mild_adverse_event_needs_no_review() -> None:
    history = a_history(a_dose_given(reactions=(replace(GRAVE, grade=2),)), integrated())

    assert patient.adverse_event_not_reviewed(a_candidate(history=history), POLICY) == ""


def test_all_preparations_of_the_course_must_be_finished() -> None:
    assert "1 of 2" in doors.not_prepared(a_door(preparations=2), POLICY)


def test_a_preparation_for_another_course_does_not_count() -> None:
    history = replace(a_history(), entries=(replace(prepared(), course_id="course-0"),))

    assert doors.not_prepared(a_door(a_candidate(history=history)), POLICY)


@pytest.mark.parametrize("answer", [None, False])
def test_fasting_and_escort_must_be_asked_and_answered_with_yes(answer: bool | None) -> None:
    door = a_door(fasting=answer, escort_arranged=answer)

    assert [each.code for each in doors.missing(door, POLICY)] == ["not-fasting", "no-escort"]


def test_everything_that_is_missing_is_said_at_once_with_its_source() -> None:
    standing = Standing(PATIENT, holds=(SafetyHold(at(days=-1), ()),), transferred_at=at(days=-1))
    grave = a_dose_given(days=-1, reactions=(replace(GRAVE, at=at(days=-1)),))
    history = History(PATIENT, (grave,))
    candidate = a_candidate(
        standing=standing, history=history, heard=Heard(None, NOON), route="esketamine"
    )
    door = a_door(candidate, fasting=False, escort_arranged=None, present=())

    missing = doors.missing(door, POLICY)

    at_the_door = [rule.code for rule in doors.DOOR]
    every_rule = [*(rule.code for rule in patient.STANDING), *at_the_door]
    every_rule.remove("pressure-out-of-date")  # it was taken around the dose of yesterday
    assert [reason.code for reason in missing] == every_rule
    assert all(reason.source and reason.words for reason in missing)


def test_nobody_arrives_for_an_appointment_that_is_held_cancelled_missed_or_taken() -> None:
    taken = a_history(an_entry("dosing", 1))
    found = [
        doors.unavailable(an_appointment(status="held"), a_history()),
        doors.unavailable(an_appointment(status="cancelled"), a_history()),
        doors.unavailable(an_appointment(status="missed"), a_history()),
        doors.unavailable(an_appointment(), taken),
        doors.unavailable(an_appointment(), a_history()),
    ]

    assert [reason and reason.code for reason in found] == [
        "appointment-held",
        "appointment-cancelled",
        "appointment-missed",
        "already-arrived",
        None,
    ]
