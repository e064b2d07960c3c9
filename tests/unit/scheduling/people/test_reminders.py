"""Reminders come at the patient's hour, once, and ask for what is not confirmed yet."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.scheduling.domain.course.course import Appointment
from services.scheduling.domain.people.reminders import KEYS, reminders
from shared.contracts import intake, site
from tests.kit.scheduling import NEW_YORK, NOW, POLICY, Clinic

VALUES = {key: POLICY[key] for key in KEYS}
ZONES = (NEW_YORK, "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata")
TOKYO = "Asia/Tokyo"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def due(start: datetime, zone: str) -> dict[int, datetime]:
    """When each is due, on the patient's wall."""
    return {
        each.before_h: each.due_at.astimezone(ZoneInfo(zone))
        for each in reminders(start, zone, VALUES)
    }


def local(zone: str, *parts: int) -> datetime:
    year, month, day, hour, minute = parts
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def told(clinic: Clinic) -> list[dict[str, Any]]:
    """What was said of every reminder, in order."""
    return [
        json.loads(each.value or b"{}")
        for each in clinic.records()
        if dict(each.headers)["ce_type"] == b"scheduling.course.reminder-due.v1"
    ]


def appointment(clinic: Clinic, name: str) -> Appointment:
    found = clinic.course().appointment(name)
    assert found
    return found


def of(clinic: Clinic, name: str) -> list[tuple[int, list[str]]]:
    """The reminders of one appointment: which, and what they ask."""
    own = appointment(clinic, name).id
    return [
        (each["before_h"], each["asks"]) for each in told(clinic) if each["appointment_id"] == own
    ]


@pytest.fixture
def clinic() -> Clinic:
    """A course that begins on Wednesday of next week."""
    clinic = Clinic().staffed().cleared()
    clinic.say(site.CourseBookingRequested(NOW + 9 * DAY))
    return clinic


@pytest.mark.parametrize(
    ("zone", "start", "expected"),
    [
        (
            NEW_YORK,
            (2026, 5, 14, 10, 30),
            {48: (12, 10, 30), 24: (13, 10, 30), 2: (14, 8, 30)},
        ),
        (NEW_YORK, (2026, 3, 9, 10, 0), {48: (7, 10, 0), 24: (8, 10, 0), 2: (9, 8, 0)}),
        (NEW_YORK, (2026, 5, 14, 9, 0), {48: (12, 9, 0), 24: (13, 9, 0), 2: (14, 8, 0)}),
        (NEW_YORK, (2026, 5, 14, 8, 0), {48: (12, 8, 0), 24: (13, 8, 0)}),
        (NEW_YORK, (2026, 5, 14, 22, 30), {48: (12, 20, 0), 24: (13, 20, 0), 2: (14, 20, 0)}),
        (NEW_YORK, (2026, 5, 14, 7, 0), {48: (12, 8, 0), 24: (13, 8, 0)}),
    ],
)
def test_hours_are_the_patients_and_on_the_wall(
    zone: str, start: tuple[int, ...], expected: dict[int, tuple[int, int, int]]
) -> None:
    found = due(local(zone, *start), zone)

    assert {name: (at.day, at.hour, at.minute) for name, at in found.items()} == expected


def test_a_patient_far_away_is_reminded_by_day() -> None:
    found = due(local(NEW_YORK, 2026, 5, 14, 15, 0), TOKYO)  # four in the morning there

    assert {name: (at.day, at.hour) for name, at in found.items()} == {48: (13, 8), 24: (14, 8)}


@given(
    zone=some.sampled_from(ZONES),
    day=some.dates(date(2026, 1, 1), date(2035, 12, 31)),
    hour=some.integers(8, 20),
    minute=some.sampled_from((0, 15, 30, 45)),
)
def test_the_clocks_may_change_and_the_hour_on_the_wall_stays(
    zone: str, day: date, hour: int, minute: int
) -> None:
    start = datetime.combine(day, time(hour, minute), ZoneInfo(zone))
    found = due(start.astimezone(UTC), zone)
    wall = min(max((hour, minute), (8, 0)), (20, 0))

    for before, days in ((48, 2), (24, 1)):
        at = found[before]
        assert (at.date(), (at.hour, at.minute)) == (day - timedelta(days=days), wall)


