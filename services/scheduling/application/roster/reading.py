"""What HTTP may ask of the roster: every resource with what keeps it from being booked, sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from services.scheduling.application.documents import ROSTER, ROSTERS
from services.scheduling.domain.resources.because import Unbookable, because
from services.scheduling.domain.resources.resource import Resource, Roster, Site
from shared.contracts.site import (
    Certificate,
    Closure,
    RecurringHours,
    ResourceKind,
    Role,
    WeeklyHours,
)
from shared.kernel.policy import Policy
from shared.storage.reads import Read, Reads


@dataclass(frozen=True, slots=True)
class LicenceView:
    role: Role
    valid_from: str
    valid_until: str


@dataclass(frozen=True, slots=True)
class ResourceView:
    """As it was declared. `unbookable_because`: empty where nothing is in the way."""

    resource_id: str
    kind: ResourceKind
    zone: str
    hours: tuple[WeeklyHours, ...]
    active: bool
    site: str
    also: tuple[ResourceKind, ...]
    practitioner: str
    recurring: tuple[RecurringHours, ...]
    absences: tuple[Closure, ...]
    certificates: tuple[Certificate, ...]
    buffer_before_min: int
    buffer_after_min: int
    room: str
    places: int
    licences: tuple[LicenceView, ...]
    unbookable_because: tuple[Unbookable, ...]


@dataclass(frozen=True, slots=True)
class SiteView:
    """`certified_until`: by the esketamine REMS; null: it is not."""

    site_id: str
    zone: str
    hours: tuple[WeeklyHours, ...]
    recurring: tuple[RecurringHours, ...]
    closures: tuple[Closure, ...]
    certified_until: datetime | None


class _Known(Protocol):
    @property
    def id(self) -> str: ...


K = TypeVar("K", bound=_Known)


def resources(
    reads: Reads, after: str, limit: int, now: datetime, policy: Policy
) -> list[Read[ResourceView]]:
    """`now`: what has ended by then is said to have ended."""
    if (read := reads.get(ROSTERS, ROSTER)) is None:
        return []
    roster = read.aggregate
    return [
        Read(_resource(each, roster, now, policy), read.version, read.clinic, each.id)
        for each in _following(roster.resources, after, limit)
    ]


def sites(reads: Reads, after: str, limit: int) -> list[Read[SiteView]]:
    if (read := reads.get(ROSTERS, ROSTER)) is None:
        return []
    return [
        Read(_site(each, read.aggregate), read.version, read.clinic, each.id)
        for each in _following(read.aggregate.sites, after, limit)
    ]


def _following(known: Sequence[K], after: str, limit: int) -> list[K]:
    return [each for each in known if each.id > after][:limit]


def _resource(each: Resource, roster: Roster, now: datetime, policy: Policy) -> ResourceView:
    today = now.astimezone(ZoneInfo(each.zone)).date()
    return ResourceView(
        each.id,
        each.kind,
        each.zone,
        each.hours,
        each.active,
        each.site,
        each.also,
        each.practitioner,
        each.recurring,
        each.absences,
        each.certificates,
        each.buffer_before_min,
        each.buffer_after_min,
        each.room,
        each.places,
        tuple(
            LicenceView(held.role, held.valid_from.isoformat(), held.valid_until.isoformat())
            for held in roster.licences
            if held.practitioner == each.licensee
        ),
        because(each, roster, today, policy),
    )


def _site(each: Site, roster: Roster) -> SiteView:
    certified = {known.site: known.valid_until for known in roster.certified}
    return SiteView(
        each.id, each.zone, each.hours, each.recurring, each.closures, certified.get(each.id)
    )
