"""What intake can be told to do. `at` is when it happened: decisions use it as now.

`event_id` names the one cause of the command, whoever sent it; ids are derived from it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from shared.contracts.instruments import InstrumentCode
from shared.contracts.site import (
    Contraindication,
    Indication,
    Medication,
    Route,
    Severity,
    Trial,
    WorkUpItem,
    WorkUpResult,
)


@dataclass(frozen=True, slots=True)
class RegisterPatient:
    event_id: str
    at: datetime
    patient_id: str
    given_name: str
    family_name: str
    birth_date: date
    indication: Indication
    diagnosis: str
    referrer: str
    gender: str = ""
    record_number: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class RecordScreening:
    """`at` is when the questionnaire was answered. `total`: what the sender says it adds up to."""

    event_id: str
    at: datetime
    patient_id: str
    instrument: InstrumentCode
    answers: tuple[int | None, ...]
    total: float | None
    amends: str = ""


@dataclass(frozen=True, slots=True)
class RecordDiagnosis:
    event_id: str
    at: datetime
    patient_id: str
    diagnosis: str
    by: str
    amends: str = ""


@dataclass(frozen=True, slots=True)
class RecordChecklist:
    event_id: str
    at: datetime
    patient_id: str
    findings: tuple[Contraindication, ...]
    signer: str = ""
    amends: str = ""


@dataclass(frozen=True, slots=True)
class RecordTreatmentHistory:
    event_id: str
    at: datetime
    patient_id: str
    trials: tuple[Trial, ...]
    episode_months: int | None = None
    severity: Severity | None = None
    augmented: bool = False
    ect: bool = False
    amends: str = ""


@dataclass(frozen=True, slots=True)
class RecordMedications:
    event_id: str
    at: datetime
    patient_id: str
    medications: tuple[Medication, ...]
    amends: str = ""


@dataclass(frozen=True, slots=True)
class RecordWorkUp:
    event_id: str
    at: datetime
    patient_id: str
    item: WorkUpItem
    result: WorkUpResult
    performed_at: datetime
    value: float | None = None
    amends: str = ""


@dataclass(frozen=True, slots=True)
class RecordVitalSigns:
    event_id: str
    at: datetime
    patient_id: str
    systolic: int
    diastolic: int
    heart_rate: int
    weight_kg: float | None = None
    height_cm: float | None = None
    amends: str = ""


@dataclass(frozen=True, slots=True)
class RetractEntry:
    event_id: str
    at: datetime
    patient_id: str
    retracts: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class SignConsent:
    event_id: str
    at: datetime
    patient_id: str
    text_version: str
    route: Route
    elements: tuple[str, ...]
    capacity: bool
    analysts_stream: bool
    indication: Indication | None = None
    understands: bool | None = None
    appreciates: bool | None = None
    reasons: bool | None = None
    expresses: bool | None = None
    assessed_by: str = ""
    sober: bool = True


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    event_id: str
    at: datetime
    patient_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class DecideClearance:
    event_id: str
    at: datetime
    patient_id: str
    decision: Literal["grant", "decline"]
    protocol: str
    route: Route
    signer: str
    reason: str
    weighed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RevokeClearance:
    event_id: str
    at: datetime
    patient_id: str
    signer: str
    reason: str


@dataclass(frozen=True, slots=True)
class LiftHold:
    event_id: str
    at: datetime
    patient_id: str
    signer: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReviewAdverseEvent:
    """Session-record recorded an adverse event: does the clearance still stand?"""

    event_id: str
    at: datetime
    patient_id: str
    term: str
    grade: int
    serious: bool


@dataclass(frozen=True, slots=True)
class AnswerRisk:
    """Outcomes raised a risk on what the patient answered during or after the course."""

    event_id: str
    at: datetime
    patient_id: str
    instrument: InstrumentCode
    rule: str
    level: Literal["moderate", "high"]


@dataclass(frozen=True, slots=True)
class HearDose:
    """Session-record gave a dose: a course has begun, and a consent may be void."""

    event_id: str
    at: datetime
    patient_id: str
    administered_at: datetime
