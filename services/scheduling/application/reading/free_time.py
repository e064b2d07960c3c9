"""What HTTP may ask of free time: slots, and why there are none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.scheduling.application.diaries import Diaries
from services.scheduling.domain.occupancy.day import minutes, moment
from services.scheduling.domain.occupancy.explaining import lacking
from services.scheduling.domain.occupancy.needs import Wanted, wanted
from services.scheduling.domain.occupancy.search import HORIZON_D, Diary, Slot
from services.scheduling.domain.resources.resource import Resource, Roster
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import ResourceKind, Route
from shared.kernel.errors import Reason
from shared.kernel.policy import CourseTemplate, Policy
from shared.storage.reads import Reads

_LENGTH_MIN = 60
"""Where no protocol goes by the route."""


class Asked(NamedTuple):
    """Starts from `since` to before `until`. `length` 0: as the route's protocols have it."""

    session: SessionKind
    route: Route
    since: datetime
    until: datetime
    length: int
    therapist: str
    site: str
    limit: int


@dataclass(frozen=True, slots=True)
class TakenView:
    resource_id: str
    kind: ResourceKind


@dataclass(frozen=True, slots=True)
class SlotView:
    """`local`: the start as the clock in `zone` shows it. `resources`: what would be taken."""

    start: datetime
    end: datetime
    zone: str
    local: str
    resources: tuple[TakenView, ...]


@dataclass(frozen=True, slots=True)
class SlotsView:
    """`blocked_by`: why there are none. `next`: then the first one after the window."""

    slots: tuple[SlotView, ...]
    blocked_by: tuple[Reason, ...] = ()
    next: SlotView | None = None


def slots(diaries: Diaries, reads: Reads, asked: Asked, policy: Policy) -> SlotsView:
    length = asked.length or _length(asked, policy)
    only = [asked.therapist] if asked.therapist else []
    whole = wanted(asked.session, asked.route, length, policy, only)
    since, until = minutes(asked.since), minutes(asked.until)
    diary = _diary(diaries, reads, asked, asked.since.date(), asked.until.date())
    if reason := _unknown(asked, diary.roster):
        return SlotsView((), (reason,))
    found = tuple(islice(diary.slots(whole, since, until), asked.limit))
    if found:
        return SlotsView(tuple(_seen(each, whole) for each in found))
    reasons = lacking(diary, whole, since, until, asked.session)
    last = asked.until.date() + timedelta(days=HORIZON_D)
    after = _diary(diaries, reads, asked, asked.until.date(), last).earliest(whole, until)
    return SlotsView((), reasons, _seen(after, whole) if after else None)


def _diary(diaries: Diaries, reads: Reads, asked: Asked, first: date, last: date) -> Diary:
    """With a day on either side, for what begins before or ends after."""
    begin = first - timedelta(days=1)
    diary = diaries.diary(reads, begin, (last - begin).days + 2)
    if not asked.site:
        return diary
    return replace(diary, roster=_at(asked.site, diary.roster))


def _at(site: str, roster: Roster) -> Roster:
    there = tuple(each for each in roster.resources if each.site in ("", site))
    return replace(roster, resources=there)


def _unknown(asked: Asked, roster: Roster) -> Reason | None:
    if asked.site and not any(each.site == asked.site for each in roster.resources):
        words = f"nothing on the roster is at a site {asked.site}; leave it out, or declare it"
        return Reason("unknown-site", words)
    able = [each.id for each in roster.resources if "therapist" in each.kinds]
    if asked.therapist and asked.therapist not in able:
        words = f"no therapist on the roster is called {asked.therapist}; leave it out, or declare"
        return Reason("unknown-therapist", words)
    return None


def _length(asked: Asked, policy: Policy) -> int:
    """The longest that a protocol by this route has for such a session."""
    lengths: dict[SessionKind, Callable[[CourseTemplate], int]] = {
        "preparation": lambda each: each.preparation_min,
        "dosing": lambda each: each.dosing_min,
        "integration": lambda each: each.integration_min,
    }
    by_route = [each for each in policy.protocols.values() if each.route == asked.route]
    return max((lengths[asked.session](each) for each in by_route), default=_LENGTH_MIN)


def _seen(slot: Slot, whole: Wanted) -> SlotView:
    rooms: Sequence[Resource] = [
        each for need, each in zip(whole.needs, slot.resources, strict=True) if "room" in need.kinds
    ]
    zone = (rooms or slot.resources)[0].zone
    start = moment(slot.start)
    return SlotView(
        start,
        moment(slot.end),
        zone,
        f"{start.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}",
        tuple(TakenView(each.id, each.kind) for each in slot.resources),
    )


def default_until(since: datetime) -> datetime:
    return since.astimezone(UTC) + timedelta(days=14)
