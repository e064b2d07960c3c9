"""One clinic day: what is taken, by which appointment. The aggregate that two bookings race for.

A day is a day of UTC, so that a moment lies in exactly one; what spans midnight is on two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from services.scheduling.domain.resources.resource import DAY_MIN

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Taken:
    """Resources taken from `start` to `end`, in minutes since the epoch."""

    start: int
    end: int
    appointment_id: str
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """`date` as 2026-01-31. `taken` ascends by start."""

    date: str
    taken: tuple[Taken, ...] = ()


def minutes(moment: datetime) -> int:
    """Whole minutes since the epoch, a started one counted."""
    return -int(-moment.timestamp() // 60)


def moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def first_minute(day: date) -> int:
    return (day.toordinal() - _EPOCH) * DAY_MIN


def days_between(start: int, end: int) -> tuple[str, ...]:
    """The days that [start, end) touches."""
    first, last = moment(start).date(), moment(end - 1).date()
    count = last.toordinal() - first.toordinal() + 1
    return tuple((first + timedelta(days=number)).isoformat() for number in range(count))


def is_free(day: Day, wanted: Taken) -> bool:
    """Nothing of what is wanted is taken by another appointment."""
    return not any(
        each.start < wanted.end
        and wanted.start < each.end
        and not set(wanted.resources).isdisjoint(each.resources)
        for each in day.taken
    )


def are_free(days: Mapping[str, Day], wanted: Taken) -> bool:
    """`days` has every day that the wanted time touches."""
    return all(is_free(days[day], wanted) for day in days_between(wanted.start, wanted.end))


def take(day: Day, wanted: Taken) -> Day:
    """The day with its own part of the appointment."""
    begin = first_minute(date.fromisoformat(day.date))
    part = replace(wanted, start=max(wanted.start, begin), end=min(wanted.end, begin + DAY_MIN))
    assert is_free(day, part), "a resource would be booked twice"
    key = (part.start, part.appointment_id)
    before = tuple(each for each in day.taken if (each.start, each.appointment_id) < key)
    return replace(day, taken=(*before, part, *day.taken[len(before) :]))


def release(day: Day, appointment_id: str) -> Day:
    return replace(
        day, taken=tuple(each for each in day.taken if each.appointment_id != appointment_id)
    )
