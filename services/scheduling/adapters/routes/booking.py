"""Routes of booking: what sites ask of a course."""

from functools import partial

from services.scheduling.adapters.routes.needs import PLANNERS, cause, needs_of_patient
from services.scheduling.application import handlers
from services.scheduling.application.documents import APPOINTMENTS, DAYS, ROSTER, ROSTERS
from services.scheduling.domain.course.booking import appointment_id, horizon
from services.scheduling.domain.course.commands import BookCourse, CancelAppointment
from services.scheduling.domain.planning.outline import session_names
from shared.contracts import site
from shared.contracts.envelope import Event
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes, governed
from shared.storage.unit_of_work import Need


def routes(policy: Policy) -> Routes:
    cancelled = site.AppointmentCancelled
    requested = site.CourseBookingRequested
    book = governed(handlers.book_course, policy)
    needs = partial(_needs_of_booking, policy=policy)
    return {
        requested.type: Route(requested, _requested, book, needs, PLANNERS),
        cancelled.type: Route(
            cancelled, _cancelled, handlers.cancel_appointment, _needs_of_cancelling, PLANNERS
        ),
    }


def _needs_of_booking(event: Event, policy: Policy) -> list[Need]:
    names = {name for each in policy.protocols.values() for name in session_names(each)}
    return [
        *needs_of_patient(event),
        (ROSTERS, ROSTER),
        *((DAYS, day) for day in horizon(_requested(event))),
        *((APPOINTMENTS, appointment_id(cause(event), name)) for name in sorted(names)),
    ]


def _needs_of_cancelling(event: Event) -> list[Need]:
    return [*needs_of_patient(event), (APPOINTMENTS, event.data.appointment_id)]


def _requested(event: Event) -> BookCourse:
    return BookCourse(cause(event), event.time, event.subject, event.data.earliest)


def _cancelled(event: Event) -> CancelAppointment:
    said = event.data
    return CancelAppointment(
        cause(event), event.time, event.subject, said.appointment_id, said.reason
    )
