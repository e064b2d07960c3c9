"""ROUTES: each event type this service acts on, the command it becomes and the use case it takes.

Posted site events and Kafka events alike. Nothing is decided here.
"""

from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any, Literal, TypeVar

from services.session_record.adapters.documentation.routes import documentation_routes, followed
from services.session_record.application import handlers
from services.session_record.application.documents import (
    APPOINTMENTS,
    COURSES,
    ENCOUNTERS,
    GRANTS,
    HISTORIES,
    STANDINGS,
)
from services.session_record.domain import commands
from shared.contracts import intake, scheduling, site
from shared.contracts.envelope import Event
from shared.kernel.policy import Policy
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
    taken = (*_posted(policy), *_from_intake(), *_from_scheduling())
    room = {each.data.type: each for each in taken}
    return followed(room, policy) | documentation_routes(policy)


def _posted(policy: Policy) -> tuple[Route[Any], ...]:
    arrive = governed(handlers.open_encounter, policy)
    observe = governed(handlers.record_vitals, policy)
    give = governed(handlers.administer_dose, policy)
    discharge = governed(handlers.discharge_patient, policy)
    report, finish = handlers.report_adverse_event, handlers.finish_encounter
    return (
        _route(site.EncounterArrived, commands.OpenEncounter, arrive, _arrival, DESK),
        _route(site.ObservationRecorded, commands.RecordVitals, observe, _vitals, ROOM),
        _route(site.MedicationAdministered, commands.AdministerDose, give, _dose, MEDICAL),
        _route(site.AdverseEventReported, commands.ReportAdverseEvent, report, _encounter, ANYONE),
        _route(site.PatientDischarged, commands.DischargePatient, discharge, _encounter, MEDICAL),
        _route(site.EncounterFinished, commands.FinishEncounter, finish, _encounter, ROOM),
    )


def _from_intake() -> tuple[Route[Any], ...]:
    return (
        _route(intake.PatientRegistered, commands.KnowPatient, handlers.know_patient, _standing),
        _route(intake.PatientConsented, commands.KnowConsent, handlers.know_consent, _standing),
        _route(intake.ConsentRevoked, commands.EndConsent, handlers.end_consent, _standing),
        _route(intake.PatientCleared, commands.KnowClearance, handlers.know_clearance, _grant),
        _route(intake.ClearanceWithdrawn, commands.EndClearance, handlers.end_clearance, _standing),
        Route(intake.SafetyHoldRaised, _hold, handlers.know_hold, _standing),
        _route(intake.SafetyHoldLifted, commands.EndHold, handlers.end_hold, _standing),
    )


def _from_scheduling() -> tuple[Route[Any], ...]:
    book, change = handlers.know_appointment, handlers.change_appointment
    return (
        _route(scheduling.CourseOpened, commands.KnowCourse, handlers.know_course, _course),
        _route(scheduling.AppointmentBooked, commands.KnowAppointment, book, _appointment),
        Route(scheduling.AppointmentHeld, partial(_change, "held"), change, _appointment),
        Route(scheduling.AppointmentRestored, partial(_change, "booked"), change, _appointment),
        Route(scheduling.AppointmentCalledOff, partial(_change, "cancelled"), change, _appointment),
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


def _hold(event: Event) -> commands.KnowHold:
    codes = tuple(reason.code for reason in event.data.reasons)
    return commands.KnowHold(event.id, event.time, event.subject, codes)


def _change(
    status: Literal["booked", "held", "cancelled"], event: Event
) -> commands.ChangeAppointment:
    return commands.ChangeAppointment(
        event.id, event.time, event.subject, event.data.appointment_id, status
    )


def _arrival(event: Event) -> list[Need]:
    return [
        (ENCOUNTERS, event.data.encounter_id),
        (APPOINTMENTS, event.data.appointment_id),
        (STANDINGS, event.subject),
        (HISTORIES, event.subject),
    ]


def _vitals(event: Event) -> list[Need]:
    """The history only where there is a weight to keep: vital signs are most of what is posted."""
    return _encounter(event) if event.data.weight_kg else [(ENCOUNTERS, event.data.encounter_id)]


def _dose(event: Event) -> list[Need]:
    return [*_encounter(event), (STANDINGS, event.subject)]


def _encounter(event: Event) -> list[Need]:
    return [(ENCOUNTERS, event.data.encounter_id), (HISTORIES, event.subject)]


def _standing(event: Event) -> list[Need]:
    return [(STANDINGS, event.subject)]


def _grant(event: Event) -> list[Need]:
    return [(STANDINGS, event.subject), (GRANTS, event.data.clearance_id)]


def _course(event: Event) -> list[Need]:
    return [(COURSES, event.data.course_id)]


def _appointment(event: Event) -> list[Need]:
    return [(APPOINTMENTS, event.data.appointment_id)]
