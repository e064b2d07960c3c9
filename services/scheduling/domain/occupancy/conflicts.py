"""What is booked and should not stand: twice the same, or a resource that is no longer there.

A change of the roster leaves what is booked: here is what people have to see to.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from services.scheduling.domain.occupancy.day import Claim, Day, moment, overlaps
from services.scheduling.domain.resources.because import because
from services.scheduling.domain.resources.openings import openings, site_openings
from services.scheduling.domain.resources.resource import Resource, Roster
from shared.kernel.policy import Policy

_LOST = ("no-licence", "licence-ended", "licence-not-begun")


@dataclass(frozen=True, slots=True)
class Conflict:
    """`start` and `end` in minutes since the epoch: where the appointments get in the way."""

    code: str
    words: str
    resource: str
    appointments: tuple[str, ...]
    start: int
    end: int


def conflicts(roster: Roster, days: Sequence[Day], policy: Policy) -> Iterator[Conflict]:
    """On these days, which follow one another; day by day, in the order of their claims."""
    known = {each.id: each for each in roster.resources}
    stretch = (date.fromisoformat(days[0].date), len(days)) if days else None
    for day in days:
        yield from _twice(day)
        for claim in day.claims:
            assert stretch, "a day is one of the days"
            if found := _not_there(claim, known.get(claim.resource), roster, (stretch, policy)):
                code, words = found
                names = (claim.appointment_id,)
                yield Conflict(code, words, claim.resource, names, claim.start, claim.end)


def _twice(day: Day) -> Iterator[Conflict]:
    for one, other in overlaps(day):
        start, end = max(one.start, other.start), min(one.end, other.end)
        names = (one.appointment_id, other.appointment_id)
        if one.forced or other.forced:
            code, words = "overbooked", "more is booked than there is, by somebody's decision"
        else:
            code, words = "double-booked", "two appointments take it: move one of them"
        yield Conflict(code, f"{one.resource}: {words}", one.resource, names, start, end)


def _not_there(
    claim: Claim,
    resource: Resource | None,
    roster: Roster,
    on: tuple[tuple[date, int], Policy],
) -> tuple[str, str] | None:
    """Nothing of what it could be booked as lets it be there for the whole claim."""
    todo = f"{claim.resource}: move the appointment, or"
    if resource is None:
        return "unknown-resource", f"{todo} declare the resource"
    stretch, policy = on
    kinds = [openings(resource, kind, roster, stretch, policy) for kind in resource.kinds]
    if any(_covers(each, claim) for each in kinds):
        return None
    site = roster.site(resource.site)
    if site and not _covers(site_openings(site, stretch), claim):
        return "site-closed", f"{todo} open the site {site.id} then"
    today = moment(claim.start).astimezone(ZoneInfo(resource.zone)).date()
    reasons = [each for each in because(resource, roster, today, policy) if each.since is None]
    if reasons:
        code = "without-licence" if reasons[0].code in _LOST else reasons[0].code
        return code, f"{claim.resource}: {reasons[0].words}"
    return "not-open", f"{todo} change its hours or absences"


def _covers(intervals: Iterable[tuple[int, int]], claim: Claim) -> bool:
    return any(start <= claim.start and claim.end <= end for start, end in intervals)
