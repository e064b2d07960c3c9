"""When a resource can be booked: its hours on the wall, and what else must hold then (SCH-6).

Hours are wall-clock time in the resource's zone: nine o'clock stays nine o'clock when the clocks
change. Where a wall-clock time is ambiguous or skipped, the shorter opening is taken.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from functools import lru_cache

from services.scheduling.domain.resources import wall
from services.scheduling.domain.resources.recurrence import days_of
from services.scheduling.domain.resources.resource import (
    PEOPLE,
    Licence,
    Resource,
    Roster,
    Site,
)
from services.scheduling.domain.resources.wall import DAY_MIN as DAY_MIN
from services.scheduling.domain.resources.wall import Interval as Interval
from shared.contracts.site import Closure, RecurringHours, ResourceKind, WeeklyHours
from shared.kernel.policy import Policy

Days = tuple[date, int]
"""The first day of UTC, and how many."""


def openings(
    resource: Resource, kind: ResourceKind, roster: Roster, days: Days, policy: Policy
) -> tuple[Interval, ...]:
    """When the resource may act as `kind` on these days (the first, how many; of UTC), ascending,
    apart. It may reach beyond them by a day on either side."""
    if not resource.active or kind not in resource.kinds:
        return ()
    site = roster.site(resource.site)
    if kind not in PEOPLE:
        return _openings(resource, site, days)
    licences = roster.licences_of(resource, kind) if policy["licence.required"] else None
    required = policy.certificates.get(kind, ())
    return _acting(resource, site, licences, required, days)


def site_openings(site: Site, days: Days) -> tuple[Interval, ...]:
    return open_times(site.zone, site.hours, *days, site.recurring, site.closures)


def certified_times(roster: Roster, site_id: str, days: Days) -> tuple[Interval, ...]:
    """When the site is certified by the REMS, on these days and one around them (SCH-5)."""
    begin, end = _reach(days)
    known = (each.valid_until for each in roster.certified if each.site == site_id)
    return wall.united((begin, min(end, int(until.timestamp()) // 60)) for until in known)


@lru_cache(maxsize=512)
def open_times(  # noqa: PLR0913  # what a site and a resource have in common
    zone: str,
    hours: tuple[WeeklyHours, ...],
    first: date,
    days: int,
    recurring: tuple[RecurringHours, ...] = (),
    closures: tuple[Closure, ...] = (),
) -> tuple[Interval, ...]:
    """When it is open on these days (UTC) and one day around them, ascending, apart."""
    begin, end = first.toordinal() - 1, first.toordinal() + days
    opened = (
        wall.surely(zone, day, opens, day, closes)
        for day, opens, closes in (*_weekly(hours, begin, end), *_recurring(recurring, begin, end))
    )
    closed = (
        wall.possibly(zone, max(each.first.toordinal(), begin), min(each.last.toordinal(), end))
        for each in closures
        if each.first.toordinal() <= end and begin <= each.last.toordinal()
    )
    return wall.without(wall.united(opened), wall.united(closed))


@lru_cache(maxsize=1024)
def _openings(resource: Resource, site: Site | None, days: Days) -> tuple[Interval, ...]:
    own = open_times(resource.zone, resource.hours, *days, resource.recurring, resource.absences)
    return wall.common(own, site_openings(site, days)) if site else own


@lru_cache(maxsize=1024)
def _acting(
    resource: Resource,
    site: Site | None,
    licences: tuple[Licence, ...] | None,
    required: tuple[str, ...],
    days: Days,
) -> tuple[Interval, ...]:
    """A person in a role: while a licence holds and every certificate that the role needs."""
    found = _openings(resource, site, days)
    if licences is not None:
        periods = [(each.valid_from, each.valid_until) for each in licences]
        found = wall.common(found, _valid(resource.zone, periods, days))
    for code in required:
        ends = [each.valid_until for each in resource.certificates if each.code == code]
        periods = [(date.min, end) for end in ends]
        found = wall.common(found, _valid(resource.zone, periods, days))
    return found


def _valid(zone: str, held: Iterable[tuple[date, date]], days: Days) -> tuple[Interval, ...]:
    """The days on the wall, both included, on which one of these holds.

    Days that follow one another are put together first: no seam at a midnight that comes twice.
    """
    begin, end = days[0].toordinal() - 2, days[0].toordinal() + days[1] + 1
    whole = (
        (max(first.toordinal(), begin), min(last.toordinal(), end) + 1) for first, last in held
    )
    return tuple(
        wall.surely(zone, first, 0, last - 1, DAY_MIN) for first, last in wall.united(whole)
    )


def _weekly(hours: tuple[WeeklyHours, ...], begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    for each in hours:
        opens, closes = _minute(each.opens), _minute(each.closes)
        monday = begin - (begin - 1) % 7  # the ordinal 1 is a Monday
        for day in range(monday + each.weekday, end + 1, 7):
            if day >= begin:
                yield day, opens, closes


def _recurring(
    hours: tuple[RecurringHours, ...], begin: int, end: int
) -> Iterator[tuple[int, int, int]]:
    for each in hours:
        opens, closes = _minute(each.opens), _minute(each.closes)
        for day in days_of(each, begin, end):
            yield day, opens, closes


def _minute(wall_clock: str) -> int:
    return int(wall_clock[:2]) * 60 + int(wall_clock[3:])


def _reach(days: Days) -> Interval:
    first = int(datetime.combine(days[0], time(), UTC).timestamp()) // 60
    return first - DAY_MIN, first + (days[1] + 1) * DAY_MIN
