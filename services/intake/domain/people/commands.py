"""What intake can be told about people. `at` is when it happened: decisions use it as now."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from shared.contracts.site import Role

Verdict = Literal["same-person", "different-people"]


@dataclass(frozen=True, slots=True)
class EraseIdentity:
    event_id: str
    at: datetime
    patient_id: str
    erased_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class NameEscort:
    event_id: str
    at: datetime
    patient_id: str
    contact_id: str
    name: str
    phone: str
    relation: str


@dataclass(frozen=True, slots=True)
class DecideDuplicate:
    event_id: str
    at: datetime
    patient_id: str
    candidate: str
    decision: Verdict
    decided_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class OfferTransfer:
    event_id: str
    at: datetime
    patient_id: str
    to_clinic: str
    reason: str


@dataclass(frozen=True, slots=True)
class AcceptTransfer:
    event_id: str
    at: datetime
    patient_id: str
    from_clinic: str


@dataclass(frozen=True, slots=True)
class WithdrawTransfer:
    event_id: str
    at: datetime
    patient_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecordCredential:
    """`patient_id` is the event's subject, which is the practitioner's id here."""

    event_id: str
    at: datetime
    patient_id: str
    role: Role
    licence: str
    valid_from: date
    valid_until: date
    ended: bool
