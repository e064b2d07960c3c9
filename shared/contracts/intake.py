"""Events of intake, on topic `intake.patient`, keyed by patient id. No identity beyond it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from shared.contracts.instruments import InstrumentCode
from shared.contracts.shapes import Between, Code, Id, Items, Text
from shared.contracts.site import Answers, Indication, Route


@dataclass(frozen=True, slots=True)
class CodedReason:
    """A reason with the rule's name and its source, so that a reader can check it."""

    code: Code
    words: Annotated[str, Text(400)]
    source: Annotated[str, Text(200, shortest=0)] = ""


@dataclass(frozen=True, slots=True)
class PolicyUsed:
    id: Id
    version: Id


CodedReasons = Annotated[tuple[CodedReason, ...], Items(80)]


@dataclass(frozen=True, slots=True)
class PatientRegistered:
    type: ClassVar[str] = "intake.patient.registered.v1"
    indication: Indication


@dataclass(frozen=True, slots=True)
class PatientScreened:
    """Item-level answers of one questionnaire, and the score that intake computed from them."""

    type: ClassVar[str] = "intake.patient.screened.v1"
    instrument: InstrumentCode
    answers: Answers
    total: Annotated[float, Between(0, 200)] | None
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class PatientConsented:
    type: ClassVar[str] = "intake.patient.consented.v1"
    text_version: Id
    route: Route
    valid_until: datetime
    analysts_stream: bool


@dataclass(frozen=True, slots=True)
class ConsentRevoked:
    """The patient withdrew consent; effective at once, everywhere."""

    type: ClassVar[str] = "intake.patient.consent-withdrawn.v1"
    reason: Code


@dataclass(frozen=True, slots=True)
class PatientCleared:
    """Clearance granted: dosing may start by `first_dose_by` and go on until `valid_until`."""

    type: ClassVar[str] = "intake.patient.clearance-granted.v1"
    clearance_id: Id
    indication: Indication
    protocol: Code
    route: Route
    signed_at: datetime
    first_dose_by: datetime
    valid_until: datetime
    policy: PolicyUsed


@dataclass(frozen=True, slots=True)
class ClearanceDeclined:
    type: ClassVar[str] = "intake.patient.clearance-declined.v1"
    clearance_id: Id
    reasons: CodedReasons
    policy: PolicyUsed


@dataclass(frozen=True, slots=True)
class ClearanceHeld:
    """Not yet: what is missing or must resolve before the same request can be granted."""

    type: ClassVar[str] = "intake.patient.clearance-held.v1"
    clearance_id: Id
    reasons: CodedReasons
    policy: PolicyUsed


@dataclass(frozen=True, slots=True)
class ClearanceWithdrawn:
    """A granted clearance ends before its time."""

    type: ClassVar[str] = "intake.patient.clearance-revoked.v1"
    clearance_id: Id
    reasons: CodedReasons


@dataclass(frozen=True, slots=True)
class SafetyHoldRaised:
    type: ClassVar[str] = "intake.patient.safety-hold-raised.v1"
    reasons: CodedReasons


@dataclass(frozen=True, slots=True)
class SafetyHoldLifted:
    type: ClassVar[str] = "intake.patient.safety-hold-lifted.v1"
    reason: Code
