"""What HTTP may read: encounters as they are, and what a patient still lacks for a dose."""

from dataclasses import dataclass
from datetime import datetime

from services.session_record.application.documents import (
    APPOINTMENTS,
    COURSES,
    ENCOUNTERS,
    HISTORIES,
    PERSONS,
    STANDINGS,
)
from services.session_record.domain.arrival import Arrival, door_of
from services.session_record.domain.commands import OpenEncounter
from services.session_record.domain.encounter import (
    AdverseEvent,
    Alarm,
    Assessment,
    Concern,
    Discharge,
    Dose,
    Encounter,
    Measurement,
    Miss,
    Reading,
    UsedOverride,
)
from services.session_record.domain.history import History
from services.session_record.domain.knowledge.standing import Standing
from services.session_record.domain.readiness.door import PREPARED, missing, unavailable
from services.session_record.domain.readiness.patient import Heard
from shared.contracts.scheduling import SessionKind
from shared.contracts.shapes import Id
from shared.contracts.site import Route, StaffPresent
from shared.contracts.topics import INTAKE, SCHEDULING, SESSION_RECORD
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
    container: str
    lot: str
    held_min: int | None
    spat_out: bool | None
    concerns: tuple[Concern, ...]


@dataclass(frozen=True, slots=True)
class DischargeView:
    at: datetime
    moaas: int
    cadss: int
    aldrete: int
    discharged_by: str
    escort: str
    seen_by: str
    missed_reason: str


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
    escort: str
    staff: tuple[StaffPresent, ...]
    overrides: tuple[UsedOverride, ...]
    policy_version: str
    readings: tuple[Reading, ...]
    measurements: tuple[Measurement, ...]
    alarms: tuple[Alarm, ...]
    misses: tuple[Miss, ...]
    assessments: tuple[Assessment, ...]
    dose: DoseView | None
    adverse_events: tuple[AdverseEvent, ...]
    discharge: DischargeView | None
    cancelled_for: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReadinessQuestion:
    """`at` None: at the start of the appointment."""

    appointment_id: Id
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReadinessView:
    """What is missing at `at`. What is asked at the door (fasting, escort, staff) is not here.

    `intake_known_until`, `scheduling_known_until`: how old the answer is; None: nobody can say.
    """

    patient_id: str
    appointment_id: str
    at: datetime
    ready: bool
    blockers: tuple[Reason, ...]
    policy_version: str
    intake_known_until: datetime | None
    scheduling_known_until: datetime | None


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
    arrival = _arrival(reads, patient_id, question)
    if arrival is None:
        return None
    at = question.at or arrival.appointment.start
    blockers = _blockers(at, arrival, policy)
    intake = reads.known_until(SESSION_RECORD, INTAKE, patient_id)
    return ReadinessView(
        patient_id,
        question.appointment_id,
        at,
        not blockers,
        blockers,
        policy.version,
        intake,
        reads.known_until(SESSION_RECORD, SCHEDULING, patient_id),
    )


def _arrival(reads: Reads, patient_id: str, question: ReadinessQuestion) -> Arrival | None:
    appointment = reads.get(APPOINTMENTS, question.appointment_id)
    if appointment is None or appointment.aggregate.patient_id != patient_id:
        return None
    course = reads.get(COURSES, appointment.aggregate.course_id)
    assert course, "an appointment is heard of after its course"
    standing, history = reads.get(STANDINGS, patient_id), reads.get(HISTORIES, patient_id)
    at = question.at or appointment.aggregate.start
    known = standing.aggregate if standing else Standing(patient_id)
    return Arrival(
        appointment.aggregate,
        course.aggregate,
        known,
        history.aggregate if history else History(patient_id),
        existing=None,
        # What is asked of the future is judged by what is known today, however old that is.
        heard=Heard(at, at),
        elsewhere=_elsewhere(reads, known, appointment.clinic),
    )


def _elsewhere(reads: Reads, standing: Standing, clinic: str) -> tuple[datetime, ...]:
    person = reads.network_get(PERSONS, standing.person)
    return person.aggregate.dosed_elsewhere(clinic, standing.patient_id) if person else ()


def _blockers(at: datetime, arrival: Arrival, policy: Policy) -> tuple[Reason, ...]:
    closed = unavailable(arrival.appointment, arrival.history)
    found = (closed,) if closed else ()
    appointment = arrival.appointment
    if appointment.session != "dosing":
        return found
    asked = OpenEncounter(
        "", at, appointment.patient_id, "", appointment.appointment_id, None, None
    )
    return (*found, *missing(door_of(asked, arrival), policy, PREPARED))


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
        escort=encounter.escort,
        staff=encounter.staff,
        overrides=encounter.overrides,
        policy_version=encounter.opened_under.version,
        readings=encounter.readings,
        measurements=encounter.measurements,
        alarms=encounter.alarms,
        misses=encounter.misses,
        assessments=encounter.assessments,
        dose=_dose_view(encounter.dose),
        adverse_events=encounter.adverse_events,
        discharge=_discharge_view(encounter.discharge),
        cancelled_for=encounter.cancelled_for,
        signed_at=encounter.signed_at,
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
        dose.container,
        dose.lot,
        dose.held_min,
        dose.spat_out,
        dose.concerns,
    )


def _discharge_view(discharge: Discharge | None) -> DischargeView | None:
    if discharge is None:
        return None
    return DischargeView(
        discharge.at,
        discharge.moaas,
        discharge.cadss,
        discharge.aldrete,
        discharge.discharged_by,
        discharge.escort,
        discharge.seen_by,
        discharge.missed_reason,
    )
