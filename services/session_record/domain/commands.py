"""What sites can tell this service to do. `at` is when it happened at the site: that is now.

What is learned from intake and scheduling is in `knowledge/told.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.contracts.instruments import InstrumentCode
from shared.contracts.site import (
    Measure,
    Movement,
    Override,
    Route,
    SeriousCriterion,
    StaffPresent,
    Symptom,
    TimeOut,
)


@dataclass(frozen=True, slots=True)
class Command:
    event_id: str
    at: datetime
    patient_id: str


@dataclass(frozen=True, slots=True)
class EncounterCommand(Command):
    encounter_id: str


@dataclass(frozen=True, slots=True)
class OpenEncounter(EncounterCommand):
    """`site`: where the patient arrived, of the clinic's sites."""

    appointment_id: str
    fasting: bool | None
    escort_arranged: bool | None
    escort: str = ""
    staff: tuple[StaffPresent, ...] = ()
    overrides: tuple[Override, ...] = ()
    site: str = ""


@dataclass(frozen=True, slots=True)
class RecordVitals(EncounterCommand):
    systolic: int
    diastolic: int
    heart_rate: int
    oxygen_saturation: int
    weight_kg: float | None
    device: str = ""
    respiratory_rate: int | None = None
    moaas: int | None = None
    symptoms: tuple[Symptom, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordMeasurement(EncounterCommand):
    device: str
    measure: Measure
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class RecordAnswers(EncounterCommand):
    instrument: InstrumentCode
    answers: tuple[int | None, ...]
    total: float | None


@dataclass(frozen=True, slots=True)
class AdministerDose(EncounterCommand):
    route: Route
    dose_mg: float
    dose_mg_per_kg: float | None
    administered_by: str
    checked_by: str
    container: str = ""
    lot: str = ""
    time_out: TimeOut | None = None
    weighed: str = ""
    held_min: int | None = None
    spat_out: bool | None = None
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportAdverseEvent(EncounterCommand):
    term: str
    grade: int
    serious: bool
    relation: Literal["unrelated", "possible", "probable", "definite"]
    action: str
    outcome: Literal["resolved", "resolving", "ongoing", "fatal", "unknown"]
    onset: datetime | None = None
    criteria: tuple[SeriousCriterion, ...] = ()


@dataclass(frozen=True, slots=True)
class DischargePatient(EncounterCommand):
    moaas: int
    cadss: int
    aldrete: int
    escort_present: bool
    instructions_given: bool
    dissociation_resolved: bool | None = None
    oriented: bool | None = None
    steady_gait: bool | None = None
    no_driving_told: bool | None = None
    escort: str = ""
    discharged_by: str = ""
    seen_by: str = ""
    missed_reason: str = ""


@dataclass(frozen=True, slots=True)
class FinishEncounter(EncounterCommand):
    pass


@dataclass(frozen=True, slots=True)
class AbandonEncounter(EncounterCommand):
    reason: str


@dataclass(frozen=True, slots=True)
class WatchEncounter(Command):
    """The hour has struck at which the encounter wanted to be looked at."""

    encounter_id: str


@dataclass(frozen=True, slots=True)
class MoveDrug(Command):
    """`patient_id` is the container's id: the subject of the event."""

    movement: Movement
    drug: Literal["ketamine", "esketamine"]
    lot: str
    amount_mg: float
    by: str
    witness: str
    encounter_id: str


@dataclass(frozen=True, slots=True)
class CertifySite(Command):
    """`patient_id` is the site's id: the subject of the event."""

    valid_until: datetime


@dataclass(frozen=True, slots=True)
class EnrolPatient(Command):
    enrolment_id: str
