"""When each resource is open and not taken, and the earliest time at which all that is needed is.

Times are minutes since the epoch; appointments start on a grid of half hours.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.scheduling.domain.occupancy.day import Day, first_minute
from services.scheduling.domain.resources.resource import (
    DAY_MIN,
    Interval,
    Resource,
    Roster,
    open_times,
)
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import ResourceKind

GRID_MIN = 30
HORIZON_D = 120
NEEDS: Mapping[SessionKind, tuple[ResourceKind, ...]] = {
    "preparation": ("room", "therapist"),
    "dosing": ("room", "monitor", "prescriber", "nurse", "therapist"),
    "integration": ("room", "therapist"),
}
"""Who and what is there for the whole length (clinical reference 3.6; SCH-5, SCH-6)."""


@dataclass(frozen=True, slots=True)
class FreeTime:
    """One resource's free times: from `starts[i]` to `ends[i]`, ascending, apart."""

    resource: Resource
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def next_start(self, at: int, length: int) -> int | None:
        """The first start on the grid, not before `at`, that leaves `length` minutes."""
        position = max(bisect_right(self.starts, at) - 1, 0)
        for index in range(position, len(self.starts)):
            begin = on_grid(max(at, self.starts[index]))
            if begin + length <= self.ends[index]:
                return begin
        return None


Pools = Mapping[ResourceKind, Sequence[FreeTime]]
"""The free times of the active resources of each kind; the first that is free is taken."""


@dataclass(frozen=True, slots=True)
class Slot:
    start: int
    end: int
    resources: tuple[Resource, ...] = ()


def on_grid(minute: int) -> int:
    return -(-minute // GRID_MIN) * GRID_MIN


def pools(roster: Roster, days: Sequence[Day]) -> Pools:
    """What is free on these days, which follow one another."""
    first = date.fromisoformat(days[0].date)
    begin = first_minute(first)
    horizon = (begin, begin + len(days) * DAY_MIN)
    taken = _taken(days)
    found: dict[ResourceKind, list[FreeTime]] = defaultdict(list)
    for each in roster.resources:
        if each.active:
            opens = open_times(each.zone, each.hours, first, len(days))
            free = _without(opens, taken.get(each.id, ()), horizon)
            starts, ends = zip(*free, strict=True) if free else ((), ())
            found[each.kind].append(FreeTime(each, starts, ends))
    return found


def earliest_slot(needed: Sequence[Sequence[FreeTime]], at: int, length: int) -> Slot | None:
    """The earliest slot, not before `at`, with one free resource of each pool."""
    while True:
        nexts = [_next_start(pool, at, length) for pool in needed]
        if None in nexts:
            return None
        latest = max(start for start in nexts if start is not None)
        if all(start == latest for start in nexts):
            return Slot(latest, latest + length, _chosen(needed, latest, length))
        at = latest


def _next_start(pool: Sequence[FreeTime], at: int, length: int) -> int | None:
    starts = (each.next_start(at, length) for each in pool)
    return min((start for start in starts if start is not None), default=None)


def _chosen(needed: Sequence[Sequence[FreeTime]], start: int, length: int) -> tuple[Resource, ...]:
    return tuple(
        next(each.resource for each in pool if each.next_start(start, length) == start)
        for pool in needed
    )


def _taken(days: Sequence[Day]) -> dict[str, list[Interval]]:
    found: dict[str, list[Interval]] = defaultdict(list)
    for day in days:
        for each in day.taken:
            for resource in each.resources:
                found[resource].append((each.start, each.end))
    return found


def _without(
    opens: Iterable[Interval], taken: Sequence[Interval], horizon: Interval
) -> list[Interval]:
    """The open times less the taken ones (both ascending and apart), within the horizon."""
    free: list[Interval] = []
    position = 0
    for start, close in opens:
        begin, end = max(start, horizon[0]), min(close, horizon[1])
        while position < len(taken) and taken[position][1] <= begin:
            position += 1
        following = position
        while following < len(taken) and taken[following][0] < end:
            if begin < taken[following][0]:
                free.append((begin, taken[following][0]))
            begin = max(begin, taken[following][1])
            following += 1
        if begin < end:
            free.append((begin, end))
    return free
