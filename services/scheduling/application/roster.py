"""What changes the roster: declarations of sites, and what neighbours say of licences."""

from services.scheduling.application.documents import ROSTER, ROSTERS
from services.scheduling.domain.resources.commands import DeclareResource
from services.scheduling.domain.resources.declaring import declare
from services.scheduling.domain.resources.resource import Roster
from shared.storage.unit_of_work import UnitOfWork


def declare_resource(command: DeclareResource, uow: UnitOfWork) -> None:
    uow.save(ROSTERS, declare(command, uow.get(ROSTERS, ROSTER) or Roster()))
