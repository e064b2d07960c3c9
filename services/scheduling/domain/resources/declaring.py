"""Puts what a site declares on the roster."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.scheduling.domain.resources.commands import DeclareResource
from services.scheduling.domain.resources.resource import Resource, Roster
from shared.kernel.errors import Malformed


def declare(command: DeclareResource, roster: Roster) -> Roster:
    """A resource declared again replaces what was known; what is booked stands."""
    said = command.said
    _check_zone(said.zone)
    for position, hours in enumerate(said.hours):
        if hours.closes <= hours.opens:
            raise Malformed(f"/data/hours/{position}/closes", "must be later than opens")
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
    others = (each for each in roster.resources if each.id != declared.id)
    resources = tuple(sorted((*others, declared), key=lambda each: each.id))
    return Roster(resources, roster.sites, roster.licences, roster.certified)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Malformed("/data/zone", f"no time zone is called {zone}") from error