@given(
    zone=some.sampled_from((*ZONES, TOKYO)),
    minutes=some.integers(0, 10 * 365 * 24 * 60),
)
def test_no_reminder_falls_into_the_night_or_after_the_start(zone: str, minutes: int) -> None:
    start = NOW + timedelta(minutes=minutes)
    found = reminders(start, zone, VALUES)
    times = [each.due_at for each in found]

    assert times == sorted(set(times))
    for each in found:
        wall = each.due_at.astimezone(ZoneInfo(zone))
        assert each.due_at < start
        assert time(8) <= wall.time() <= time(20)


def test_every_booked_appointment_is_reminded_of_in_its_time_and_once(clinic: Clinic) -> None:
    clinic.struck(NOW + 30 * DAY)
    everything = told(clinic)
    assert clinic.struck(NOW + 30 * DAY) == 0

    assert told(clinic) == everything


def test_reminders_ask_for_what_is_not_confirmed(clinic: Clinic) -> None:
    start = appointment(clinic, "dosing-1").start
    for before in (48 * HOUR, 24 * HOUR, 2 * HOUR):
        clinic.struck(start - before)

    assert of(clinic, "dosing-1") == [
        (48, ["attendance", "escort", "fasting"]),
        (24, ["attendance", "escort", "fasting"]),
        (2, ["attendance", "escort", "fasting"]),
    ]
    assert {tuple(asks) for _, asks in of(clinic, "integration-1")} == {("attendance",)}


def test_what_is_confirmed_is_not_asked_again(clinic: Clinic) -> None:
    dose = appointment(clinic, "dosing-1")
    clinic.hear(intake.EscortNamed("contact-1", "sibling"))
    clinic.struck(dose.start - 48 * HOUR)
    clinic.say(site.AppointmentConfirmed(dose.id))
    clinic.struck(dose.start - 24 * HOUR)
    clinic.say(site.AppointmentConfirmed(dose.id, escort=True, fasting=True))
    clinic.struck(dose.start - 2 * HOUR)

    assert of(clinic, "dosing-1")[1:] == [(24, ["escort", "fasting"]), (2, [])]


def test_of_what_was_missed_only_the_last_is_told(clinic: Clinic) -> None:
    start = appointment(clinic, "dosing-1").start

    clinic.struck(start - HOUR)

    assert [before for before, _ in of(clinic, "dosing-1")] == [2]


def test_nothing_is_told_once_it_has_begun(clinic: Clinic) -> None:
    clinic.struck(appointment(clinic, "dosing-1").start)

    assert of(clinic, "dosing-1") == []


def test_what_was_booked_within_the_time_of_a_reminder_has_the_later_ones() -> None:
    clinic = Clinic().booked()
    first = appointment(clinic, "preparation-1")
    assert first.start - NOW == 2 * HOUR

    clinic.struck(first.start - timedelta(minutes=1))

    assert of(clinic, "preparation-1") == [(2, ["attendance"])]


def test_what_is_moved_is_reminded_of_anew_and_asks_again(clinic: Clinic) -> None:
    last = appointment(clinic, "integration-6")
    clinic.struck(last.start - 47 * HOUR)
    clinic.say(site.AppointmentConfirmed(last.id))
    later = last.start + 4 * HOUR
    moved = site.AppointmentRescheduled(last.id, later, "patient-asked")
    assert clinic.say(moved).verdict == "accepted"

    clinic.struck(later - 48 * HOUR)
    clinic.struck(later - 24 * HOUR)

    assert of(clinic, "integration-6") == [
        (48, ["attendance"]),
        (48, ["attendance"]),
        (24, ["attendance"]),
    ]


def test_what_is_held_or_called_off_is_not_reminded_of(clinic: Clinic) -> None:
    clinic.hear(intake.SafetyHoldRaised(()))
    gone = appointment(clinic, "integration-2")
    clinic.say(site.AppointmentCancelled(gone.id, "patient-asked"))

    clinic.struck(NOW + 30 * DAY)

    reminded = {each["appointment_id"] for each in told(clinic)}
    assert gone.id not in reminded
    assert not reminded & {
        each.id for each in clinic.course().appointments if each.session == "dosing"
    }


def test_the_hour_is_that_of_where_the_patient_lives() -> None:
    clinic = Clinic().booked()
    assert clinic.say(site.PreferencesStated(zone=TOKYO)).verdict == "accepted"

    course = clinic.course()

    assert course.home_zone == TOKYO
    clinic.struck(NOW + 9 * DAY)
    hours = {
        each.reminded_at.astimezone(ZoneInfo(TOKYO)).hour
        for each in clinic.course().appointments
        if each.reminded_at
    }
    assert hours
    assert min(hours) >= 8
    assert max(hours) <= 20
