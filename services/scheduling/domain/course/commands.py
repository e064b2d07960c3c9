"""What scheduling can be told of courses. `at` is when it happened: decisions take it as now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.contracts.site import Indication, Route, SlotWanted

HoldReason = Literal["clearance-revoked", "consent-withdrawn", "safety-hold"]


@dataclass(frozen=True, slots=True)
class GrantClearance:
    event_id: str
    at: datetime
    patient_id: str
    clearance_id: str
    indication: Indication
    protocol: str
    route: Route
    first_dose_by: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class RecordConsent:
    event_id: str
    at: datetime
    patient_id: str
    route: Route
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class HoldDosing:
    """`clearance_id`: the clearance that was revoked, where that is the reason."""

    event_id: str
    at: datetime
    patient_id: str
    reason: HoldReason
    clearance_id: str = ""


@dataclass(frozen=True, slots=True)
class LiftHold:
    event_id: str
    at: datetime
    patient_id: str
    reason: HoldReason


@dataclass(frozen=True, slots=True)
class EnrolPatient:
    """In the esketamine REMS."""

    event_id: str
    at: datetime
    patient_id: str


@dataclass(frozen=True, slots=True)
class BookCourse:
    """`slots`: these sessions instead of all. `propose_min`: how long to keep the time for the
    patient's word, rather than book it."""

    event_id: str
    at: datetime
    patient_id: str
    earliest: datetime
    slots: tuple[SlotWanted, ...] = ()
    propose_min: int | None = None


@dataclass(frozen=True, slots=True)
class CancelAppointment:
    event_id: str
    at: datetime
    patient_id: str
    appointment_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class CountDose:
    event_id: str
    at: datetime
    patient_id: str
    course_id: str
    dose_number: int
    administered_at: datetime


@dataclass(frozen=True, slots=True)
class FulfilAppointment:
    event_id: str
    at: datetime
    patient_id: str
    course_id: str
    appointment_id: str
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class LookAt:
    """The hour has struck that the course wanted."""

    event_id: str
    at: datetime
    course_id: str
