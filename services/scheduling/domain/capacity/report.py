"""How full a clinic is, how many more sessions would fit, and what one more resource would add.

Sessions are tried one after the other, each at the earliest time that is left. Another order can
fit more: the numbers are what fits for sure, not the most there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.scheduling.domain.capacity.scratch import Scratch
from services.scheduling.domain.occupancy.bits import CELL_MIN, span
from services.scheduling.domain.occupancy.day import Day, first_minute
from services.scheduling.domain.occupancy.needs import Wanted, wanted
from services.scheduling.domain.occupancy.opened import Opened
from services.scheduling.domain.resources.openings import DAY_MIN
from services.scheduling.domain.resources.resource import Resource, Roster
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import ResourceKind, Route
from shared.kernel.policy import Policy

TRIED_MAX = 5000
"""No more than so many sessions are tried, however empty the clinic is."""
SESSIONS: tuple[SessionKind, ...] = ("preparation", "dosing", "integration")


@dataclass(frozen=True, slots=True)
class Use:
    """Of one resource, or of all of a kind, in minutes. Who is shared by two is half taken by
    each of them."""

    name: str
    kind: ResourceKind
    resources: int
    open_min: int
    taken_min: int

    @property
    def share(self) -> float:
        return round(self.taken_min / self.open_min, 3) if self.open_min else 0.0


@dataclass(frozen=True, slots=True)
class OneMore:
    """What a second one like `like`, the busiest of its kind, would add."""

    kind: ResourceKind
    like: str
    adds: int


@dataclass(frozen=True, slots=True)
class Fits:
    """`more` of these sessions, which take the same, would fit if nothing else were booked.

    `one_more`: by how many it grows with one more of a kind, the most first. The first of them
    limits, if it adds anything: else several do, together.
    """

    sessions: tuple[SessionKind, ...]
    length_min: int
    more: int
    one_more: tuple[OneMore, ...]

    @property
    def limited_by(self) -> ResourceKind | None:
        found = self.one_more[0] if self.one_more else None
        return found.kind if found and found.adds else None


@dataclass(frozen=True, slots=True)
class Capacity:
    kinds: tuple[Use, ...]
    resources: tuple[Use, ...]
    fits: tuple[Fits, ...]


def capacity(roster: Roster, days: Sequence[Day], route: Route, policy: Policy) -> Capacity:
    """On these days, which follow one another: the fullest first."""
    resources = _uses(roster, days, policy)
    kinds = tuple(_of_kind(kind, resources) for kind in dict.fromkeys(r.kind for r in resources))
    return Capacity(
        tuple(sorted(kinds, key=_fullest)),
        tuple(sorted(resources, key=_fullest)),
        _all_fits(_Clinic(roster, days, policy, resources), route),
    )


def how_many(session: Wanted, roster: Roster, days: Sequence[Day], policy: Policy) -> int:
    """How many such sessions fit one after the other, each as early as can be."""
    return len(Scratch(roster, days, policy).fill(session, TRIED_MAX))


def length_of(session: SessionKind, route: Route, policy: Policy) -> int:
    """The longest that a protocol by this route has."""
    own = [each for each in policy.protocols.values() if each.route == route]
    return max((getattr(each, f"{session}_min") for each in own), default=60)


@dataclass(frozen=True, slots=True)
class _Clinic:
    roster: Roster
    days: Sequence[Day]
    policy: Policy
    uses: tuple[Use, ...]


def _all_fits(clinic: _Clinic, route: Route) -> tuple[Fits, ...]:
    """What takes the same is counted once."""
    found: dict[Wanted, Fits] = {}
    for session in SESSIONS:
        length = length_of(session, route, clinic.policy)
        asked = wanted(session, route, length, clinic.policy)
        if asked not in found:
            found[asked] = _fits(asked, clinic)
        found[asked] = replace(
            found[asked], sessions=(*found[asked].sessions, session), length_min=length
        )
    return tuple(found.values())


def _fits(asked: Wanted, clinic: _Clinic) -> Fits:
    now = how_many(asked, clinic.roster, clinic.days, clinic.policy)
    found = []
    for kind in dict.fromkeys(each for need in asked.needs for each in need.kinds):
        if like := _busiest(kind, clinic):
            grown = _with_another(like, clinic.roster)
            more = how_many(asked, grown, clinic.days, clinic.policy)
            found.append(OneMore(kind, like.id, max(0, more - now)))
    ordered = sorted(found, key=lambda each: (-each.adds, each.kind))
    return Fits((), asked.length, now, tuple(ordered))


def _uses(roster: Roster, days: Sequence[Day], policy: Policy) -> tuple[Use, ...]:
    first = date.fromisoformat(days[0].date)
    opened = Opened(roster, first, len(days), policy)
    begin = first_minute(first)
    end = begin + len(days) * DAY_MIN
    taken: dict[str, float] = {}
    for day in days:
        for each in day.claims:
            minutes = max(0, min(each.end, end) - max(each.start, begin))
            taken[each.resource] = taken.get(each.resource, 0) + minutes / each.capacity
    return tuple(
        Use(each.id, each.kind, 1, _open_minutes(each, opened), round(taken.get(each.id, 0)))
        for each in roster.resources
        if each.active or each.id in taken
    )


def _open_minutes(resource: Resource, opened: Opened) -> int:
    found = 0
    for kind in resource.kinds:
        found |= opened.times(resource, kind)
    return (found & span(0, opened.days * DAY_MIN // CELL_MIN)).bit_count() * CELL_MIN


def _of_kind(kind: ResourceKind, uses: Sequence[Use]) -> Use:
    own = [each for each in uses if each.kind == kind]
    return Use(kind, kind, len(own), sum(u.open_min for u in own), sum(u.taken_min for u in own))


def _busiest(kind: ResourceKind, clinic: _Clinic) -> Resource | None:
    """The one of the kind that is taken longest."""
    able = {r.id: r for r in clinic.roster.resources if r.kind == kind and r.active}
    own = (each for each in clinic.uses if each.name in able)
    found = min(own, key=lambda each: (-each.taken_min, each.name), default=None)
    return able[found.name] if found else None


def _with_another(like: Resource, roster: Roster) -> Roster:
    """With a copy that keeps the same hours and, of a person, has the same licences."""
    another = replace(like, id=f"{like.id}.more", practitioner=like.practitioner or like.id)
    resources = tuple(sorted((*roster.resources, another), key=lambda each: each.id))
    return replace(roster, resources=resources)


def _fullest(use: Use) -> tuple[float, str]:
    return -use.share, use.name
