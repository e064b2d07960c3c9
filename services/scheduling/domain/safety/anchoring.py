"""What was meant by a time is what the clock on the wall shows, whatever becomes of its zone.

A time that is skipped when the clocks change is read as the hour after it, one that comes twice as
the first of the two (RFC 5545, 3.3.5); what already shows the time meant is left alone.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.scheduling.domain.course.course import Appointment

DAYS = 2 * 366
ZONE_RULES = "zone-rules"
_MINUTE = timedelta(minutes=1)


def on_the_wall(moment: datetime, zone: str) -> str:
    """As 2026-03-29T09:00."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def meant(wall: str, zone: str) -> datetime:
    """The moment at which a clock of the zone shows this."""
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def next_midnight(after: datetime, zone: str) -> datetime:
    tomorrow = after.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Zone:
    """What was known of a zone when its appointments were last compared with the wall."""

    name: str
    year: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Walls:
    """The zones of the clinic's appointments, and when they are compared next. One document."""

    look_at: datetime
    zones: tuple[Zone, ...] = ()


def watched(walls: Walls | None, name: str, at: datetime) -> Walls:
    """The zone of a resource is watched from its declaration on."""
    found = walls or Walls(next_midnight(at, name))
    if any(each.name == name for each in found.zones):
        return found
    zone = Zone(name, at.year, rules_of(name, at.year))
    zones = tuple(sorted((*found.zones, zone), key=lambda each: each.name))
    return replace(found, zones=zones)


def changed(walls: Walls) -> frozenset[str]:
    """The zones whose rules are others than when they were last looked at."""
    return frozenset(
        each.name for each in walls.zones if rules_of(each.name, each.year) != each.rules
    )


def compared(walls: Walls, at: datetime) -> Walls:
    """`at`: until when the time is known to have come."""
    zones = tuple(Zone(each.name, at.year, rules_of(each.name, at.year)) for each in walls.zones)
    return Walls(next_midnight(at, walls.zones[0].name), zones)


def is_adrift(appointment: Appointment, at: datetime) -> bool:
    """It is still to come, and the clock on the wall will not show what was meant."""
    shown = on_the_wall(appointment.start, appointment.zone)
    return appointment.stands and appointment.start > at and shown != appointment.wall


def anchored(appointment: Appointment) -> Appointment:
    """At the moment that is meant, with what it takes."""
    start = meant(appointment.wall, appointment.zone)
    shift = start - appointment.start
    by = shift // _MINUTE
    claims = tuple(
        replace(each, start=each.start + by, end=each.end + by) for each in appointment.claims
    )
    reason = appointment.reason if appointment.status == "pending" else ZONE_RULES
    return replace(
        appointment, start=start, end=appointment.end + shift, claims=claims, reason=reason
    )


def rules_of(zone: str, year: int) -> tuple[str, ...]:
    """When the clocks of the zone change in this year and the next, and to what: two editions of
    the zone's rules with the same of it show the same times."""
    return _rules(ZoneInfo(zone), year)


@lru_cache(maxsize=64)
def _rules(zone: tzinfo, year: int) -> tuple[str, ...]:
    first = datetime.combine(date(year, 1, 1), time(), UTC)
    days = [first + timedelta(days=number) for number in range(DAYS)]
    found = [_offset(first, zone)]
    for before, after in pairwise(days):
        if _offset(before, zone) != _offset(after, zone):
            change = _change(before, after, zone)
            found.append(f"{change:%Y-%m-%dT%H:%M} {_offset(change, zone)}")
    return tuple(found)


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first minute that shows what `after` does."""
    while after - before > _MINUTE:
        middle = before + (after - before) // (2 * _MINUTE) * _MINUTE
        same = _offset(middle, zone) == _offset(after, zone)
        before, after = (before, middle) if same else (middle, after)
    return after


def _offset(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%z}"
