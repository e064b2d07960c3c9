"""One day of a diary: for each resource when it is taken, as bits. Small, because it is kept.

It says when, not by whom: for that, read the day itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.scheduling.domain.occupancy.bits import (
    CELL_MIN,
    DAY_BYTES,
    DAY_CELLS,
    levels_with,
    span,
)
from services.scheduling.domain.occupancy.day import Claim, Day, first_minute
from services.scheduling.domain.occupancy.needs import Need

_FREE = bytes(DAY_BYTES)


@dataclass(frozen=True, slots=True)
class Use:
    """What one share takes of a resource. `levels[n]`: when there are more than `n` claims.

    `full`: when the strictest of those that are there allows no more.
    """

    share: str
    levels: tuple[int, ...]
    full: int


class Page:
    """Made once for a version of a day; never changes."""

    __slots__ = ("_uses", "date")

    def __init__(self, day: Day) -> None:
        self.date = day.date
        by_resource: dict[str, dict[str, list[Claim]]] = defaultdict(lambda: defaultdict(list))
        for each in day.claims:
            by_resource[each.resource][each.share].append(each)
        begin = first_minute(date.fromisoformat(day.date))
        self._uses = {
            resource: tuple(_use(share, claims, begin) for share, claims in shares.items())
            for resource, shares in by_resource.items()
        }

    def busy(self, resource: str, need: Need, capacity: int) -> bytes:
        """When there is no room on the resource for one more claim of this need."""
        uses = self._uses.get(resource)
        if not uses:
            return _FREE
        busy = 0
        for each in uses:
            if not need.share or each.share != need.share:
                busy |= each.levels[0]
            else:
                busy |= each.full
                if capacity <= len(each.levels):
                    busy |= each.levels[capacity - 1]
        return busy.to_bytes(DAY_BYTES, "little")

    def shared(self, resource: str, share: str) -> bytes:
        """When the resource is in use by this share."""
        uses = (each for each in self._uses.get(resource, ()) if each.share == share)
        found = next(uses, None)
        return found.levels[0].to_bytes(DAY_BYTES, "little") if found else _FREE


def _use(share: str, claims: Iterable[Claim], begin: int) -> Use:
    cells = [(_cells(each, begin), each.capacity) for each in claims]
    levels = [0] * (len(cells) if share else 1)
    for each, _ in cells:
        levels_with(levels, each)
    full = 0
    for each, capacity in cells:
        if share and capacity <= len(levels):
            full |= levels[capacity - 1] & each
    return Use(share, (levels[0], *(each for each in levels[1:] if each)), full)


def _cells(claim: Claim, begin: int) -> int:
    first, last = (claim.start - begin) // CELL_MIN, -((begin - claim.end) // CELL_MIN)
    return span(max(first, 0), min(last, DAY_CELLS))
