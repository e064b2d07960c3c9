"""What changes the roster: declarations of sites, and what neighbours say of licences."""

from services.scheduling.application.documents import ROSTER, ROSTERS
from services.scheduling.domain.resources import declaring
from services.scheduling.domain.resources.commands import (
    DeclareResource,
    DeclareSite,
    KnowLicence,
    KnowSiteCertificate,
)
from services.scheduling.domain.resources.resource import Roster
from shared.storage.unit_of_work import UnitOfWork


def declare_resource(command: DeclareResource, uow: UnitOfWork) -> None:
    uow.save(ROSTERS, declaring.declare(command, _roster(uow)))


def declare_site(command: DeclareSite, uow: UnitOfWork) -> None:
    uow.save(ROSTERS, declaring.declare_site(command, _roster(uow)))


def know_licence(command: KnowLicence, uow: UnitOfWork) -> None:
    uow.save(ROSTERS, declaring.know_licence(command, _roster(uow)))


def know_site_certificate(command: KnowSiteCertificate, uow: UnitOfWork) -> None:
    uow.save(ROSTERS, declaring.certify(command, _roster(uow)))


def _roster(uow: UnitOfWork) -> Roster:
    return uow.get(ROSTERS, ROSTER) or Roster()
