"""Why a resource cannot be booked, or from when on, in words that say what to do next (SCH-6)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.scheduling.domain.resources.openings import openings
from services.scheduling.domain.resources.resource import PEOPLE, Resource, Roster
from shared.contracts.site import ResourceKind
from shared.kernel.policy import Policy

AHEAD_D = 120
"""What ends later is of nobody's concern today: bookings look so far ahead."""
Periods = Iterable[tuple[date, date]]


@dataclass(frozen=True, slots=True)
class Unbookable:
    """As `kind`: now, or from the day `since` on (on the resource's wall)."""

    kind: ResourceKind
    code: str
    words: str
    since: date | None = None


def because(
    resource: Resource, roster: Roster, today: date, policy: Policy
) -> tuple[Unbookable, ...]:
    """`today` on the resource's wall. Empty: as everything that it is, it can be booked."""
    if not resource.active:
        words = "is declared as not active: declare it as active to book it"
        return (Unbookable(resource.kind, "not-active", words),)
    return tuple(
        reason for kind in resource.kinds for reason in _of(resource, kind, roster, today, policy)
    )


def _of(
    resource: Resource, kind: ResourceKind, roster: Roster, today: date, policy: Policy
) -> Iterator[Unbookable]:
    found = [*_papers(resource, kind, roster, today, policy)] if kind in PEOPLE else []
    yield from found
    is_open = openings(resource, kind, roster, (today, AHEAD_D), policy)
    if not is_open and all(each.since for each in found):
        words = f"is not open within {AHEAD_D} days: look at its hours, its absences and its site"
        yield Unbookable(kind, "never-open", words)


def _papers(
    resource: Resource, kind: ResourceKind, roster: Roster, today: date, policy: Policy
) -> Iterator[Unbookable]:
    if policy["licence.required"]:
        held = [(e.valid_from, e.valid_until) for e in roster.licences_of(resource, kind)]
        todo = "record the licence at intake"
        yield from _paper(kind, "licence", f"the licence as {kind}", todo, (held, today))
    for code in policy.certificates.get(kind, ()):
        ends = [each.valid_until for each in resource.certificates if each.code == code]
        held = [(date.min, end) for end in ends]
        todo = "declare the person with the new certificate"
        yield from _paper(kind, "certificate", f"the certificate {code}", todo, (held, today))


def _paper(
    kind: ResourceKind, code: str, name: str, todo: str, held: tuple[Periods, date]
) -> Iterator[Unbookable]:
    """Missing, ended, not begun, or to end soon; nothing while it holds for long enough."""
    periods, today = sorted(held[0]), held[1]
    lasting = _until(periods, today)
    if lasting is None:
        yield Unbookable(kind, *_without(periods, today, code, name, todo))
    elif lasting < today + timedelta(days=AHEAD_D):
        words = f"{name} ends on {lasting}: {todo}"
        yield Unbookable(kind, f"{code}-ends", words, lasting + timedelta(days=1))


def _until(periods: list[tuple[date, date]], today: date) -> date | None:
    """The last day to which they hold from today on without a day between."""
    last = today - timedelta(days=1)
    for first, until in periods:
        if first <= last + timedelta(days=1) and until > last:
            last = until
    return last if last >= today else None


def _without(
    periods: list[tuple[date, date]], today: date, code: str, name: str, todo: str
) -> tuple[str, str]:
    if ahead := [first for first, until in periods if today < first <= until]:
        return f"{code}-not-begun", f"{name} begins on {min(ahead)}: until then {todo}"
    if not periods:
        return f"no-{code}", f"{name} is not on record: {todo}"
    return f"{code}-ended", f"{name} ended on {max(until for _, until in periods)}: {todo}"
