"""What changes the roster: declarations of sites, and what neighbours say of licences."""

from collections.abc import Callable
from typing import TypeVar

from services.scheduling.application.documents import ROSTER, ROSTERS
from services.scheduling.application.roster.displacing import AHEAD_D, displace_hit
from services.scheduling.application.safety.anchoring import watch_zone
from services.scheduling.domain.occupancy.fitting import Change
from services.scheduling.domain.resources import declaring
from services.scheduling.domain.resources.commands import (
    DeclareResource,
    DeclareSite,
    KnowLicence,
    KnowSiteCertificate,
)
from services.scheduling.domain.resources.resource import Roster
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork

C = TypeVar("C", DeclareResource, DeclareSite, KnowLicence, KnowSiteCertificate)


def declare_resource(command: DeclareResource, uow: UnitOfWork, policy: Policy) -> None:
    _change("resource-unavailable", declaring.declare, command, uow, policy)
    watch_zone(command.said.zone, command.at, uow)


def declare_site(command: DeclareSite, uow: UnitOfWork, policy: Policy) -> None:
    _change("site-closed", declaring.declare_site, command, uow, policy)


def know_licence(command: KnowLicence, uow: UnitOfWork, policy: Policy) -> None:
    _change("licence-ended", declaring.know_licence, command, uow, policy)


def know_site_certificate(command: KnowSiteCertificate, uow: UnitOfWork, policy: Policy) -> None:
    _change("site-certificate-ended", declaring.certify, command, uow, policy)


def _change(
    reason: str, decide: Callable[[C, Roster], Roster], command: C, uow: UnitOfWork, policy: Policy
) -> None:
    """The new roster, and what is booked at times that are lost by it (`reason`) is displaced."""
    before = uow.get(ROSTERS, ROSTER) or Roster()
    after = decide(command, before)
    uow.save(ROSTERS, after)
    change = Change(before, after, (command.at.date(), AHEAD_D), policy)
    displace_hit(change, reason, command.at, uow)
