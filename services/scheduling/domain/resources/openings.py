"""When a resource can be booked: its hours on the wall, and what else must hold then.

Hours are wall-clock time in the resource's zone: nine o'clock stays nine o'clock when the clocks
change. Where a wall-clock time is ambiguous or skipped, the shorter opening is taken.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.scheduling.domain.resources.resource import Resource, Roster
from shared.contracts.site import ResourceKind, WeeklyHours
from shared.kernel.policy import Policy

DAY_MIN = 24 * 60
Interval = tuple[int, int]
"""From and to, in minutes since the epoch."""


def openings(
    resource: Resource, kind: ResourceKind, roster: Roster, days: tuple[date, int], policy: Policy
) -> tuple[Interval, ...]:
    """When the resource may act as `kind` on these days (the first, how many; of UTC), ascending,
    apart. It may reach beyond them by a day on either side."""
    _ = roster, policy  # seam: sites, licences and certificates narrow it
    if not resource.active or kind not in resource.kinds:
        return ()
    return open_times(resource.zone, resource.hours, *days)


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
