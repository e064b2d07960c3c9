"""When the resources of a roster are there, as bits, on days that follow one another.

It rests on nothing but the roster and the policy, so it is kept while these stand.
"""

from datetime import date

from services.scheduling.domain.occupancy.bits import CELL_MIN, DAY_CELLS, span
from services.scheduling.domain.occupancy.day import first_minute
from services.scheduling.domain.resources.openings import (
    Interval,
    certified_times,
    openings,
)
from services.scheduling.domain.resources.resource import Resource, Roster
from shared.contracts.site import ResourceKind
from shared.kernel.policy import Policy


class Opened:
    """Filled as it is asked; two who fill the same at once write the same."""

    def __init__(self, roster: Roster, first: date, days: int, policy: Policy) -> None:
        self.roster, self.first, self.days, self._policy = roster, first, days, policy
        self._begin = first_minute(first) // CELL_MIN
        self._times: dict[tuple[str, ResourceKind], int] = {}
        self._alike: dict[tuple[Interval, ...], int] = {}

    def times(self, resource: Resource, kind: ResourceKind) -> int:
        """When the resource may act as `kind`."""
        key = (resource.id, kind)
        if key not in self._times:
            days = (self.first, self.days)
            intervals = openings(resource, kind, self.roster, days, self._policy)
            self._times[key] = self._bits(intervals)
        return self._times[key]

    def certified(self, site: str) -> int:
        """When the REMS certifies the site."""
        return self._bits(certified_times(self.roster, site, (self.first, self.days)))

    def _bits(self, intervals: tuple[Interval, ...]) -> int:
        """Most resources keep the same hours: what is alike is kept once."""
        if intervals not in self._alike:
            found = 0
            for start, end in intervals:
                first, last = -(-start // CELL_MIN) - self._begin, end // CELL_MIN - self._begin
                found |= span(max(first, 0), min(last, self.days * DAY_CELLS))
            self._alike[intervals] = found
        return self._alike[intervals]
