"""Routes of the waiting list and of group integration, and what the clock does for the former."""

from services.scheduling.adapters.routes.needs import PLANNERS, cause, needs_of_patient
from services.scheduling.application.appointments import groups, waiting
from services.scheduling.application.documents import (
    DAYS,
    FREED,
    GROUPS,
    ROSTER,
    ROSTERS,
    WAITING,
)
from services.scheduling.domain.appointments.calendar import days_of
from services.scheduling.domain.appointments.commands import (
    CancelGroup,
    JoinWaitingList,
    LeaveWaitingList,
    LookAtWaiting,
    OpenGroup,
)
from shared.contracts import site
from shared.contracts.envelope import Event
from shared.contracts.time import ClockStruck
from shared.kernel.policy import Policy
from shared.messaging.clock import Alarms
from shared.storage.steps import Route, Routes, governed
from shared.storage.unit_of_work import Need


def routes(policy: Policy) -> Routes:
    joined, left = site.WaitingListJoined, site.WaitingListLeft
    opened, cancelled = site.GroupOpened, site.GroupCancelled
    open_group = governed(groups.open_group, policy)
    return {
        joined.type: Route(joined, _joined, waiting.join, _needs_of_waiting, PLANNERS),
        left.type: Route(left, _left, waiting.leave, _needs_of_waiting, PLANNERS),
        opened.type: Route(opened, _opened, open_group, _needs_of_group, PLANNERS),
        cancelled.type: Route(cancelled, _cancelled, groups.cancel_group, _group, PLANNERS),
    }


def alarms(policy: Policy) -> Alarms:
    """Freed time is offered, and who waited in vain waits no more."""
    offer = governed(waiting.offer, policy)
    return {
        FREED: Route(ClockStruck, _look, offer, lambda _: [(ROSTERS, ROSTER)]),
        WAITING: Route(ClockStruck, _look, waiting.close, lambda _: []),
    }


def _needs_of_waiting(event: Event) -> list[Need]:
    return [*needs_of_patient(event), (WAITING, event.subject)]


def _needs_of_group(event: Event) -> list[Need]:
    days = days_of([event.data.start])
    return [*_group(event), (ROSTERS, ROSTER), *((DAYS, day) for day in days)]


def _group(event: Event) -> list[Need]:
    return [(GROUPS, event.subject)]


def _joined(event: Event) -> JoinWaitingList:
    said = event.data
    return JoinWaitingList(cause(event), event.time, event.subject, said.earliest, said.latest)


def _left(event: Event) -> LeaveWaitingList:
    return LeaveWaitingList(cause(event), event.time, event.subject, event.data.reason)


def _opened(event: Event) -> OpenGroup:
    said = event.data
    return OpenGroup(
        cause(event),
        event.time,
        event.subject,
        said.start,
        said.length_min,
        said.seats,
        said.resources,
    )


def _cancelled(event: Event) -> CancelGroup:
    return CancelGroup(cause(event), event.time, event.subject, event.data.reason)


def _look(event: Event) -> LookAtWaiting:
    return LookAtWaiting(cause(event), event.time, event.data.aggregate_id)
