"""What HTTP may read: encounters as they are, and what a patient still lacks for a dose."""

from dataclasses import dataclass
from datetime import datetime

from services.session_record.application.documents import (
    APPOINTMENTS,
    COURSES,
    ENCOUNTERS,
    HISTORIES,
    STANDINGS,
)
from services.session_record.domain import readiness
from services.session_record.domain.encounter import (
    AdverseEvent,
    Alarm,
    Arrival,
    Discharge,
    Dose,
    Encounter,
    Reading,
    door_of,
)
from services.session_record.domain.history import History
from services.session_record.domain.knowledge import Standing
from shared.contracts.scheduling import SessionKind
from shared.contracts.shapes import Id
from shared.contracts.site import Route
from shared.kernel.errors import Reason
from shared.kernel.policy import Policy
from shared.storage.reads import Read, Reads


@dataclass(frozen=True, slots=True)
class DoseView:
    at: datetime
    route: Route
    dose_mg: float
    dose_mg_per_kg: float | None
    weight_kg: float | None
    administered_by: str
    checked_by: str


@dataclass(frozen=True, slots=True)
class DischargeView:
    at: datetime
    moaas: int
    cadss: int
    aldrete: int


@dataclass(frozen=True, slots=True)
class EncounterView:
    encounter_id: str
    patient_id: str
    appointment_id: str
    course_id: str
    session: SessionKind
    dose_number: int
    route: Route
    status: str
    arrived_at: datetime
    finished_at: datetime | None
    fasting: bool | None
    escort_arranged: bool | None
    policy_version: str
    readings: tuple[Reading, ...]
    alarms: tuple[Alarm, ...]
    dose: DoseView | None
    adverse_events: tuple[AdverseEvent, ...]
    discharge: DischargeView | None


@dataclass(frozen=True, slots=True)
class ReadinessQuestion:
    """`at` None: at the start of the appointment."""

    appointment_id: Id
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReadinessView:
    """What is missing at `at`. Fasting and escort are asked at the door, so they are not here."""

    patient_id: str
    appointment_id: str
    at: datetime
    ready: bool
    blockers: tuple[Reason, ...]
    policy_version: str


def encounter(reads: Reads, encounter_id: str) -> Read[EncounterView] | None:
    read = reads.get(ENCOUNTERS, encounter_id)
    return _viewed(read) if read else None


def encounters(
    reads: Reads, *, after: str = "", limit: int, patient_id: str = ""
) -> list[Read[EncounterView]]:
    wanted = {"patient_id": patient_id} if patient_id else {}
    return [_viewed(each) for each in reads.page(ENCOUNTERS, after=after, limit=limit, **wanted)]


def readiness_of(
    reads: Reads, patient_id: str, question: ReadinessQuestion, policy: Policy
) -> ReadinessView | None:
    """None: this patient has no such appointment here."""
    arrival = _arrival(reads, patient_id, question.appointment_id)
    if arrival is None:
        return None
    at = question.at or arrival.appointment.start
    blockers = _blockers(at, arrival, policy)
    return ReadinessView(
        patient_id, question.appointment_id, at, not blockers, blockers, policy.version
    )


def _arrival(reads: Reads, patient_id: str, appointment_id: str) -> Arrival | None:
    appointment = reads.get(APPOINTMENTS, appointment_id)
    if appointment is None or appointment.aggregate.patient_id != patient_id:
        return None
    course = reads.get(COURSES, appointment.aggregate.course_id)
    assert course, "an appointment is heard of after its course"
    standing, history = reads.get(STANDINGS, patient_id), reads.get(HISTORIES, patient_id)
    return Arrival(
        appointment.aggregate,
        course.aggregate,
        standing.aggregate if standing else Standing(patient_id),
        history.aggregate if history else History(patient_id),
        existing=None,
    )


def _blockers(at: datetime, arrival: Arrival, policy: Policy) -> tuple[Reason, ...]:
    closed = readiness.unavailable(arrival.appointment, arrival.history)
    found = (closed,) if closed else ()
    if arrival.appointment.session != "dosing":
        return found
    # Fasting and escort are asked when the patient arrives: taken for granted until then.
    door = door_of(at, arrival, fasting=True, escort_arranged=True)
    return (*found, *readiness.missing(door, policy))


def _viewed(read: Read[Encounter]) -> Read[EncounterView]:
    return Read(_view(read.aggregate), read.version, read.clinic, read.cursor)


def _view(encounter: Encounter) -> EncounterView:
    return EncounterView(
        encounter_id=encounter.encounter_id,
        patient_id=encounter.patient_id,
        appointment_id=encounter.appointment_id,
        course_id=encounter.course_id,
        session=encounter.session,
        dose_number=encounter.dose_number,
        route=encounter.route,
        status=encounter.status,
        arrived_at=encounter.arrived_at,
        finished_at=encounter.finished_at,
        fasting=encounter.fasting,
        escort_arranged=encounter.escort_arranged,
        policy_version=encounter.opened_under.version,
        readings=encounter.readings,
        alarms=encounter.alarms,
        dose=_dose_view(encounter.dose),
        adverse_events=encounter.adverse_events,
        discharge=_discharge_view(encounter.discharge),
    )


def _dose_view(dose: Dose | None) -> DoseView | None:
    if dose is None:
        return None
    return DoseView(
        dose.at,
        dose.route,
        dose.dose_mg,
        dose.dose_mg_per_kg,
        dose.weight_kg,
        dose.administered_by,
        dose.checked_by,
    )


def _discharge_view(discharge: Discharge | None) -> DischargeView | None:
    if discharge is None:
        return None
    return DischargeView(discharge.at, discharge.moaas, discharge.cadss, discharge.aldrete)
