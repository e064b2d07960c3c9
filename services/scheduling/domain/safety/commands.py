"""What scheduling can be told that its clinical rules ask for. `at` is when it happened."""

from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.course.standing import Preferences


@dataclass(frozen=True, slots=True)
class PersonaliseCourse:
    """What is None stays."""

    event_id: str
    at: datetime
    patient_id: str
    by: str
    reason: str
    preparations: int | None
    doses: int | None
    dose_gap_h: int | None


@dataclass(frozen=True, slots=True)
class StatePreferences:
    event_id: str
    at: datetime
    patient_id: str
    preferences: Preferences


@dataclass(frozen=True, slots=True)
class OverrideSequence:
    """Dose `dose_number` may be given before the integration of the one before it."""

    event_id: str
    at: datetime
    patient_id: str
    dose_number: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class DecideMaintenance:
    event_id: str
    at: datetime
    patient_id: str
    continues: bool


@dataclass(frozen=True, slots=True)
class JudgeProgress:
    """`benefit` None: it cannot be said."""

    event_id: str
    at: datetime
    patient_id: str
    instrument: str
    benefit: bool | None


@dataclass(frozen=True, slots=True)
class IdentifyPerson:
    event_id: str
    at: datetime
    patient_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class TransferPatient:
    event_id: str
    at: datetime
    patient_id: str


@dataclass(frozen=True, slots=True)
class CheckZones:
    """The hour has struck at which the roster compares its appointments with the walls."""

    event_id: str
    at: datetime
