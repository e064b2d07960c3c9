"""Puts what a site declares, and what neighbours say of it, on the roster.

A declaration is from outside: what cannot be meant is answered with where it is wrong.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.scheduling.domain.resources import recurrence
from services.scheduling.domain.resources.commands import (
    DeclareResource,
    DeclareSite,
    KnowLicence,
    KnowSiteCertificate,
)
from services.scheduling.domain.resources.resource import (
    PEOPLE,
    Licence,
    Resource,
    Roster,
    Site,
    SiteCertificate,
)
from shared.contracts.site import Closure, RecurringHours, ResourceDeclared, WeeklyHours
from shared.kernel.errors import Malformed


class _Known(Protocol):
    @property
    def id(self) -> str: ...


K = TypeVar("K", bound=_Known)


def declare(command: DeclareResource, roster: Roster) -> Roster:
    """A resource declared again replaces what was known."""
    said = command.said
    _check_times(said.zone, said.hours, said.recurring, ("absences", said.absences))
    _check_place(said)
    _check_roles(said)
    _check_certificates(said)
    declared = Resource(
        command.resource_id,
        said.kind,
        said.zone,
        said.hours,
        said.active,
        said.site,
        said.also,
        said.practitioner,
        said.recurring,
        said.absences,
        said.certificates,
        said.buffer_before_min,
        said.buffer_after_min,
        said.room,
        said.places,
    )
    return replace(roster, resources=_with(declared, roster.resources))


def declare_site(command: DeclareSite, roster: Roster) -> Roster:
    said = command.said
    _check_times(said.zone, said.hours, said.recurring, ("closures", said.closures))
    declared = Site(command.site_id, said.zone, said.hours, said.recurring, said.closures)
    return replace(roster, sites=_with(declared, roster.sites))


def know_licence(command: KnowLicence, roster: Roster) -> Roster:
    """What is told of a licence again replaces what was known of it, such as its end."""
    told = Licence(
        command.practitioner,
        command.role,
        command.valid_from,
        command.valid_until,
        command.licence,
    )
    others = (each for each in roster.licences if _place(each) != _place(told))
    return replace(roster, licences=tuple(sorted((*others, told), key=_place)))


def certify(command: KnowSiteCertificate, roster: Roster) -> Roster:
    """The newest certificate stands."""
    told = SiteCertificate(command.site_id, command.valid_until)
    others = (each for each in roster.certified if each.site != told.site)
    certified = tuple(sorted((*others, told), key=lambda each: each.site))
    return replace(roster, certified=certified)


def _place(licence: Licence) -> tuple[str, str, str]:
    """Which licence it is; where intake has not said, the one that begins then."""
    which = licence.licence or licence.valid_from.isoformat()
    return licence.practitioner, licence.role, which


def _with(declared: K, known: Iterable[K]) -> tuple[K, ...]:
    others = (each for each in known if each.id != declared.id)
    return tuple(sorted((*others, declared), key=lambda each: each.id))


def _check_times(
    zone: str,
    hours: Sequence[WeeklyHours],
    recurring: Sequence[RecurringHours],
    closed: tuple[str, Sequence[Closure]],
) -> None:
    _check_zone(zone)
    for position, weekly in enumerate(hours):
        _check_closes(weekly, f"/data/hours/{position}")
        if any(_overlap(weekly, each) for each in hours[:position]):
            raise Malformed(f"/data/hours/{position}", "overlaps hours of the same weekday")
    for position, each in enumerate(recurring):
        path = f"/data/recurring/{position}"
        _check_closes(each, path)
        _check_rule(each, path)
    name, closures = closed
    for position, away in enumerate(closures):
        if away.last < away.first:
            raise Malformed(f"/data/{name}/{position}/last", "must not be before first")


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Malformed("/data/zone", f"no time zone is called {zone}") from error


def _overlap(one: WeeklyHours, other: WeeklyHours) -> bool:
    same_day = one.weekday == other.weekday
    return same_day and one.opens < other.closes and other.opens < one.closes


def _check_closes(hours: WeeklyHours | RecurringHours, path: str) -> None:
    if hours.closes <= hours.opens:
        raise Malformed(f"{path}/closes", "must be later than opens")


def _check_rule(hours: RecurringHours, path: str) -> None:
    try:
        recurrence.check(hours)
    except ValueError as error:
        raise Malformed(f"{path}/rule", str(error)) from error


def _check_place(said: ResourceDeclared) -> None:
    """Only a room seats several; only what can be carried stands in a room for good."""
    if said.places > 1 and said.kind != "room":
        raise Malformed("/data/places", "only a room has several places: leave it out")
    if said.room and (said.kind in PEOPLE or said.kind == "room"):
        raise Malformed("/data/room", f"a {said.kind} does not stand in a room: leave it out")


def _check_roles(said: ResourceDeclared) -> None:
    for position, kind in enumerate(said.also):
        path = f"/data/also/{position}"
        if kind == said.kind or kind in said.also[:position]:
            raise Malformed(path, f"says {kind} again: once is enough")
        if (kind in PEOPLE) != (said.kind in PEOPLE):
            raise Malformed(path, f"a {said.kind} cannot be booked as a {kind}")
    if said.practitioner and said.kind not in PEOPLE:
        raise Malformed("/data/practitioner", f"a {said.kind} has no licence: leave it out")


def _check_certificates(said: ResourceDeclared) -> None:
    if said.certificates and said.kind not in PEOPLE:
        raise Malformed("/data/certificates", f"a {said.kind} has no certificates: leave them out")
    seen: set[str] = set()
    for position, each in enumerate(said.certificates):
        if each.code in seen:
            raise Malformed(f"/data/certificates/{position}/code", f"says {each.code} twice")
        seen.add(each.code)
