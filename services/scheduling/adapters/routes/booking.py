"""Routes of booking: what sites ask of a course and its appointments."""

from collections.abc import Sequence
from functools import partial

from services.scheduling.adapters.routes.needs import PLANNERS, cause, needs_of_patient
from services.scheduling.application.appointments import booking, proposals
from services.scheduling.application.documents import APPOINTMENTS, DAYS, GROUPS, ROSTER, ROSTERS
from services.scheduling.domain.appointments.calendar import days_of
from services.scheduling.domain.appointments.commands import (
    AcceptProposals,
    DeclineProposals,
    ForceSlots,
    MissAppointment,
    MoveAppointment,
)
from services.scheduling.domain.course.booking import appointment_id, horizon
from services.scheduling.domain.course.commands import BookCourse, CancelAppointment
from services.scheduling.domain.planning.outline import session_names
from shared.contracts import site
from shared.contracts.envelope import Event
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes, governed
from shared.storage.unit_of_work import Need

FORCERS = frozenset({"prescriber", "medical-director"})
"""Who may book more than there is."""


def routes(policy: Policy) -> Routes:
    return _of_courses(policy) | _of_proposals(policy) | _of_appointments(policy)


def _of_courses(policy: Policy) -> Routes:
    requested, forced = site.CourseBookingRequested, site.CourseBookingForced
    book, force = governed(booking.book_course, policy), governed(booking.force_booking, policy)
    needs = partial(_needs_of_booking, policy=policy)
    return {
        requested.type: Route(requested, _requested, book, needs, PLANNERS, counted=True),
        forced.type: Route(forced, _forced, force, _needs_of_slots, FORCERS, counted=True),
    }


def _of_proposals(policy: Policy) -> Routes:
    accepted, declined = site.ProposalAccepted, site.ProposalDeclined
    accept, needs = governed(proposals.accept, policy), _needs_of_proposals
    return {
        accepted.type: Route(accepted, _accepted, accept, needs, PLANNERS),
        declined.type: Route(declined, _declined, proposals.decline, needs, PLANNERS),
    }


def _of_appointments(policy: Policy) -> Routes:
    moved, missed = site.AppointmentRescheduled, site.AppointmentMissed
    cancelled = site.AppointmentCancelled
    move = governed(booking.move_appointment, policy)
    miss = governed(booking.miss_appointment, policy)
    cancel, needs = booking.cancel_appointment, _needs_of_appointment
    return {
        moved.type: Route(moved, _moved, move, _needs_of_moving, PLANNERS, counted=True),
        cancelled.type: Route(cancelled, _cancelled, cancel, needs, PLANNERS),
        missed.type: Route(missed, _missed, miss, needs, PLANNERS),
    }


def _needs_of_booking(event: Event, policy: Policy) -> list[Need]:
    if event.data.slots:
        return _needs_of_slots(event)
    names = {name for each in policy.protocols.values() for name in session_names(each)}
    return [
        *needs_of_patient(event),
        (ROSTERS, ROSTER),
        *((DAYS, day) for day in horizon(_requested(event))),
        *_appointments_to_be(event, names),
    ]


def _needs_of_slots(event: Event) -> list[Need]:
    """The days that the slots touch, their groups, and the appointments to be."""
    slots: Sequence[site.SlotWanted] = event.data.slots
    return [
        *needs_of_patient(event),
        (ROSTERS, ROSTER),
        *((DAYS, day) for day in days_of(each.start for each in slots)),
        *((GROUPS, each) for each in sorted({each.group for each in slots if each.group})),
        *_appointments_to_be(event, {f"{each.session}-{each.number}" for each in slots}),
    ]


def _appointments_to_be(event: Event, names: set[str]) -> list[Need]:
    return [(APPOINTMENTS, appointment_id(cause(event), name)) for name in sorted(names)]


def _needs_of_proposals(event: Event) -> list[Need]:
    named = [(APPOINTMENTS, each) for each in event.data.appointment_ids]
    return [*needs_of_patient(event), (ROSTERS, ROSTER), *named]


def _needs_of_appointment(event: Event) -> list[Need]:
    return [*needs_of_patient(event), (APPOINTMENTS, event.data.appointment_id)]


def _needs_of_moving(event: Event) -> list[Need]:
    """The days it moves to: where it is now is read when its course is known."""
    days = days_of([event.data.start])
    return [*_needs_of_appointment(event), (ROSTERS, ROSTER), *((DAYS, day) for day in days)]


def _requested(event: Event) -> BookCourse:
    said = event.data
    return BookCourse(
        cause(event), event.time, event.subject, said.earliest, said.slots, said.propose_min
    )


def _forced(event: Event) -> ForceSlots:
    said = event.data
    return ForceSlots(cause(event), event.time, event.subject, said.slots, said.by, said.reason)


def _accepted(event: Event) -> AcceptProposals:
    return AcceptProposals(cause(event), event.time, event.subject, event.data.appointment_ids)


def _declined(event: Event) -> DeclineProposals:
    said = event.data
    return DeclineProposals(
        cause(event), event.time, event.subject, said.appointment_ids, said.reason
    )


def _moved(event: Event) -> MoveAppointment:
    said = event.data
    return MoveAppointment(
        cause(event),
        event.time,
        event.subject,
        said.appointment_id,
        said.start,
        said.reason,
        said.resources,
    )


def _cancelled(event: Event) -> CancelAppointment:
    said = event.data
    return CancelAppointment(
        cause(event), event.time, event.subject, said.appointment_id, said.reason
    )


def _missed(event: Event) -> MissAppointment:
    said = event.data
    return MissAppointment(
        cause(event), event.time, event.subject, said.appointment_id, said.reason
    )
