"""The Encounter: one session in the room, from arrival to its end. Entries are only ever added.

What is recorded into it is decided next door: vitals, dose, completion.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.session_record.domain import readiness
from services.session_record.domain.commands import (
    EncounterCommand,
    OpenEncounter,
    ReportAdverseEvent,
)
from services.session_record.domain.history import Entry, History
from services.session_record.domain.knowledge import Appointment, Course, Standing
from services.session_record.domain.readiness import Candidate, Door
from services.session_record.domain.rule import in_words
from shared.contracts.scheduling import SessionKind
from shared.contracts.session_record import AdverseEventRecorded, EncounterOpened
from shared.contracts.site import Route
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy, PolicyReference


@dataclass(frozen=True, slots=True)
class Reading:
    """Vital signs taken together. `policy_version`: the ladder they were judged by."""

    at: datetime
    systolic: int
    diastolic: int
    heart_rate: int
    oxygen_saturation: int
    weight_kg: float | None
    policy_version: str


@dataclass(frozen=True, slots=True)
class Alarm:
    at: datetime
    rule: str
    value: float
    limit: float
    severity: Literal["alert", "stop"]
    policy_version: str


@dataclass(frozen=True, slots=True)
class Dose:
    """A MedicationAdministration. `weight_kg` is the weight that it was checked against."""

    at: datetime
    route: Route
    dose_mg: float
    dose_mg_per_kg: float | None
    weight_kg: float | None
    administered_by: str
    checked_by: str
    policy: PolicyReference
    lot: str = ""


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """`amended_by`: the event after which it no longer counts; what it says stays as it was."""

    event_id: str
    at: datetime
    term: str
    grade: int
    serious: bool
    relation: str
    action: str
    outcome: str
    amended_by: str = ""


@dataclass(frozen=True, slots=True)
class Discharge:
    at: datetime
    moaas: int
    cadss: int
    aldrete: int
    policy: PolicyReference


@dataclass(frozen=True, slots=True)
class Encounter:
    """`ladders` are the policies that its readings were judged by, each once."""

    encounter_id: str
    patient_id: str
    appointment_id: str
    course_id: str
    session: SessionKind
    dose_number: int
    route: Route
    zone: str
    arrived_at: datetime
    opened_under: PolicyReference
    status: Literal["in-progress", "finished"] = "in-progress"
    fasting: bool | None = None
    escort_arranged: bool | None = None
    readings: tuple[Reading, ...] = ()
    ladders: tuple[PolicyReference, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    dose: Dose | None = None
    adverse_events: tuple[AdverseEvent, ...] = ()
    discharge: Discharge | None = None
    finished_at: datetime | None = None
    signed_at: datetime | None = None

    def last_reading(self, at: datetime) -> Reading | None:
        """The newest one taken by then."""
        return next((each for each in reversed(self.readings) if each.at <= at), None)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an arrival is judged by. `existing`: an encounter that has this id already."""

    appointment: Appointment
    course: Course
    standing: Standing
    history: History
    existing: Encounter | None


def open_encounter(
    command: OpenEncounter, arrival: Arrival, policy: Policy
) -> tuple[Encounter, EncounterOpened]:
    appointment = arrival.appointment
    _check_the_appointment(command, arrival)
    _check_the_order(command, arrival)
    if appointment.session == "dosing":
        _check_readiness(command, arrival, policy)
    opened = Encounter(
        encounter_id=command.encounter_id,
        patient_id=command.patient_id,
        appointment_id=appointment.appointment_id,
        course_id=appointment.course_id,
        session=appointment.session,
        dose_number=appointment.dose_number,
        route=appointment.route,
        zone=appointment.zone,
        arrived_at=command.at,
        opened_under=policy.reference(*readiness.KEYS),
        fasting=command.fasting,
        escort_arranged=command.escort_arranged,
    )
    return opened, EncounterOpened(
        opened.encounter_id,
        opened.appointment_id,
        opened.course_id,
        opened.session,
        opened.dose_number,
    )


def entry_of(encounter: Encounter) -> Entry:
    """How the encounter begins in the patient's history."""
    return Entry(
        encounter.encounter_id,
        encounter.appointment_id,
        encounter.course_id,
        encounter.session,
        encounter.dose_number,
    )


def report_adverse_event(
    command: ReportAdverseEvent, encounter: Encounter
) -> tuple[Encounter, AdverseEventRecorded]:
    """Taken in after the end too: many show themselves only later."""
    check_patient(command, encounter)
    event = AdverseEvent(
        command.event_id,
        command.at,
        command.term,
        command.grade,
        command.serious,
        command.relation,
        command.action,
        command.outcome,
    )
    recorded = AdverseEventRecorded(
        encounter.encounter_id,
        encounter.course_id,
        event.term,
        event.grade,
        event.serious,
        command.outcome,
    )
    return replace(encounter, adverse_events=(*encounter.adverse_events, event)), recorded


def check_patient(command: EncounterCommand, encounter: Encounter) -> None:
    if encounter.patient_id != command.patient_id:
        raise Rejected("wrong-patient", "this encounter is another patient's; check the wristband")


def _check_the_appointment(command: OpenEncounter, arrival: Arrival) -> None:
    if arrival.existing:
        raise Rejected("encounter-exists", "an encounter of this id is open; choose another id")
    if arrival.appointment.patient_id != command.patient_id:
        raise Rejected("wrong-patient", "this appointment is another patient's")
    if reason := readiness.unavailable(arrival.appointment, arrival.history):
        raise Rejected(reason.code, reason.words)


def _check_the_order(command: OpenEncounter, arrival: Arrival) -> None:
    """An integration session follows the end of the dose that it integrates."""
    appointment = arrival.appointment
    if appointment.session != "integration":
        return
    doses = arrival.history.finished(appointment.course_id, "dosing", command.at)
    if not any(each.dose_number == appointment.dose_number for each in doses):
        number = appointment.dose_number
        words = f"the dosing session of dose {number} has not been finished by then"
        raise Rejected("dose-not-finished", words)


def _check_readiness(command: OpenEncounter, arrival: Arrival, policy: Policy) -> None:
    door = door_of(command.at, arrival, command.fasting, command.escort_arranged)
    if reasons := readiness.missing(door, policy):
        raise Rejected("not-ready", f"not ready for dosing: {in_words(reasons)}", reasons)


def door_of(
    at: datetime, arrival: Arrival, fasting: bool | None, escort_arranged: bool | None
) -> Door:
    appointment = arrival.appointment
    candidate = Candidate(
        at, appointment.course_id, appointment.route, arrival.standing, arrival.history
    )
    return Door(candidate, arrival.course.preparations, fasting, escort_arranged)
