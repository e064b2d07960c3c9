"""ROUTES of scheduling: what sites post and what other services say, in our own words.

`loads` names the patient's first course: for most there is no other, and for the rest the unit of
work reads one document more.
"""

from functools import partial

from services.scheduling.application import handlers
from services.scheduling.application.documents import (
    APPOINTMENTS,
    COURSES,
    DAYS,
    ROSTER,
    ROSTERS,
    STANDINGS,
)
from services.scheduling.domain.commands import (
    BookCourse,
    CancelAppointment,
    CountDose,
    DeclareResource,
    FulfilAppointment,
    GrantClearance,
    HoldDosing,
    LiftHold,
    RecordConsent,
)
from services.scheduling.domain.course.booking import appointment_id, horizon, session_names
from services.scheduling.domain.course.standing import course_id
from shared.contracts import intake, session_record, site
from shared.contracts.envelope import Event
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes, governed
from shared.storage.unit_of_work import Need

PLANNERS = frozenset({"coordinator", "prescriber"})


def routes(policy: Policy) -> Routes:
    return _posted(policy) | _of_intake(policy) | _of_encounters()


def _posted(policy: Policy) -> Routes:
    declared, cancelled = site.ResourceDeclared, site.AppointmentCancelled
    requested = site.CourseBookingRequested
    book = governed(handlers.book_course, policy)
    needs = partial(_needs_of_booking, policy=policy)
    return {
        declared.type: Route(
            declared, _declared, handlers.declare_resource, _needs_roster, PLANNERS
        ),
        requested.type: Route(requested, _requested, book, needs, PLANNERS),
        cancelled.type: Route(
            cancelled, _cancelled, handlers.cancel_appointment, _needs_of_cancelling, PLANNERS
        ),
    }


def _of_intake(policy: Policy) -> Routes:
    cleared, withdrawn = intake.PatientCleared, intake.ClearanceWithdrawn
    consented, revoked = intake.PatientConsented, intake.ConsentRevoked
    raised, lifted = intake.SafetyHoldRaised, intake.SafetyHoldLifted
    grant = governed(handlers.grant_clearance, policy)
    hold = handlers.hold_dosing
    return {
        cleared.type: Route(cleared, _cleared, grant, _needs),
        withdrawn.type: Route(withdrawn, _clearance_withdrawn, hold, _needs),
        consented.type: Route(consented, _consented, handlers.record_consent, _needs),
        revoked.type: Route(revoked, _consent_revoked, hold, _needs),
        raised.type: Route(raised, _hold_raised, hold, _needs),
        lifted.type: Route(lifted, _hold_lifted, handlers.lift_hold, _needs),
    }


def _of_encounters() -> Routes:
    dosed, completed = session_record.DoseAdministered, session_record.EncounterCompleted
    return {
        dosed.type: Route(dosed, _dosed, handlers.count_dose, _needs_of_dose),
        completed.type: Route(
            completed, _completed, handlers.fulfil_appointment, _needs_of_completion
        ),
    }


def _cause(event: Event) -> str:
    """Names the event: two sites may give two events the same id, but not from one source."""
    return f"{event.source}#{event.id}"


def _needs(event: Event) -> list[Need]:
    return [(COURSES, course_id(event.subject, 1)), (STANDINGS, event.subject)]


def _needs_roster(_event: Event) -> list[Need]:
    return [(ROSTERS, ROSTER)]


def _needs_of_booking(event: Event, policy: Policy) -> list[Need]:
    names = {name for each in policy.protocols.values() for name in session_names(each)}
    return [
        *_needs(event),
        (ROSTERS, ROSTER),
        *((DAYS, day) for day in horizon(_requested(event))),
        *((APPOINTMENTS, appointment_id(_cause(event), name)) for name in sorted(names)),
    ]


def _needs_of_cancelling(event: Event) -> list[Need]:
    return [*_needs(event), (APPOINTMENTS, event.data.appointment_id)]


def _needs_of_dose(event: Event) -> list[Need]:
    return [(COURSES, event.data.course_id), (STANDINGS, event.subject)]


def _needs_of_completion(event: Event) -> list[Need]:
    return [(COURSES, event.data.course_id), (APPOINTMENTS, event.data.appointment_id)]


def _declared(event: Event) -> DeclareResource:
    said = event.data
    return DeclareResource(
        _cause(event), event.time, event.subject, said.kind, said.zone, said.hours, said.active
    )


def _requested(event: Event) -> BookCourse:
    return BookCourse(_cause(event), event.time, event.subject, event.data.earliest)


def _cancelled(event: Event) -> CancelAppointment:
    said = event.data
    return CancelAppointment(
        _cause(event), event.time, event.subject, said.appointment_id, said.reason
    )


def _cleared(event: Event) -> GrantClearance:
    said = event.data
    return GrantClearance(
        _cause(event),
        event.time,
        event.subject,
        said.clearance_id,
        said.indication,
        said.protocol,
        said.route,
        said.first_dose_by,
        said.valid_until,
    )


def _clearance_withdrawn(event: Event) -> HoldDosing:
    clearance = event.data.clearance_id
    return HoldDosing(_cause(event), event.time, event.subject, "clearance-revoked", clearance)


def _consented(event: Event) -> RecordConsent:
    said = event.data
    return RecordConsent(_cause(event), event.time, event.subject, said.route, said.valid_until)


def _consent_revoked(event: Event) -> HoldDosing:
    return HoldDosing(_cause(event), event.time, event.subject, "consent-withdrawn")


def _hold_raised(event: Event) -> HoldDosing:
    return HoldDosing(_cause(event), event.time, event.subject, "safety-hold")


def _hold_lifted(event: Event) -> LiftHold:
    return LiftHold(_cause(event), event.time, event.subject, "safety-hold")


def _dosed(event: Event) -> CountDose:
    said = event.data
    return CountDose(
        _cause(event),
        event.time,
        event.subject,
        said.course_id,
        said.dose_number,
        said.administered_at,
    )


def _completed(event: Event) -> FulfilAppointment:
    said = event.data
    return FulfilAppointment(
        _cause(event),
        event.time,
        event.subject,
        said.course_id,
        said.appointment_id,
        said.finished_at,
    )
