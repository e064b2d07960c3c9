"""The Encounter: one session in the room, from arrival to its end. Entries are only ever added.

What is recorded into it is decided next door: arrival, monitoring, dose, adverse, completion.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.session_record.domain.commands import Command, EncounterCommand
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import (
    Measure,
    Role,
    Route,
    SeriousCriterion,
    StaffPresent,
    Symptom,
    TimeOut,
)
from shared.kernel.errors import Rejected
from shared.kernel.policy import PolicyReference


@dataclass(frozen=True, slots=True)
class Reading:
    """Vital signs taken together. `policy_version`: the ladder they were judged by.

    `events`: the events that said so, which is one unless it was sent twice.
    """

    at: datetime
    systolic: int
    diastolic: int
    heart_rate: int
    oxygen_saturation: int
    weight_kg: float | None
    policy_version: str
    device: str = ""
    respiratory_rate: int | None = None
    moaas: int | None = None
    symptoms: tuple[Symptom, ...] = ()
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value of one device, in the measure's own unit."""

    at: datetime
    device: str
    measure: Measure
    value: float
    policy_version: str


@dataclass(frozen=True, slots=True)
class Alarm:
    at: datetime
    rule: str
    value: float
    limit: float
    severity: Literal["alert", "stop", "emergency"]
    policy_version: str
    policy_id: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class Miss:
    """A point after the dose at which nobody measured, as the clock found it.

    `resolved_at`: of the reading that was there after all, or when the patient had left before;
    `late`: it was taken late.
    """

    point_min: int
    severity: Literal["warning", "alert"]
    raised_at: datetime
    policy_version: str
    resolved_at: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """A questionnaire of this session. `definition`: the scoring rules and their version."""

    event_id: str
    at: datetime
    instrument: str
    definition: str
    answers: tuple[int | None, ...]
    total: float | None
    level: str = ""


@dataclass(frozen=True, slots=True)
class UsedOverride:
    """Who answered for going on although the rule said no."""

    at: datetime
    rule: str
    role: Role
    by: str
    reason: str
    policy_version: str


@dataclass(frozen=True, slots=True)
class Concern:
    """More than is usual, and why it was given all the same; empty where nobody said."""

    code: str
    words: str
    weighed: str


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
    container: str = ""
    lot: str = ""
    time_out: TimeOut | None = None
    concerns: tuple[Concern, ...] = ()
    held_min: int | None = None
    spat_out: bool | None = None


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
    onset: datetime | None = None
    criteria: tuple[SeriousCriterion, ...] = ()
    amended_by: str = ""


@dataclass(frozen=True, slots=True)
class Discharge:
    at: datetime
    moaas: int
    cadss: int
    aldrete: int
    policy: PolicyReference
    discharged_by: str = ""
    escort: str = ""
    seen_by: str = ""
    missed_reason: str = ""


@dataclass(frozen=True, slots=True)
class Encounter:
    """`ladders` are the policies that its readings were judged by, each once.

    `in_error`: readings that were amended or entered in error: kept, and judged by nothing.
    `containers`: what was dispensed for it. `watch_at`: when the clock must look whether somebody
    has measured.
    """

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
    status: Literal["in-progress", "finished", "cancelled"] = "in-progress"
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
    escort: str = ""
    staff: tuple[StaffPresent, ...] = ()
    overrides: tuple[UsedOverride, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    misses: tuple[Miss, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    containers: tuple[str, ...] = ()
    watch_at: datetime | None = None
    cancelled_for: str = ""
    in_error: tuple[Reading, ...] = ()


def check_patient(command: EncounterCommand, encounter: Encounter) -> None:
    if encounter.patient_id != command.patient_id:
        raise Rejected("wrong-patient", "this encounter is another patient's; check the wristband")


def check_unlocked(encounter: Encounter, command: Command) -> None:
    """SES-7: a signed record takes amendments only, and adverse events, which may come late."""
    if encounter.signed_at is not None:
        words = "the record of this session was signed before; send an amendment that says why"
        raise Rejected("record-locked", f"{words} (event {command.event_id})")


def check_times(encounter: Encounter, at: datetime) -> None:
    """What is recorded in the room happened while the patient was there."""
    if at < encounter.arrived_at:
        arrived = f"{encounter.arrived_at:%H:%M} UTC"
        words = f"the patient arrived at {arrived}; check the clock of the device"
        raise Rejected("before-arrival", words)
    if encounter.finished_at and at > encounter.finished_at:
        ended = f"{encounter.finished_at:%H:%M} UTC"
        raise Rejected("encounter-finished", f"this was taken after the session ended at {ended}")
