"""Whether what is booked still fits the roster, which changes after a booking too."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.scheduling.domain.occupancy.day import Claim, days_between
from services.scheduling.domain.occupancy.needs import Wanted
from services.scheduling.domain.resources import wall
from services.scheduling.domain.resources.openings import Days, certified_times, openings
from services.scheduling.domain.resources.resource import Resource, Roster
from services.scheduling.domain.resources.wall import Interval, Intervals
from shared.contracts.site import ResourceKind
from shared.kernel.policy import Policy

Kinds = tuple[ResourceKind, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Two states of the roster, and the days on which they are compared."""

    before: Roster
    after: Roster
    days: Days
    policy: Policy

    def touched(self) -> tuple[Resource, ...]:
        """The resources, as they were, of which anything has changed that says when they can be
        had."""
        now = {each.id: each for each in self.after.resources}
        return tuple(
            each
            for each in self.before.resources
            if each.id not in now
            or _grounds(each, self.before) != _grounds(now[each.id], self.after)
        )

    def lost(self, resource_id: str, kinds: Kinds) -> Intervals:
        """When it could act as one of these before, and can as none of them any more."""
        before, after = (
            _times(roster, resource_id, kinds, self.days, self.policy)
            for roster in (self.before, self.after)
        )
        return wall.without(before, after)

    def lost_certificate(self, resource: Resource) -> Intervals:
        """When the REMS certified the site of a room before, and does not any more (SCH-5)."""
        if resource.kind != "room":
            return ()
        before, after = (
            certified_times(roster, resource.site, self.days)
            for roster in (self.before, self.after)
        )
        return wall.without(before, after)

    def hits(self, what: Wanted, claims: Sequence[Claim]) -> bool:
        """It takes time that was lost for what it takes it for."""
        rooms = (each for each in self.before.resources if each.kind == "room")
        sites = {each.id: each for each in rooms if what.certified}
        return any(
            _meet(self.lost(claim.resource, kinds), claim)
            or (
                claim.resource in sites
                and _meet(self.lost_certificate(sites[claim.resource]), claim)
            )
            for claim, kinds in _as_what(what, claims, self.before)
        )


def fits(what: Wanted, claims: Sequence[Claim], roster: Roster, policy: Policy) -> bool:
    """Everybody and everything may be there for the whole of it, as what they were booked as."""
    rooms = {each.id: each.site for each in roster.resources if each.kind == "room"}
    return all(
        _covers(_times(roster, claim.resource, kinds, _days(claim), policy), claim)
        and not (
            what.certified
            and claim.resource in rooms
            and not _covers(certified_times(roster, rooms[claim.resource], _days(claim)), claim)
        )
        for claim, kinds in _as_what(what, claims, roster)
    )


def _as_what(
    what: Wanted, claims: Sequence[Claim], roster: Roster
) -> Iterator[tuple[Claim, Kinds]]:
    """Each claim with the kinds that it was for. They are in the order of the needs, unless the
    policy has changed since: then whatever the resource is."""
    if len(what.needs) == len(claims):
        yield from ((claim, need.kinds) for claim, need in zip(claims, what.needs, strict=True))
        return
    known = {each.id: each.kinds for each in roster.resources}
    yield from ((claim, known.get(claim.resource, ())) for claim in claims)


def _times(
    roster: Roster, resource_id: str, kinds: Iterable[ResourceKind], days: Days, policy: Policy
) -> Intervals:
    found = next((each for each in roster.resources if each.id == resource_id), None)
    if found is None:
        return ()
    each_kind = (openings(found, kind, roster, days, policy) for kind in kinds)
    return wall.united(each for times in each_kind for each in times)


def _grounds(resource: Resource, roster: Roster) -> tuple[object, ...]:
    licences = (each for each in roster.licences if each.practitioner == resource.licensee)
    certified = (each for each in roster.certified if each.site == resource.site)
    return resource, roster.site(resource.site), *licences, *certified


def _covers(times: Intervals, claim: Claim) -> bool:
    return any(start <= claim.start and claim.end <= end for start, end in times)


def _meet(times: Iterable[Interval], claim: Claim) -> bool:
    return any(start < claim.end and claim.start < end for start, end in times)


def _days(claim: Claim) -> Days:
    days = days_between(claim.start, claim.end)
    return date.fromisoformat(days[0]), len(days)
