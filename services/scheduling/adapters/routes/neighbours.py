"""Routes of what intake and session-record say of a patient."""

from services.scheduling.adapters.routes.needs import cause, needs_of_patient
from services.scheduling.application import courses
from services.scheduling.application.appointments import booking
from services.scheduling.application.documents import APPOINTMENTS, COURSES, STANDINGS
from services.scheduling.domain.appointments.commands import UseUpAppointment
from services.scheduling.domain.course.commands import (
    CountDose,
    FulfilAppointment,
    GrantClearance,
    HoldDosing,
    LiftHold,
    RecordConsent,
)
from shared.contracts import intake, session_record
from shared.contracts.envelope import Event
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes, governed
from shared.storage.unit_of_work import Need


def routes(policy: Policy) -> Routes:
    return _of_intake(policy) | _of_encounters(policy)


def _of_intake(policy: Policy) -> Routes:
    cleared, withdrawn = intake.PatientCleared, intake.ClearanceWithdrawn
    consented, revoked = intake.PatientConsented, intake.ConsentRevoked
    raised, lifted = intake.SafetyHoldRaised, intake.SafetyHoldLifted
    grant = governed(courses.grant_clearance, policy)
    consent, lift = (governed(each, policy) for each in (courses.record_consent, courses.lift_hold))
    hold = courses.hold_dosing
    return {
        cleared.type: Route(cleared, _cleared, grant, needs_of_patient),
        withdrawn.type: Route(withdrawn, _clearance_withdrawn, hold, needs_of_patient),
        consented.type: Route(consented, _consented, consent, needs_of_patient),
        revoked.type: Route(revoked, _consent_revoked, hold, needs_of_patient),
        raised.type: Route(raised, _hold_raised, hold, needs_of_patient),
        lifted.type: Route(lifted, _hold_lifted, lift, needs_of_patient),
    }


def _of_encounters(policy: Policy) -> Routes:
    dosed, completed = session_record.DoseAdministered, session_record.EncounterCompleted
    fulfil = governed(courses.fulfil_appointment, policy)
    cancelled = session_record.EncounterCancelled
    use_up = governed(booking.use_up_appointment, policy)
    return {
        cancelled.type: Route(cancelled, _cancelled, use_up, _needs_of_completion),
        dosed.type: Route(dosed, _dosed, courses.count_dose, _needs_of_dose),
        completed.type: Route(completed, _completed, fulfil, _needs_of_completion),
    }


def _needs_of_dose(event: Event) -> list[Need]:
    return [(COURSES, event.data.course_id), (STANDINGS, event.subject)]


def _needs_of_completion(event: Event) -> list[Need]:
    return [(COURSES, event.data.course_id), (APPOINTMENTS, event.data.appointment_id)]


def _cleared(event: Event) -> GrantClearance:
    said = event.data
    return GrantClearance(
        cause(event),
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
    return HoldDosing(cause(event), event.time, event.subject, "clearance-revoked", clearance)


def _consented(event: Event) -> RecordConsent:
    said = event.data
    return RecordConsent(cause(event), event.time, event.subject, said.route, said.valid_until)


def _consent_revoked(event: Event) -> HoldDosing:
    return HoldDosing(cause(event), event.time, event.subject, "consent-withdrawn")


def _hold_raised(event: Event) -> HoldDosing:
    return HoldDosing(cause(event), event.time, event.subject, "safety-hold")


def _hold_lifted(event: Event) -> LiftHold:
    return LiftHold(cause(event), event.time, event.subject, "safety-hold")


def _dosed(event: Event) -> CountDose:
    said = event.data
    return CountDose(
        cause(event),
        event.time,
        event.subject,
        said.course_id,
        said.dose_number,
        said.administered_at,
    )


def _completed(event: Event) -> FulfilAppointment:
    said = event.data
    return FulfilAppointment(
        cause(event),
        event.time,
        event.subject,
        said.course_id,
        said.appointment_id,
        said.finished_at,
    )


def _cancelled(event: Event) -> UseUpAppointment:
    said = event.data
    return UseUpAppointment(cause(event), event.time, said.course_id, said.appointment_id)
