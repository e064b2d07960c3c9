"""What is learned from intake and scheduling, each as it was told."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.session_record.domain.commands import Command
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import Indication, Role, Route, WorkUpItem, WorkUpResult

# ---- intake ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnowPatient(Command):
    indication: Indication
    person_id: str


@dataclass(frozen=True, slots=True)
class LinkPatient(Command):
    person_id: str


@dataclass(frozen=True, slots=True)
class KnowTransfer(Command):
    to_clinic: str


@dataclass(frozen=True, slots=True)
class KnowWorkUp(Command):
    item: WorkUpItem
    result: WorkUpResult
    performed_at: datetime


@dataclass(frozen=True, slots=True)
class KnowVitalSigns(Command):
    weight_kg: float | None
    measured_at: datetime


@dataclass(frozen=True, slots=True)
class KnowEscort(Command):
    contact_id: str


@dataclass(frozen=True, slots=True)
class KnowCredential(Command):
    """`patient_id` is the practitioner's id: the subject of the event."""

    practitioner_id: str
    role: Role
    valid_from: date
    valid_until: date
    licence: str = ""


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


# ---- scheduling ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnowCourse(Command):
    course_id: str
    clearance_id: str
    preparations: int


@dataclass(frozen=True, slots=True)
class AdaptCourse(Command):
    course_id: str
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


AppointmentStatus = Literal["booked", "held", "cancelled", "missed"]


@dataclass(frozen=True, slots=True)
class ChangeAppointment(Command):
    appointment_id: str
    status: AppointmentStatus


@dataclass(frozen=True, slots=True)
class MoveAppointment(Command):
    appointment_id: str
    start: datetime
    end: datetime
    zone: str
