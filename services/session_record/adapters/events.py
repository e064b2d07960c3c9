"""ROUTES: each event type this service acts on, the command it becomes and the use case it takes.

Posted site events and Kafka events alike. Nothing is decided here.
"""

from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any, TypeVar

from services.session_record.adapters.documentation.routes import (
    documentation_routes,
    followed,
    task_alarms,
)
from services.session_record.application import handlers, knowing
from services.session_record.application.documents import (
    APPOINTMENTS,
    CONTAINERS,
    COURSES,
    ENCOUNTERS,
    GRANTS,
    HISTORIES,
    PRACTITIONERS,
    SITES,
    STANDINGS,
)
from services.session_record.domain import commands
from services.session_record.domain.knowledge import told
from shared.contracts import intake, scheduling, site
from shared.contracts.envelope import Event
from shared.contracts.time import ClockStruck
from shared.kernel.policy import Policy
from shared.messaging.clock import Alarms
from shared.storage.steps import Route, Routes, governed
from shared.storage.unit_of_work import Need, UnitOfWork

C = TypeVar("C", bound=commands.Command)
Handle = Callable[[C, UnitOfWork], None]
Loads = Callable[[Event], list[Need]]
MEDICAL = frozenset({"nurse", "prescriber"})
ROOM = MEDICAL | {"therapist"}
DESK = ROOM | {"coordinator"}
ANYONE = DESK | {"psychiatrist"}
"""Who may post what. An adverse event may be told to anybody."""


def routes(policy: Policy) -> Routes:
    taken = (*_room(policy), *_drugs(), *_from_intake(), *_from_scheduling())
    room = {each.data.type: each for each in taken}
    return followed(room, policy) | documentation_routes(policy)


def alarms(policy: Policy) -> Alarms:
    """What the clock does: it asks whether somebody has measured, and reminds of tasks."""
    watch = governed(handlers.watch_encounter, policy)
    return {ENCOUNTERS: Route(ClockStruck, _watch, watch, _struck), **task_alarms()}


def _room(policy: Policy) -> tuple[Route[Any], ...]:
    arrive = governed(handlers.open_encounter, policy)
    observe = governed(handlers.record_vitals, policy)
    measure = governed(handlers.record_measurement, policy)
    give = governed(handlers.administer_dose, policy)
    discharge = governed(handlers.discharge_patient, policy)
    report, finish = handlers.report_adverse_event, handlers.finish_encounter
    answer, abandon = handlers.record_answers, handlers.abandon_encounter
    return (
        Route(site.EncounterArrived, _arrive, arrive, _arrival, DESK),
        _route(site.ObservationRecorded, commands.RecordVitals, observe, _vitals, ROOM),
        _route(site.DeviceMeasurementRecorded, commands.RecordMeasurement, measure, _device, ROOM),
        _route(site.InstrumentAnswered, commands.RecordAnswers, answer, _alone, ROOM),
        _route(site.MedicationAdministered, commands.AdministerDose, give, _dose, MEDICAL),
        _route(site.AdverseEventReported, commands.ReportAdverseEvent, report, _encounter, ANYONE),
        _route(site.PatientDischarged, commands.DischargePatient, discharge, _leaving, MEDICAL),
        _route(site.EncounterFinished, commands.FinishEncounter, finish, _encounter, ROOM),
        _route(site.EncounterAbandoned, commands.AbandonEncounter, abandon, _alone, ROOM),
    )


def _drugs() -> tuple[Route[Any], ...]:
    certify, enrol = handlers.certify_site, handlers.enrol_patient
    return (
        _route(site.DrugMoved, commands.MoveDrug, handlers.move_drug, _container, MEDICAL),
        _route(site.SiteCertified, commands.CertifySite, certify, _site, MEDICAL),
        _route(site.PatientEnrolled, commands.EnrolPatient, enrol, _history, DESK),
    )


def _from_intake() -> tuple[Route[Any], ...]:
    of_patient: tuple[tuple[type[Any], type[Any], Handle[Any]], ...] = (
        (intake.PatientRegistered, told.KnowPatient, knowing.know_patient),
        (intake.PatientLinked, told.LinkPatient, knowing.link_patient),
        (intake.PatientTransferred, told.KnowTransfer, knowing.know_transfer),
        (intake.WorkUpKnown, told.KnowWorkUp, knowing.know_work_up),
        (intake.VitalSignsKnown, told.KnowVitalSigns, knowing.know_vital_signs),
        (intake.EscortNamed, told.KnowEscort, knowing.know_escort),
        (intake.PatientConsented, told.KnowConsent, knowing.know_consent),
        (intake.ConsentRevoked, told.EndConsent, knowing.end_consent),
        (intake.ClearanceWithdrawn, told.EndClearance, knowing.end_clearance),
        (intake.SafetyHoldLifted, told.EndHold, knowing.end_hold),
    )
    credential = knowing.know_credential
    return (
        *(_route(data, command, handle, _standing) for data, command, handle in of_patient),
        _route(intake.PatientCleared, told.KnowClearance, knowing.know_clearance, _grant),
        Route(intake.SafetyHoldRaised, _hold, knowing.know_hold, _standing),
        _route(intake.PractitionerCredentialed, told.KnowCredential, credential, _practitioner),
    )


