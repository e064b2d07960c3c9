"""The clinic's roster: its sites, its resources and the licences of its people."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.contracts.site import (
    Certificate,
    Closure,
    RecurringHours,
    ResourceKind,
    Role,
    WeeklyHours,
)

PEOPLE: frozenset[ResourceKind] = frozenset({"prescriber", "nurse", "therapist", "sitter"})
ALSO: dict[ResourceKind, frozenset[Role]] = {"prescriber": frozenset({"psychiatrist"})}
"""The roles beside the kind's own whose licence lets a person be booked as that kind."""


@dataclass(frozen=True, slots=True)
class Resource:
    """The fields are those of `ResourceDeclared`."""

    id: str
    kind: ResourceKind
    zone: str
    hours: tuple[WeeklyHours, ...]
    active: bool = True
    site: str = ""
    also: tuple[ResourceKind, ...] = ()
    practitioner: str = ""
    recurring: tuple[RecurringHours, ...] = ()
    absences: tuple[Closure, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    buffer_before_min: int = 0
    buffer_after_min: int = 0
    room: str = ""
    places: int = 1

    @property
    def kinds(self) -> tuple[ResourceKind, ...]:
        return (self.kind, *self.also)

    @property
    def licensee(self) -> str:
        """Whose licence it is, by intake's id."""
        return self.practitioner or self.id


@dataclass(frozen=True, slots=True)
class Site:
    id: str
    zone: str
    hours: tuple[WeeklyHours, ...]
    recurring: tuple[RecurringHours, ...] = ()
    closures: tuple[Closure, ...] = ()


@dataclass(frozen=True, slots=True)
class Licence:
    """`practitioner` is intake's id; the days are on the wall of wherever they work.

    `licence` is what tells two of one role apart; empty where intake has not said.
    """

    practitioner: str
    role: Role
    valid_from: date
    valid_until: date
    licence: str = ""


@dataclass(frozen=True, slots=True)
class SiteCertificate:
    """The REMS certifies the site for esketamine until then."""

    site: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Roster:
    """All that can be booked at the clinic: one document. Each part ascends by id."""

    resources: tuple[Resource, ...] = ()
    sites: tuple[Site, ...] = ()
    licences: tuple[Licence, ...] = ()
    certified: tuple[SiteCertificate, ...] = ()

    def site(self, site_id: str) -> Site | None:
        return next((each for each in self.sites if each.id == site_id), None)

    def licences_of(self, resource: Resource, kind: ResourceKind) -> tuple[Licence, ...]:
        """What lets this person be booked as that."""
        owner = resource.licensee
        return tuple(
            each
            for each in self.licences
            if each.practitioner == owner and is_licence_for(each.role, kind)
        )


def is_licence_for(role: Role, kind: ResourceKind) -> bool:
    return role == kind or role in ALSO.get(kind, ())
