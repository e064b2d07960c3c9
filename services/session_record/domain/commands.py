"""What this service can be told to do. `at` is when it happened at the site: that is now.

Posted commands first, then what is learned from intake and scheduling.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.contracts.scheduling import SessionKind
from shared.contracts.site import Route


@dataclass(frozen=True, slots=True)
class Command:
    event_id: str
    at: datetime
    patient_id: str


# ---- posted by sites -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EncounterCommand(Command):
    encounter_id: str


@dataclass(frozen=True, slots=True)
class OpenEncounter(EncounterCommand):
    appointment_id: str
    fasting: bool | None
    escort_arranged: bool | None


@dataclass(frozen=True, slots=True)
class RecordVitals(EncounterCommand):
    systolic: int
    diastolic: int
    heart_rate: int
    oxygen_saturation: int
    weight_kg: float | None


@dataclass(frozen=True, slots=True)
class AdministerDose(EncounterCommand):
    route: Route
    dose_mg: float
    dose_mg_per_kg: float | None
    administered_by: str
    checked_by: str


@dataclass(frozen=True, slots=True)
class ReportAdverseEvent(EncounterCommand):
    term: str
    grade: int
    serious: bool
    relation: Literal["unrelated", "possible", "probable", "definite"]
    action: str
    outcome: Literal["resolved", "resolving", "ongoing", "fatal", "unknown"]


@dataclass(frozen=True, slots=True)
class DischargePatient(EncounterCommand):
    moaas: int
    cadss: int
    aldrete: int
    escort_present: bool
    instructions_given: bool


@dataclass(frozen=True, slots=True)
class FinishEncounter(EncounterCommand):
    pass


# ---- learned from intake ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnowPatient(Command):
    pass


@dataclass(frozen=True, slots=True)
class KnowConsent(Command):
    text_version: str
    route: Route
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class EndConsent(Command):
    pass


@dataclass(frozen=True, slots=True)
class KnowClearance(Command):
    clearance_id: str
    route: Route
    signed_at: datetime
    first_dose_by: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class EndClearance(Command):
    clearance_id: str


@dataclass(frozen=True, slots=True)
class KnowHold(Command):
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EndHold(Command):
    pass


# ---- learned from scheduling -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnowCourse(Command):
    course_id: str
    clearance_id: str
    preparations: int


@dataclass(frozen=True, slots=True)
class KnowAppointment(Command):
    appointment_id: str
    course_id: str
    session: SessionKind
    dose_number: int
    route: Route
    start: datetime
    end: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class ChangeAppointment(Command):
    appointment_id: str
    status: Literal["booked", "held", "cancelled"]
