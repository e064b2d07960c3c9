"""ROUTES of scheduling: what sites post and what other services say, in our own words."""

from datetime import datetime

from services.scheduling.adapters.routes import booking, care, neighbours, people, roster, waiting
from services.scheduling.application import clock
from services.scheduling.application.documents import COURSES, WALLS, WALLS_ID
from services.scheduling.application.safety import anchoring
from services.scheduling.domain.course.commands import LookAt
from services.scheduling.domain.safety.commands import CheckZones
from shared.contracts.envelope import Event
from shared.contracts.time import ClockStruck
from shared.kernel.policy import Policy
from shared.messaging.clock import Alarms
from shared.storage.steps import Route, Routes, governed
from shared.storage.unit_of_work import Need


def routes(policy: Policy) -> Routes:
    parts = (roster, booking, care, neighbours, waiting, people)
    return {name: route for each in parts for name, route in each.routes(policy).items()}


def alarms(policy: Policy) -> Alarms:
    """What the clock does: it looks at courses that asked for the hour, and at the zones daily, and
    offers freed time."""
    return {
        COURSES: Route(ClockStruck, _struck, governed(clock.look_at, policy), _course),
        WALLS: Route(ClockStruck, _midnight, anchoring.check_zones, _walls),
        **waiting.alarms(policy),
    }


def _walls(_event: Event) -> list[Need]:
    return [(WALLS, WALLS_ID)]


def _midnight(event: Event) -> CheckZones:
    return CheckZones(f"{event.source}#{event.id}", _now(event))


def _course(event: Event) -> list[Need]:
    return [(COURSES, event.data.aggregate_id)]


def _struck(event: Event) -> LookAt:
    return LookAt(f"{event.source}#{event.id}", _now(event), event.data.aggregate_id)


def _now(event: Event) -> datetime:
    """When it struck: what was missed meanwhile is seen to at once."""
    struck: ClockStruck = event.data
    return struck.struck_at or event.time
