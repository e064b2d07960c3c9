"""What HTTP may ask of the calendar: local days by resource, and what should not stand.

It names appointments, never patients.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.scheduling.application.documents import APPOINTMENTS
from services.scheduling.application.reading import kept
from services.scheduling.domain.occupancy.conflicts import Conflict
from services.scheduling.domain.occupancy.conflicts import conflicts as find_conflicts
from services.scheduling.domain.occupancy.day import Claim, Day, minutes, moment
from services.scheduling.domain.resources.openings import Interval, openings
from services.scheduling.domain.resources.resource import Resource, Roster
from shared.contracts.site import ResourceKind
from shared.kernel.policy import Policy
from shared.storage.reads import Reads


class Shown(NamedTuple):
    """Days on the wall of `zone`; empty: the site's, else that of the first resource."""

    day: date
    days: int
    resource: str
    site: str
    zone: str


@dataclass(frozen=True, slots=True)
class BusyTime:
    """With the buffers that are kept free around it."""

    start: datetime
    end: datetime
    appointment_id: str
    forced: bool


@dataclass(frozen=True, slots=True)
class OpenTime:
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ResourceCalendar:
    resource_id: str
    kind: ResourceKind
    site: str
    open: tuple[OpenTime, ...]
    busy: tuple[BusyTime, ...]


@dataclass(frozen=True, slots=True)
class DayCalendar:
    """One day from midnight to midnight on the wall of `zone`."""

    day: date
    zone: str
    start: datetime
    end: datetime
    resources: tuple[ResourceCalendar, ...]


@dataclass(frozen=True, slots=True)
class CalendarDays:
    days: tuple[DayCalendar, ...]


@dataclass(frozen=True, slots=True)
class ConflictView:
    """`reasons`: for what those that were forced are booked above what there is."""

    code: str
    words: str
    resource_id: str
    appointment_ids: tuple[str, ...]
    start: datetime
    end: datetime
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConflictsView:
    conflicts: tuple[ConflictView, ...]


def calendar(reads: Reads, shown: Shown, policy: Policy) -> CalendarDays:
    roster = kept.roster(reads)
    resources = [
        each
        for each in roster.resources
        if shown.resource in ("", each.id) and shown.site in ("", each.site)
    ]
    zone = shown.zone or _zone(roster, resources, shown.site)
    walls = [_wall(shown.day + timedelta(days=number), zone) for number in range(shown.days + 1)]
    busy = _busy(kept.days(reads, walls[0].date(), walls[-1].date()))
    stretch = (walls[0].date(), (walls[-1].date() - walls[0].date()).days + 1)
    opened = {
        each.id: [openings(each, kind, roster, stretch, policy) for kind in each.kinds]
        for each in resources
    }
    days = (
        DayCalendar(
            shown.day + timedelta(days=number),
            zone,
            *wall,
            tuple(_seen(each, opened[each.id], busy[each.id], wall) for each in resources),
        )
        for number, wall in enumerate(pairwise(walls))
    )
    return CalendarDays(tuple(days))


def conflicts(reads: Reads, since: datetime, until: datetime, policy: Policy) -> ConflictsView:
    first, last = minutes(since), minutes(until)
    found = [
        each
        for each in find_conflicts(
            kept.roster(reads), kept.days(reads, since.date(), until.date()), policy
        )
        if each.start < last and first < each.end
    ]
    names = {name for each in found for name in each.appointments}
    forced = {
        each.aggregate.appointment_id: each.aggregate.overbooked
        for each in reads.several(APPOINTMENTS, names)
    }
    return ConflictsView(tuple(_told(each, forced) for each in found))


def _told(found: Conflict, forced: Mapping[str, str]) -> ConflictView:
    reasons = (forced.get(each, "") for each in found.appointments)
    return ConflictView(
        found.code,
        found.words,
        found.resource,
        found.appointments,
        moment(found.start),
        moment(found.end),
        tuple(each for each in dict.fromkeys(reasons) if each),
    )


def _zone(roster: Roster, resources: Iterable[Resource], site: str) -> str:
    declared = roster.site(site)
    return declared.zone if declared else next((each.zone for each in resources), "UTC")


def _wall(day: date, zone: str) -> datetime:
    """The first moment of a day: the earlier where midnight comes twice."""
    local = datetime.combine(day, time(), ZoneInfo(zone))
    return moment(minutes(local))


def _busy(days: Iterable[Day]) -> dict[str, list[Claim]]:
    """By resource."""
    by_resource: dict[str, list[Claim]] = defaultdict(list)
    for day in days:
        for each in day.claims:
            by_resource[each.resource].append(each)
    return by_resource


def _seen(
    resource: Resource,
    opened: list[tuple[Interval, ...]],
    claims: list[Claim],
    day: tuple[datetime, datetime],
) -> ResourceCalendar:
    """The two halves of what spans midnight of UTC are one again."""
    first, last = minutes(day[0]), minutes(day[1])
    spans = sorted({each for kind in opened for each in kind if each[0] < last and first < each[1]})
    whole: dict[str, tuple[int, int, bool]] = {}
    for each in claims:
        start, end, _ = whole.get(each.appointment_id, (each.start, each.end, False))
        span = min(start, each.start), max(end, each.end), each.forced
        whole[each.appointment_id] = span
    return ResourceCalendar(
        resource.id,
        resource.kind,
        resource.site,
        tuple(OpenTime(moment(max(a, first)), moment(min(b, last))) for a, b in spans),
        tuple(
            BusyTime(moment(start), moment(end), name, forced)
            for name, (start, end, forced) in whole.items()
            if start < last and first < end
        ),
    )
