"""What is free on a stretch of days, and the times at which all that a session takes is.

All of a session is at one site, what stands in a room for good goes with that room only, and no
resource fills two needs. `bits.py` has the arithmetic, `matching.py` the reason why it is exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.scheduling.domain.occupancy.bits import CELL_MIN, grid, lowest, runs, span
from services.scheduling.domain.occupancy.day import Claim, Day, first_minute
from services.scheduling.domain.occupancy.matching import Times, together
from services.scheduling.domain.occupancy.needs import Need, Wanted
from services.scheduling.domain.occupancy.opened import Opened
from services.scheduling.domain.occupancy.page import Page, Taken
from services.scheduling.domain.resources.openings import DAY_MIN
from services.scheduling.domain.resources.resource import Resource, Roster
from shared.contracts.site import ResourceKind
from shared.kernel.policy import Policy

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


@dataclass(frozen=True, slots=True)
class Place:
    """A site where a session could be: who could fill each need there, and the starts, as bits,
    at which all of it is free. `offered`: those of them that are on the grid."""

    site: str
    able: tuple[tuple[Resource, ...], ...]
    times: int
    offered: int


@dataclass
class Diary:
    """What is free of a roster on days that follow one another.

    Who keeps it gives what is `taken` in place of the days, and what is `opened` on them. Times
    outside the days are not free.
    """

    roster: Roster
    days: Sequence[Day]
    policy: Policy = field(repr=False)
    taken: Taken | None = field(default=None, repr=False)
    opened: Opened | None = field(default=None, repr=False)
    _free: dict[tuple[str, Need, int], int] = field(init=False, repr=False, default_factory=dict)
    _places: dict[Wanted, tuple[Place, ...]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._taken = self.taken or Taken([Page(each) for each in self.days])
        days = len(self._taken.pages)
        first = date.fromisoformat(self._taken.pages[0].date)
        self.begin = first_minute(first)
        self.end = self.begin + days * DAY_MIN
        self._open = self.opened or Opened(self.roster, first, days, self.policy)

    def earliest(self, wanted: Wanted, since: int) -> Slot | None:
        """The first slot that starts at `since` or later."""
        return next(self.slots(wanted, since, self.end), None)

    def slots(self, wanted: Wanted, since: int, until: int) -> Iterator[Slot]:
        """Every start on the grid from `since` to before `until` at which all that is wanted is
        free, each with the resources that would be taken."""
        for start in self.starts(wanted, since, until):
            found = self.at(wanted, start)
            assert found, "a start is one at which all that is needed is free"
            yield found

    def starts(self, wanted: Wanted, since: int, until: int) -> Iterator[int]:
        """The times of `slots` by themselves."""
        times = 0
        for place in self.places(wanted):
            times |= place.offered
        times &= -1 << max(0, -(-(since - self.begin) // CELL_MIN))
        while times:
            start = self.begin + lowest(times) * CELL_MIN
            if start >= until:
                return
            yield start
            times &= times - 1

    def at(self, wanted: Wanted, start: int) -> Slot | None:
        """The slot that starts exactly then, on the grid or not, if it can be had. `start` is on
        whole five minutes.

        Of several resources the first is taken that is at work for the same share then, so that a
        nurse who watches one infusion is asked to watch another; else the first by id.
        """
        cell = (start - self.begin) // CELL_MIN
        for place in self.places(wanted) if self.begin <= start < self.end else ():
            if place.times >> cell & 1:
                chosen = self._assigned(wanted, place, cell, ())
                return Slot(start, start + wanted.length, chosen, wanted.needs)
        return None

    def places(self, wanted: Wanted) -> tuple[Place, ...]:
        """Where it could be, by site. What names no site goes with all; if nothing names one,
        with each other."""
        if wanted not in self._places:
            able = [self._able(need, wanted) for need in wanted.needs]
            sites = sorted({each.site for of in able for each in of} - {""}) or [""]
            self._places[wanted] = tuple(self._place(wanted, able, each) for each in sites)
        return self._places[wanted]

    def free(self, resource: Resource, need: Need, length: int) -> int:
        """The starts, as bits, from which the resource can be had for the whole length and its
        buffers."""
        key = (resource.id, need, length)
        if key not in self._free:
            taken = self._taken.busy(resource.id, need.share, need.capacity_of(resource))
            self._free[key] = self.there(resource, need, length, taken)
        return self._free[key]

    def use(self, resource: Resource, kind: ResourceKind) -> tuple[int, int]:
        """When the resource is there as `kind`, and when of that it is taken by anyone, as bits."""
        there = self._open.times(resource, kind)
        return there, there & self._taken.busy(resource.id, "", 1)

    def there(self, resource: Resource, need: Need, length: int, taken: int) -> int:
        """The starts from which it is open for all of that, but for what is `taken`."""
        before = -(-resource.buffer_before_min // CELL_MIN)
        cells = before + -(-(length + resource.buffer_after_min) // CELL_MIN)
        found = 0
        for kind in need.kinds:
            found |= runs(self._open.times(resource, kind) & ~taken, cells)
        return found << before

    def _able(self, need: Need, wanted: Wanted) -> list[Resource]:
        able = [each for each in self.roster.resources if set(each.kinds) & set(need.kinds)]
        named = [each for each in able if each.id in wanted.only]
        return named or able

    def _place(self, wanted: Wanted, able: Sequence[Sequence[Resource]], site: str) -> Place:
        """A session that needs a certificate of its site is in a room that names the site."""
        room, there = room_of(wanted), []
        for number, of in enumerate(able):
            fitting = {site} if wanted.certified and number == room else {site, ""}
            there.append(tuple(each for each in of if each.site in fitting))
        needs = list(zip(wanted.needs, there, strict=True))
        free = [{r.id: self.free(r, need, wanted.length) for r in of} for need, of in needs]
        times = in_rooms(room, there, free) & span(0, (self.end - self.begin) // CELL_MIN)
        if wanted.certified:
            times &= runs(self._open.certified(site), -(-wanted.length // CELL_MIN))
        zone = self._zone(site, there[room or 0], *there)
        on = grid(zone, self._open.first, self._open.days) if times else 0
        return Place(site, tuple(there), times, times & on)

    def _zone(self, site: str, *able: Sequence[Resource]) -> str:
        """The wall on which offers are whole half hours: the site's, or the first room's."""
        declared = self.roster.site(site)
        zones = (r.zone for of in able for r in of)
        return declared.zone if declared else next(zones, "UTC")

    def _assigned(
        self, wanted: Wanted, place: Place, cell: int, taken: tuple[Resource, ...]
    ) -> tuple[Resource, ...]:
        """A different resource for each need, that go together; empty: there are none."""
        if len(taken) == len(wanted.needs):
            return taken
        need = wanted.needs[len(taken)]
        for each in self._preferred(wanted, need, place.able[len(taken)], cell):
            chosen = (*taken, each)
            if each in taken or not _stand_together(chosen, room_of(wanted)):
                continue
            if found := self._assigned(wanted, place, cell, chosen):
                return found
        return ()

    def _preferred(
        self, wanted: Wanted, need: Need, able: Sequence[Resource], cell: int
    ) -> list[Resource]:
        free = [each for each in able if self.free(each, need, wanted.length) >> cell & 1]
        if not need.share:
            return free
        meanwhile = span(0, -(-wanted.length // CELL_MIN))
        return sorted(
            free, key=lambda each: not self._taken.shared(each.id, need.share) >> cell & meanwhile
        )


def room_of(wanted: Wanted) -> int | None:
    """Which of the needs is the room."""
    return next((n for n, each in enumerate(wanted.needs) if "room" in each.kinds), None)


def in_rooms(room: int | None, able: Sequence[Sequence[Resource]], free: Sequence[Times]) -> int:
    """When all needs have resources of their own: room by room, where anything stands in one."""
    standing = [n for n, of in enumerate(able) if n != room and any(each.room for each in of)]
    if room is None or not standing:
        return together(free)
    found, others = 0, [n for n in range(len(able)) if n != room]
    movable = [free[n] for n in others if n not in standing]
    if any(need.keys() & free[n].keys() for need in movable for n in (room, *standing)):
        movable, standing = [], others  # who could be either is not counted twice
    for name, times in free[room].items():
        there = [
            {r.id: free[n][r.id] for r in able[n] if r.room in ("", name) and r.id != name}
            for n in standing
        ]
        found |= times & together(there) if times else 0
    return found & together(movable)


def _stand_together(chosen: Sequence[Resource], room: int | None) -> bool:
    """What is chosen so far stands in the chosen room, or can be moved there."""
    if room is None:
        return True
    stands = {each.room for each in chosen} - {""}
    return stands <= {chosen[room].id} if room < len(chosen) else len(stands) < 2
