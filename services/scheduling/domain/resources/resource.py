"""The clinic's roster: rooms, monitors and people, and when their weekly hours are.

Hours are wall-clock time in the resource's zone: nine o'clock stays nine o'clock when the clocks
change. Where a wall-clock time is ambiguous or skipped, the shorter opening is taken.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.scheduling.domain.commands import DeclareResource
from shared.contracts.site import ResourceKind, WeeklyHours
from shared.kernel.errors import Malformed

DAY_MIN = 24 * 60
Interval = tuple[int, int]
"""From and to, in minutes since the epoch."""


@dataclass(frozen=True, slots=True)
class Resource:
    id: str
    kind: ResourceKind
    zone: str
    hours: tuple[WeeklyHours, ...]
    active: bool = True


@dataclass(frozen=True, slots=True)
class Roster:
    """Every resource of the clinic, by id."""

    resources: tuple[Resource, ...] = ()


def declare(command: DeclareResource, roster: Roster) -> Roster:
    """A resource declared again replaces what was known; what is booked stands."""
    _check_zone(command.zone)
    for position, hours in enumerate(command.hours):
        if hours.closes <= hours.opens:
            raise Malformed(f"/data/hours/{position}/closes", "must be later than opens")
    declared = Resource(
        command.resource_id, command.kind, command.zone, command.hours, command.active
    )
    others = (each for each in roster.resources if each.id != declared.id)
    return Roster(tuple(sorted((*others, declared), key=lambda each: each.id)))


@lru_cache(maxsize=256)
def open_times(
    zone: str, hours: tuple[WeeklyHours, ...], first: date, days: int
) -> tuple[Interval, ...]:
    """When a resource is open on these days (UTC) and one day around them, ascending, apart."""
    clock = ZoneInfo(zone)
    found: list[Interval] = []
    for offset in range(-1, days + 1):
        day = first + timedelta(days=offset)
        for each in hours:
            if each.weekday == day.weekday():
                opens, closes = _on(day, each.opens, clock), _on(day, each.closes, clock)
                found.append((max(opens), min(closes)))
    return _merged(sorted(each for each in found if each[0] < each[1]))


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Malformed("/data/zone", f"no time zone is called {zone}") from error


def _on(day: date, wall_clock: str, zone: ZoneInfo) -> Interval:
    """Both readings of a wall-clock time: they differ only while the clocks change."""
    minute = int(wall_clock[:2]) * 60 + int(wall_clock[3:])
    local = datetime.combine(
        day + timedelta(days=minute // DAY_MIN), time(minute // 60 % 24, minute % 60), zone
    )
    early, late = (int(local.replace(fold=fold).timestamp()) // 60 for fold in (0, 1))
    return early, late


def _merged(intervals: list[Interval]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for start, end in intervals:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
