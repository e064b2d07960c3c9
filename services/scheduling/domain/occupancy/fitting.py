"""Whether what is booked still fits the roster, which changes after a booking too."""

from collections.abc import Iterable, Sequence
from datetime import date

from services.scheduling.domain.occupancy.day import Claim, days_between
from services.scheduling.domain.occupancy.needs import Wanted
from services.scheduling.domain.resources import wall
from services.scheduling.domain.resources.openings import Days, certified_times, openings
from services.scheduling.domain.resources.resource import Resource, Roster
from services.scheduling.domain.resources.wall import Intervals
from shared.contracts.site import ResourceKind
from shared.kernel.policy import Policy


def fits(wanted: Wanted, claims: Sequence[Claim], roster: Roster, policy: Policy) -> bool:
    """Everybody and everything may be there for the whole of it, as what they were booked as.

    `claims` are in the order of what is wanted, as a slot gives them.
    """
    known = {each.id: each for each in roster.resources}
    kinds = [each.kinds for each in wanted.needs] if len(wanted.needs) == len(claims) else None
    for number, claim in enumerate(claims):
        found = known.get(claim.resource)
        if found is None or not _is_open(
            found, kinds[number] if kinds else found.kinds, claim, roster, policy
        ):
            return False
    return not wanted.certified or any(
        _covers(certified_times(roster, known[each.resource].site, _days(each)), each)
        for each in claims
        if known[each.resource].kind == "room"
    )


def lost(
    resource: Resource, before: Roster, after: Roster, days: Days, policy: Policy
) -> Intervals:
    """When the resource could act as something on these days and can no longer.

    `resource` is as it was before.
    """
    now = next((each for each in after.resources if each.id == resource.id), None)
    gone: list[wall.Interval] = []
    for kind in resource.kinds:
        left = openings(now, kind, after, days, policy) if now else ()
        gone += wall.without(openings(resource, kind, before, days, policy), left)
    return wall.united(gone)


def touched(before: Roster, after: Roster) -> tuple[Resource, ...]:
    """The resources, as they were, of which anything was changed that says when they can be had."""
    now = {each.id: each for each in after.resources}
    return tuple(
        each
        for each in before.resources
        if each.id not in now or _grounds(each, before) != _grounds(now[each.id], after)
    )


def _grounds(resource: Resource, roster: Roster) -> tuple[object, ...]:
    licences = (each for each in roster.licences if each.practitioner == resource.licensee)
    certified = (each for each in roster.certified if each.site == resource.site)
    return resource, roster.site(resource.site), *licences, *certified


def _is_open(
    resource: Resource, kinds: Iterable[ResourceKind], claim: Claim, roster: Roster, policy: Policy
) -> bool:
    days = _days(claim)
    return any(_covers(openings(resource, kind, roster, days, policy), claim) for kind in kinds)


def _covers(times: Intervals, claim: Claim) -> bool:
    return any(start <= claim.start and claim.end <= end for start, end in times)


def _days(claim: Claim) -> Days:
    days = days_between(claim.start, claim.end)
    return date.fromisoformat(days[0]), len(days)
