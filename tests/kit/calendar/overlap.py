"""The sweep: looks at every minute of every resource for more than it can bear, in any store.

It shares no code with the booking that it judges: no intervals are compared, minutes are counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.scheduling.application.documents import DAYS
from services.scheduling.domain.occupancy.day import Claim, Day
from shared.storage.store import Store

Minutes = dict[int, list[Claim]]


@dataclass(frozen=True, slots=True)
class Overlap:
    """From `start` on, for `minutes`, these appointments were on a resource that bears fewer."""

    clinic: str
    resource: str
    start: int
    minutes: int
    appointments: tuple[str, ...]
    why: str


def sweep(store: Store, *clinics: str) -> list[Overlap]:
    """All days of these clinics, or of all, of a store."""
    by_clinic: defaultdict[str, list[Day]] = defaultdict(list)
    wanted = {"clinic": clinics} if clinics else {}
    for document in store.session().where(DAYS.name, wanted):
        by_clinic[document["clinic"]].append(DAYS.aggregate(document))
    return [each for clinic, days in by_clinic.items() for each in swept(days, clinic)]


def swept(days: Iterable[Day], clinic: str = "") -> Iterator[Overlap]:
    """One clinic's days. What was forced may be too much; without it the rest must fit."""
    by_resource: defaultdict[str, Minutes] = defaultdict(lambda: defaultdict(list))
    for day in days:
        for claim in day.claims:
            for minute in range(claim.start, claim.end):
                by_resource[claim.resource][minute].append(claim)
    for resource in sorted(by_resource):
        yield from _runs(clinic, resource, by_resource[resource])


def _runs(clinic: str, resource: str, minutes: Minutes) -> Iterator[Overlap]:
    """One witness for minutes on end that are wrong in the same way."""
    found: Overlap | None = None
    for minute in sorted(minutes):
        there = [each for each in minutes[minute] if not each.forced]
        why, names = _fault(there), tuple(sorted(each.appointment_id for each in there))
        goes_on = found and (found.start + found.minutes, found.why) == (minute, why)
        if found and goes_on and found.appointments == names:
            found = Overlap(clinic, resource, found.start, found.minutes + 1, names, why)
            continue
        if found:
            yield found
        found = Overlap(clinic, resource, minute, 1, names, why) if why else None
    if found:
        yield found


def _fault(there: list[Claim]) -> str:
    """What is wrong with these claims being on one resource in one minute, if anything."""
    if len(there) < 2:
        return ""
    if len({each.appointment_id for each in there}) < len(there):
        return "one appointment has it twice"
    if any(not each.share for each in there) or len({each.share for each in there}) > 1:
        return "it is not shared"
    strictest = min(each.capacity for each in there)
    return f"more than {strictest} share it" if len(there) > strictest else ""