def _from_scheduling() -> tuple[Route[Any], ...]:
    book, change, off = knowing.know_appointment, knowing.change_appointment, knowing.call_off
    move, adapt = knowing.move_appointment, knowing.adapt_course
    return (
        _route(scheduling.CourseOpened, told.KnowCourse, knowing.know_course, _course),
        _route(scheduling.AppointmentBooked, told.KnowAppointment, book, _appointment),
        Route(scheduling.AppointmentHeld, partial(_change, "held"), change, _appointment),
        Route(scheduling.AppointmentRestored, partial(_change, "booked"), change, _appointment),
        Route(scheduling.AppointmentCalledOff, partial(_change, "cancelled"), off, _appointment),
        Route(scheduling.AppointmentNotKept, partial(_change, "missed"), change, _appointment),
        _route(scheduling.AppointmentMoved, told.MoveAppointment, move, _appointment),
        _route(scheduling.CourseAdapted, told.AdaptCourse, adapt, _course),
    )


def _route(
    data: type[Any],
    command: type[C],
    handle: Handle[C],
    loads: Loads,
    roles: frozenset[str] = frozenset(),
) -> Route[C]:
    """A route whose command has the contract's own field names."""
    about_event = {field.name for field in fields(commands.Command)}
    names = [field.name for field in fields(command) if field.name not in about_event]

    def translate(event: Event) -> C:
        values = {name: getattr(event.data, name) for name in names}
        return command(event.id, event.time, event.subject, **values)

    return Route(data, translate, handle, loads, roles)


def _hold(event: Event) -> told.KnowHold:
    codes = tuple(reason.code for reason in event.data.reasons)
    return told.KnowHold(event.id, event.time, event.subject, codes)


def _change(status: told.AppointmentStatus, event: Event) -> told.ChangeAppointment:
    return told.ChangeAppointment(
        event.id, event.time, event.subject, event.data.appointment_id, status
    )


def _arrive(event: Event) -> commands.OpenEncounter:
    data = event.data
    return commands.OpenEncounter(
        event.id,
        event.time,
        event.subject,
        data.encounter_id,
        data.appointment_id,
        data.fasting,
        data.escort_arranged,
        data.escort,
        data.staff,
        data.overrides,
        site=event.source.rsplit("/", 1)[-1],
    )


def _watch(event: Event) -> commands.WatchEncounter:
    return commands.WatchEncounter(event.id, event.time, event.subject, event.data.aggregate_id)


# ---- what each will read, so that a batch reads it at once -----------------------------------


def _struck(event: Event) -> list[Need]:
    return [(ENCOUNTERS, event.data.aggregate_id)]


def _alone(event: Event) -> list[Need]:
    return [(ENCOUNTERS, event.data.encounter_id)]


def _encounter(event: Event) -> list[Need]:
    return [*_alone(event), (HISTORIES, event.subject)]


def _arrival(event: Event) -> list[Need]:
    return [
        (ENCOUNTERS, event.data.encounter_id),
        (APPOINTMENTS, event.data.appointment_id),
        (STANDINGS, event.subject),
        (HISTORIES, event.subject),
        *((PRACTITIONERS, each.practitioner) for each in event.data.staff),
    ]


def _vitals(event: Event) -> list[Need]:
    """More only where there is a weight to keep: vital signs are most of what is posted."""
    return _weighed(event) if event.data.weight_kg else _alone(event)


def _device(event: Event) -> list[Need]:
    return _weighed(event) if event.data.measure == "body-weight" else _alone(event)


def _weighed(event: Event) -> list[Need]:
    return [*_encounter(event), (STANDINGS, event.subject)]


def _dose(event: Event) -> list[Need]:
    named = (event.data.administered_by, event.data.checked_by)
    return [
        *_weighed(event),
        (CONTAINERS, event.data.container),
        *((PRACTITIONERS, each) for each in named if each),
    ]


def _leaving(event: Event) -> list[Need]:
    return [*_weighed(event), (PRACTITIONERS, event.data.discharged_by)]


def _container(event: Event) -> list[Need]:
    return [(CONTAINERS, event.subject)]


def _site(event: Event) -> list[Need]:
    return [(SITES, event.subject)]


def _history(event: Event) -> list[Need]:
    return [(HISTORIES, event.subject)]


def _practitioner(event: Event) -> list[Need]:
    return [(PRACTITIONERS, event.subject)]


def _standing(event: Event) -> list[Need]:
    return [(STANDINGS, event.subject)]


def _grant(event: Event) -> list[Need]:
    return [(STANDINGS, event.subject), (GRANTS, event.data.clearance_id)]


def _course(event: Event) -> list[Need]:
    return [(COURSES, event.data.course_id)]


def _appointment(event: Event) -> list[Need]:
    return [(APPOINTMENTS, event.data.appointment_id)]
