"""What scheduling can be told of single appointments, of who waits, and of groups."""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.site import SlotWanted


@dataclass(frozen=True, slots=True)
class ForceSlots:
    """`by` answers for it, for the reason given."""

    event_id: str
    at: datetime
    patient_id: str
    slots: tuple[SlotWanted, ...]
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class AcceptProposals:
    """None named: all."""

    event_id: str
    at: datetime
    patient_id: str
    appointment_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeclineProposals:
    """None named: all."""

    event_id: str
    at: datetime
    patient_id: str
    appointment_ids: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class MoveAppointment:
    event_id: str
    at: datetime
    patient_id: str
    appointment_id: str
    start: datetime
    reason: str
    resources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MissAppointment:
    event_id: str
    at: datetime
    patient_id: str
    appointment_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class UseUpAppointment:
    """Its encounter ended without what it was for."""

    event_id: str
    at: datetime
    course_id: str
    appointment_id: str


@dataclass(frozen=True, slots=True)
class JoinWaitingList:
    event_id: str
    at: datetime
    patient_id: str
    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class LeaveWaitingList:
    event_id: str
    at: datetime
    patient_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpenGroup:
    event_id: str
    at: datetime
    group_id: str
    start: datetime
    length_min: int
    seats: int
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CancelGroup:
    event_id: str
    at: datetime
    group_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class LookAtWaiting:
    """The hour has struck that a waiting patient, or freed time, wanted."""

    event_id: str
    at: datetime
    id: str
