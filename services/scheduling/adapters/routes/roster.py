"""Routes of the roster: what sites declare, and what neighbours say of licences."""

from services.scheduling.adapters.routes.needs import PLANNERS, cause, needs_roster
from services.scheduling.application import roster
from services.scheduling.domain.resources.commands import DeclareResource
from shared.contracts import site
from shared.contracts.envelope import Event
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes


def routes(_policy: Policy) -> Routes:
    declared = site.ResourceDeclared
    return {
        declared.type: Route(declared, _declared, roster.declare_resource, needs_roster, PLANNERS)
    }


def _declared(event: Event) -> DeclareResource:
    return DeclareResource(cause(event), event.time, event.subject, event.data)
