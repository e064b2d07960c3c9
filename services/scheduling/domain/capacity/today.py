"""How a clinic stands at this moment: whether it is open, and how much of today is booked.

Today is a day on the wall of each resource's own zone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.scheduling.domain.occupancy.day import Claim, Day
from services.scheduling.domain.resources import wall
from services.scheduling.domain.resources.openings import openings, site_openings
from services.scheduling.domain.resources.resource import Resource, Roster
from shared.contracts.site import ResourceKind
from shared.kernel.policy import Policy


def reach(now: datetime) -> tuple[date, date]:
    """The days of UTC that a today anywhere can lie on."""
    day = now.astimezone(UTC).date()
    return day - timedelta(days=1), day + timedelta(days=1)


def is_open(roster: Roster, now: datetime, policy: Policy) -> bool:
    """Whether a site is within its declared hours; without sites, whether a room or chair is."""
    days = now.astimezone(UTC).date(), 1
    minute = int(now.timestamp() // 60)
    if roster.sites:
        opened = [site_openings(each, days) for each in roster.sites]
    else:
        places = [each for each in roster.resources if each.kind in ("room", "chair")]
        opened = [openings(each, each.kind, roster, days, policy) for each in places]
    return any(start <= minute < end for each in opened for start, end in each)


def used_today(
    roster: Roster, days: Iterable[Day], now: datetime, policy: Policy
) -> Mapping[ResourceKind, float]:
    """Booked of open minutes by kind; no entry for a kind of which nothing is open today.

    `days`: those of `reach`. More than 1: booked beyond the hours, by somebody who answers for it.
    """
    claims: dict[str, list[Claim]] = defaultdict(list)
    for each in (claim for day in days for claim in day.claims):
        claims[each.resource].append(each)
    opened: dict[ResourceKind, int] = defaultdict(int)
    taken: dict[ResourceKind, float] = defaultdict(float)
    for resource in roster.resources:
        today = _today(resource.zone, now)
        opened[resource.kind] += _length(_open(resource, roster, today, now, policy))
        taken[resource.kind] += sum(_shared(each, today) for each in claims[resource.id])
    return {kind: round(taken[kind] / minutes, 3) for kind, minutes in opened.items() if minutes}


def _open(
    resource: Resource, roster: Roster, today: wall.Interval, now: datetime, policy: Policy
) -> wall.Intervals:
    """Of who may act as several kinds, each minute once."""
    first, last = reach(now)
    days = first, (last - first).days + 1
    acting = (openings(resource, kind, roster, days, policy) for kind in resource.kinds)
    return wall.common(wall.united(each for kind in acting for each in kind), (today,))


def _today(zone: str, now: datetime) -> wall.Interval:
    day = now.astimezone(ZoneInfo(zone)).date().toordinal()
    return wall.possibly(zone, day, day)


def _shared(claim: Claim, today: wall.Interval) -> float:
    """Its minutes of today; who is shared by two is half taken by each of them."""
    return _length(wall.common(((claim.start, claim.end),), (today,))) / claim.capacity


def _length(intervals: wall.Intervals) -> int:
    return sum(end - start for start, end in intervals)
