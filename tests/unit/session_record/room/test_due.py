"""The reading that did not come: found by the clock, resolved by its own time (SES-4)."""

from typing import Any

import pytest

from services.session_record.application.documents import ENCOUNTERS
from services.session_record.domain.commands import WatchEncounter
from services.session_record.domain.encounter import Encounter
from services.session_record.domain.monitoring.due import due, missed_mandatory, watched
from services.session_record.domain.monitoring.missed import watch
from shared.contracts.session_record import MonitoringMissed
from tests.kit.session_record import (
    PATIENT,
    POLICY,
    SessionRecord,
    a_given_dose,
    a_reading,
    an_encounter,
    arrived,
    at,
    discharged,
    first_dose,
    given,
    knowledge,
    monitored,
    observed,
    preparation,
    supplied,
)

MISSED = MonitoringMissed.type


def dosed(*minutes: float, **what: Any) -> Encounter:
    """The dose at minute ten after arrival, readings at these minutes after the dose."""
    return an_encounter(**{"dose": a_given_dose(), "readings": monitored(*minutes), **what})


def unmet(encounter: Encounter, until: float) -> list[int]:
    return [p.minute for p in due(encounter, POLICY, at(10 + until)) if p.met_at is None]


def strike(encounter: Encounter, minutes: float) -> tuple[Encounter, list[tuple[int, str]]]:
    """The clock strikes so many minutes after the dose."""
    command = WatchEncounter("struck", at(10 + minutes), PATIENT, encounter.encounter_id)
    encounter, said = watch(command, encounter, POLICY)
    return encounter, [(each.point_min, each.severity) for each in said]


def test_ses_4_the_points_are_the_routes_and_then_go_on() -> None:
    minutes = [each.minute for each in due(dosed(), POLICY, at(10 + 90))]

    assert minutes == [0, 10, 20, 30, 40, 55, 70, 85]
    assert due(an_encounter(), POLICY, at(90)) == ()


def test_ses_4_the_reading_before_the_dose_is_the_one_at_minute_zero() -> None:
    assert unmet(dosed(), 0) == []
    assert unmet(dosed(readings=(a_reading(-25),)), 0) == [0]


@pytest.mark.parametrize(
    ("minute", "late"), [(5, False), (15, False), (4.9, None), (50 - 0.1, None)]
)
def test_ses_4_a_point_is_met_within_five_minutes(minute: float, late: bool | None) -> None:
    point = due(dosed(minute), POLICY, at(10 + 10))[1]

    assert (point.late if point.met_at else None) == late


@pytest.mark.parametrize(("minute", "is_met"), [(45.1, True), (49.9, True), (50, False)])
def test_ses_4_a_reading_is_late_unless_it_is_the_next_points(minute: float, is_met: bool) -> None:
    points = {each.minute: each for each in due(dosed(minute), POLICY, at(10 + 60))}

    assert (points[40].met_at is not None) == is_met
    assert points[40].late == is_met


def test_ses_4_more_than_five_minutes_late_is_a_warning_more_than_ten_an_alert() -> None:
    encounter, nothing = strike(dosed(), 14.9)
    encounter, mild = strike(encounter, 15)
    encounter, again = strike(encounter, 15)
    encounter, grave = strike(encounter, 20)

    assert (nothing, mild, again, grave) == ([], [(10, "warning")], [], [(10, "alert")])
    assert [each.policy_version for each in encounter.misses] == [POLICY.version] * 2


def test_ses_4_the_clock_is_asked_for_the_next_hour_only() -> None:
    fresh = watched(dosed(), POLICY)
    warned, _ = strike(fresh, 15)
    measured = watched(dosed(10), POLICY)
    ended = watched(dosed(status="finished", finished_at=at(110)), POLICY)

    assert fresh.watch_at == at(10 + 15)
    assert warned.watch_at == at(10 + 20)
    assert measured.watch_at == at(10 + 25)
    assert ended.watch_at is None


def test_ses_4_a_reading_that_was_taken_in_time_resolves_what_the_clock_found() -> None:
    service = SessionRecord()
    service.take(*knowledge(), *preparation(), arrived(), *supplied(), observed(), given())

    struck = service.strike(at(10 + 15))
    service.take(observed(10 + 10))

    assert struck == 2  # and the preparation has not been signed for too long
    assert [data["severity"] for kind, data in service.said() if kind == MISSED] == ["warning"]
    read = service.reads.get(ENCOUNTERS, "e-dosing-1")
    assert read
    (miss,) = read.aggregate.misses
    assert (miss.resolved_at, miss.late) == (at(20), False)


def test_ses_4_a_night_without_readings_is_said_point_by_point_and_comes_to_an_end() -> None:
    service = SessionRecord()
    service.take(*knowledge(), *preparation(), arrived(), *supplied(), observed(), given())

    service.strike(at(days=1))
    said = [data for kind, data in service.said() if kind == MISSED]

    assert [(each["point_min"], each["severity"]) for each in said[:2]] == [
        (10, "warning"),
        (10, "alert"),
    ]
    assert max(each["point_min"] for each in said) <= POLICY["vitals.watched_for_min"]
    assert service.strike(at(days=2)) == 0


def test_ses_4_only_some_points_must_not_be_missing_at_the_discharge() -> None:
    assert missed_mandatory(dosed(10, 20), POLICY, at(120)) == [40]
    assert missed_mandatory(dosed(40), POLICY, at(120)) == []
    esketamine = dosed(80, route="esketamine", dose=a_given_dose(route="esketamine"))
    assert missed_mandatory(esketamine, POLICY, at(140)) == [40]


def test_ses_4_what_the_clock_found_after_the_patient_had_left_is_void() -> None:
    """A site that reports late: the clock struck before the discharge was told."""
    service = SessionRecord()
    service.take(*knowledge(), *first_dose()[:-1])

    service.strike(at(days=1))
    service.take(discharged(100))

    read = service.reads.get(ENCOUNTERS, "e-dosing-1")
    assert read
    assert {each.resolved_at for each in read.aggregate.misses} == {at(100)}
