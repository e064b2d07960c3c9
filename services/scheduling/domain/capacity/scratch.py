"""A diary to try bookings on: what is taken here is taken nowhere else.

Only what a booking takes is looked at again, so that thousands can be tried in a second.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from services.scheduling.domain.occupancy.bits import CELL_MIN, levels_with, runs, span
from services.scheduling.domain.occupancy.day import Claim
from services.scheduling.domain.occupancy.needs import Need, Wanted
from services.scheduling.domain.occupancy.search import Diary, Place, Slot, in_rooms, room_of
from services.scheduling.domain.resources.resource import Resource


@dataclass
class Uses:
    """What one share takes of a resource. `levels[n]`: when there are more than `n` claims;
    `strict`: when there is one that allows no more than so many."""

    levels: list[int] = field(default_factory=list)
    strict: dict[int, int] = field(default_factory=dict)

    def add(self, cells: int, capacity: int) -> None:
        self.levels.append(0)
        levels_with(self.levels, cells)
        while len(self.levels) > 1 and not self.levels[-1]:
            self.levels.pop()
        self.strict[capacity] = self.strict.get(capacity, 0) | cells

    def full(self, capacity: int) -> int:
        """When there is no room for one more of this share."""
        found = self._level(capacity)
        for most, cells in self.strict.items():
            found |= self._level(most) & cells
        return found

    def _level(self, capacity: int) -> int:
        return self.levels[capacity - 1] if capacity <= len(self.levels) else 0


class Scratch(Diary):
    """Made from days, not from pages."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._uses: dict[str, dict[str, Uses]] = defaultdict(lambda: defaultdict(Uses))
        self._starts: dict[str, dict[tuple[Need, int], int]] = defaultdict(dict)
        for day in self.days:
            for each in day.claims:
                self._add(each)

    def fill(self, wanted: Wanted, most: int) -> list[Slot]:
        """Takes such sessions one after the other, each at the earliest start that is left, until
        there is none or there are so many."""
        found: list[Slot] = []
        places = self.places(wanted)
        for start in list(self.starts(wanted, self.begin, self.end)):
            cell = (start - self.begin) // CELL_MIN
            for place in (each for each in places if each.offered >> cell & 1):
                while len(found) < most and self._is_possible(wanted, place, cell):
                    chosen = self._assigned(wanted, place, cell, ())
                    found.append(Slot(start, start + wanted.length, chosen, wanted.needs))
                    self._take(found[-1])
        return found

    def free(self, resource: Resource, need: Need, length: int) -> int:
        known = self._starts[resource.id]
        if (need, length) not in known:
            before = -(-resource.buffer_before_min // CELL_MIN)
            cells = before + -(-(length + resource.buffer_after_min) // CELL_MIN)
            idle, found = ~self._busy(resource, need), 0
            for kind in need.kinds:
                found |= runs(self._open.times(resource, kind) & idle, cells)
            known[need, length] = found << before
        return known[need, length]

    def _is_possible(self, wanted: Wanted, place: Place, cell: int) -> bool:
        """Whether all of it is still free, when the session starts there."""
        free = [
            {each.id: self.free(each, need, wanted.length) >> cell & 1 for each in able}
            for need, able in zip(wanted.needs, place.able, strict=True)
        ]
        return bool(in_rooms(room_of(wanted), place.able, free) & 1)

    def _take(self, slot: Slot) -> None:
        for each in slot.claims("tried"):
            self._add(each)
            self._starts.pop(each.resource, None)

    def _busy(self, resource: Resource, need: Need) -> int:
        busy = 0
        for share, uses in self._uses[resource.id].items():
            same = bool(need.share) and share == need.share
            busy |= uses.full(need.capacity_of(resource)) if same else uses.levels[0]
        return busy

    def _at_work(self, resource: Resource, need: Need) -> int:
        uses = self._uses[resource.id].get(need.share)
        return uses.levels[0] if uses else 0

    def _add(self, claim: Claim) -> None:
        first = max(0, (claim.start - self.begin) // CELL_MIN)
        last = min(self.end - self.begin, claim.end - self.begin) // CELL_MIN
        self._uses[claim.resource][claim.share].add(span(first, last), claim.capacity)
