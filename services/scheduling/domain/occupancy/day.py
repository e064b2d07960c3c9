"""One clinic day: what is taken, by which appointment. The aggregate that two bookings race for.

A day is a day of UTC, so that a moment lies in exactly one; what spans midnight is on two.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from services.scheduling.domain.resources.openings import DAY_MIN

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Claim:
    """One resource taken from `start` to `end` (minutes since the epoch), buffers included.

    Claims of one `share` may overlap, as many as the strictest of them allows by its `capacity`:
    a nurse watches two infusions, a room seats six of one group. Without a share, or of another,
    none may. `forced`: booked in spite of what was there, by somebody who answers for it.
    """

    appointment_id: str
    resource: str
    start: int
    end: int
    share: str = ""
    capacity: int = 1
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """`date` as 2026-01-31. `claims` ascend by start, then appointment and resource."""

    date: str
    claims: tuple[Claim, ...] = ()


def minutes(moment: datetime) -> int:
    """Whole minutes since the epoch, a started one counted."""
    return -int(-moment.timestamp() // 60)


def moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def in_words(minute: int) -> str:
    return f"{moment(minute):%Y-%m-%d %H:%M} UTC"


def first_minute(day: date) -> int:
    return (day.toordinal() - _EPOCH) * DAY_MIN


def days_between(start: int, end: int) -> tuple[str, ...]:
    """The days that [start, end) touches."""
    first, last = moment(start).date(), moment(end - 1).date()
    count = last.toordinal() - first.toordinal() + 1
    return tuple((first + timedelta(days=number)).isoformat() for number in range(count))


def in_the_way(day: Day, wanted: Claim) -> tuple[Claim, ...]:
    """The claims for which there is no room for one more: empty if it is free."""
    met = tuple(
        each
        for each in day.claims
        if each.resource == wanted.resource
        and each.start < wanted.end
        and wanted.start < each.end
        and each.appointment_id != wanted.appointment_id
    )
    strangers = tuple(each for each in met if not wanted.share or each.share != wanted.share)
    return strangers or _too_many(met, wanted)


def are_free(days: Mapping[str, Day], wanted: Sequence[Claim]) -> bool:
    """`days` has every day that the wanted time touches."""
    return not any(
        in_the_way(days[day], each) for each in wanted for day in days_between(each.start, each.end)
    )


def take(day: Day, wanted: Claim) -> Day:
    """The day with its own part of the claim. What is not forced must be free."""
    begin = first_minute(date.fromisoformat(day.date))
    part = replace(wanted, start=max(wanted.start, begin), end=min(wanted.end, begin + DAY_MIN))
    assert part.forced or not in_the_way(day, part), "a resource would be booked twice"
    return replace(day, claims=tuple(sorted((*day.claims, part), key=_order)))


def release(day: Day, appointment_id: str) -> Day:
    return replace(
        day, claims=tuple(each for each in day.claims if each.appointment_id != appointment_id)
    )


def overlaps(day: Day) -> Iterator[tuple[Claim, Claim]]:
    """Every two claims on one resource that are more than it can bear, the earlier first."""
    for position, later in enumerate(day.claims):
        before = replace(day, claims=day.claims[:position])
        for each in in_the_way(before, later):
            yield each, later


def _too_many(met: Sequence[Claim], wanted: Claim) -> tuple[Claim, ...]:
    """Those there at the first minute at which one more is above the strictest capacity."""
    for minute in sorted({max(wanted.start, each.start) for each in met}):
        there = tuple(each for each in met if each.start <= minute < each.end)
        if len(there) >= min(wanted.capacity, *(each.capacity for each in there)):
            return there
    return ()


def _order(claim: Claim) -> tuple[int, str, str]:
    return claim.start, claim.appointment_id, claim.resource
