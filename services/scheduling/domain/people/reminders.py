"""When a patient is reminded of an appointment: at an hour of the patient's own day.

The first two keep the hour of the appointment on the wall, some days before, whatever the clocks
do in between; the last one is so many hours before. None of them falls into the night.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.scheduling.domain.course.course import Appointment, Course
from shared.contracts.scheduling import Ask, ReminderDue

FIRST, SECOND, LAST = "reminder.first_h", "reminder.second_h", "reminder.last_h"
FROM, UNTIL = "reminder.from_hour", "reminder.until_hour"
KEYS = (FIRST, SECOND, LAST, FROM, UNTIL)
"""What a course keeps of the policy, to know the hours of its reminders."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """`before_h` is what the policy calls it by, not how long before the start it falls."""

    before_h: int
    due_at: datetime


def reminders(start: datetime, zone: str, policy: Mapping[str, float]) -> tuple[Reminder, ...]:
    """Of an appointment at `start`, for a patient who lives in `zone`: ascending, at different
    times, all before the start. Of two at one time, the one nearer to the start is left."""
    local = start.astimezone(ZoneInfo(zone))
    found: dict[datetime, Reminder] = {}
    for key in (FIRST, SECOND):  # arithmetic within one zone is on the wall
        wall = (local - timedelta(hours=policy[key])).replace(fold=0)
        found |= _reminder(policy[key], wall, policy)
    last = (start - timedelta(hours=policy[LAST])).astimezone(ZoneInfo(zone))
    found |= _reminder(policy[LAST], last, policy)
    return tuple(found[due] for due in sorted(found) if due < start)


def reminder_due(course: Course) -> datetime | None:
    """When the first reminder that was not given yet is to be given."""
    due = (each.due_at for found in course.appointments for each in _ahead(found, course))
    return min(due, default=None)


def remind(course: Course, at: datetime) -> tuple[Course, tuple[ReminderDue, ...]]:
    """The course with all that is due by `at` behind it, and what is told of it.

    Of an appointment for which several fell due at once only the last is told, and nothing once it
    has begun.
    """
    told: list[ReminderDue] = []
    appointments = []
    for each in course.appointments:
        due = [reminder for reminder in _ahead(each, course) if reminder.due_at <= at]
        if due and at < each.start:
            told.append(_told(due[-1], each, course))
        appointments.append(replace(each, reminded_at=due[-1].due_at) if due else each)
    return replace(course, appointments=tuple(appointments)), tuple(told)


def asks(appointment: Appointment) -> Iterator[Ask]:
    """What the patient must still confirm (SCH-7)."""
    said = appointment.confirmed
    if said is None:
        yield "attendance"
    if appointment.session == "dosing":
        if not (said and said.escort):
            yield "escort"
        if not (said and said.fasting):
            yield "fasting"


def _ahead(each: Appointment, course: Course) -> list[Reminder]:
    """What was not yet given since the appointment got the time that it has."""
    policy = course.opened_under.values
    if each.status != "booked" or FIRST not in policy:
        return []
    behind = max((when for when in (each.changed_at, each.reminded_at) if when), default=None)
    found = reminders(each.start, course.home_zone or each.zone, policy)
    return [reminder for reminder in found if behind is None or reminder.due_at > behind]


def _reminder(
    before_h: float, wall: datetime, policy: Mapping[str, float]
) -> dict[datetime, Reminder]:
    """Moved, on its own day, to the hours at which patients may be disturbed."""
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    earliest, latest = (midnight + timedelta(hours=policy[key]) for key in (FROM, UNTIL))
    if wall < earliest:
        wall = earliest
    elif wall > latest:
        wall = latest
    due_at = wall.astimezone(UTC)
    return {due_at: Reminder(round(before_h), due_at)}


def _told(reminder: Reminder, each: Appointment, course: Course) -> ReminderDue:
    return ReminderDue(
        each.id, course.id, reminder.before_h, each.start, each.zone, tuple(asks(each))
    )
