"""What is free on a stretch of days, and the times at which all that a session takes is.

A set of times is one whole number, a bit for every five minutes: to intersect a year is one `&`.
What begins or ends between is rounded so that nothing is free that is not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.scheduling.domain.occupancy.day import Claim, Day, first_minute
from services.scheduling.domain.occupancy.needs import Need, Wanted
from services.scheduling.domain.resources.openings import DAY_MIN, openings
from services.scheduling.domain.resources.resource import Resource, Roster
from shared.kernel.policy import Policy

CELL_MIN = 5
GRID_MIN = 30
"""Appointments start on the half hours of UTC, which are those of every zone but a few."""
HORIZON_D = 120


@dataclass(frozen=True, slots=True)
class Slot:
    """A time for a session, and who and what it takes, in the order of its needs."""

    start: int
    end: int
    resources: tuple[Resource, ...] = ()
    needs: tuple[Need, ...] = ()

    def claims(self, appointment_id: str) -> tuple[Claim, ...]:
        return tuple(
            need.claim(each, appointment_id, self.start, self.end)
            for need, each in zip(self.needs, self.resources, strict=True)
        )


@dataclass
class Diary:
    """What is free of a roster on days that follow one another."""

    roster: Roster
    days: Sequence[Day]
    policy: Policy
    _starts: dict[tuple[str, Need, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._first = date.fromisoformat(self.days[0].date)
        self.begin = first_minute(self._first)
        self.end = self.begin + len(self.days) * DAY_MIN
        self._grid = _every(GRID_MIN // CELL_MIN, (self.end - self.begin) // CELL_MIN)
        self._claims: dict[str, list[Claim]] = {}
        for day in self.days:
            for each in day.claims:
                self._claims.setdefault(each.resource, []).append(each)

    def earliest(self, wanted: Wanted, since: int) -> Slot | None:
        """The first slot that starts at `since` or later."""
        return next(self.slots(wanted, since, self.end), None)

    def slots(self, wanted: Wanted, since: int, until: int) -> Iterator[Slot]:
        """Every start from `since` to before `until` at which all that is wanted is free."""
        times = self._times(wanted) & -1 << max(0, -(-(since - self.begin) // CELL_MIN))
        while times:
            start = self.begin + _lowest(times) * CELL_MIN
            if start >= until:
                return
            if found := self._chosen(wanted, start):
                yield found
            times &= times - 1

    def _times(self, wanted: Wanted) -> int:
        """Starts on the grid at which one of each need is free (not yet: all different)."""
        times = self._grid
        for need in wanted.needs:
            any_of = 0
            for each in self._candidates(need, wanted):
                any_of |= self._free(each, need, wanted.length)
            times &= any_of
        return times

    def _candidates(self, need: Need, wanted: Wanted) -> list[Resource]:
        able = [each for each in self.roster.resources if set(each.kinds) & set(need.kinds)]
        named = [each for each in able if each.id in wanted.only]
        return named or able

    def _free(self, resource: Resource, need: Need, length: int) -> int:
        """The starts from which the resource can be had for the whole length."""
        key = (resource.id, need, length)
        if key not in self._starts:
            before, after = resource.buffer_before_min, resource.buffer_after_min
            cells = -(-(before + length + after) // CELL_MIN)
            starts = _runs(self._open(resource, need) & ~self._busy(resource, need), cells)
            self._starts[key] = starts << -(-before // CELL_MIN)
        return self._starts[key]

    def _open(self, resource: Resource, need: Need) -> int:
        days, found = (self._first, len(self.days)), 0
        for kind in need.kinds:
            for start, end in openings(resource, kind, self.roster, days, self.policy):
                found |= self._cells(-(-start // CELL_MIN), end // CELL_MIN)
        return found

    def _busy(self, resource: Resource, need: Need) -> int:
        """When the resource is taken by others, or full."""
        busy, levels = 0, [0] * need.capacity_of(resource)
        own = []
        for each in self._claims.get(resource.id, ()):
            cells = self._cells(each.start // CELL_MIN, -(-each.end // CELL_MIN))
            if not need.share or each.share != need.share:
                busy |= cells
                continue
            own.append((cells, each.capacity))
            for level in range(len(levels) - 1, 0, -1):
                levels[level] |= levels[level - 1] & cells
            levels[0] |= cells
        for cells, capacity in own:  # the strictest of those there counts
            if capacity <= len(levels):
                busy |= levels[capacity - 1] & cells
        return busy | levels[-1]

    def _cells(self, first: int, last: int) -> int:
        """The bits from cell `first` to before `last`, as far as they are on these days."""
        low = max(first - self.begin // CELL_MIN, 0)
        high = min(last, self.end // CELL_MIN) - self.begin // CELL_MIN
        return (1 << high) - (1 << low) if low < high else 0

    def _chosen(self, wanted: Wanted, start: int) -> Slot | None:
        """One different resource for each need, the first that are free; None: there are not."""
        found = self._assigned(wanted, start, ())
        return Slot(start, start + wanted.length, found, wanted.needs) if found else None

    def _assigned(
        self, wanted: Wanted, start: int, taken: tuple[Resource, ...]
    ) -> tuple[Resource, ...]:
        if len(taken) == len(wanted.needs):
            return taken
        need, cell = wanted.needs[len(taken)], (start - self.begin) // CELL_MIN
        for each in self._candidates(need, wanted):
            if each in taken or not self._free(each, need, wanted.length) >> cell & 1:
                continue
            if found := self._assigned(wanted, start, (*taken, each)):
                return found
        return ()


def on_grid(minute: int) -> int:
    return -(-minute // GRID_MIN) * GRID_MIN


def _every(step: int, cells: int) -> int:
    """A bit for every `step` cells."""
    return ((1 << cells) - 1) // ((1 << step) - 1) if cells % step == 0 else 0


def _runs(cells: int, length: int) -> int:
    """The cells from which `length` follow one another, the first included."""
    have = 1
    while have < length:
        step = min(have, length - have)
        cells &= cells >> step
        have += step
    return cells


def _lowest(cells: int) -> int:
    return (cells & -cells).bit_length() - 1
