"""Events of intake: `intake.patient`, keyed by patient id, and `intake.practitioner`.

No identity of a patient beyond the id; `person_id` says which patient ids are one person.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.instruments import InstrumentCode
from shared.contracts.shapes import Between, Code, Id, Items, OptionalId, Text
from shared.contracts.site import Answers, Indication, Role, Route, WorkUpItem, WorkUpResult


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


CodedReasons = Annotated[tuple[CodedReason, ...], Items(200)]


@dataclass(frozen=True, slots=True)
class PatientRegistered:
    """`person_id`: the same for every patient id, at whatever clinic, of one person."""

    type: ClassVar[str] = "intake.patient.registered.v1"
    indication: Indication
    person_id: OptionalId = ""


@dataclass(frozen=True, slots=True)
class PatientScreened:
    """Item-level answers of one questionnaire, and the score that intake computed from them.

    `supersedes`: the screening that these answers correct.
    """

    type: ClassVar[str] = "intake.patient.screened.v1"
    instrument: InstrumentCode
    answers: Answers
    total: Annotated[float, Between(0, 200)] | None
    answered_at: datetime
    screening_id: OptionalId = ""
    supersedes: OptionalId = ""


@dataclass(frozen=True, slots=True)
class ScreeningRetracted:
    """The answers were never this patient's: whatever rests on them is made anew."""

    type: ClassVar[str] = "intake.patient.screening-retracted.v1"
    instrument: InstrumentCode
    screening_id: Id


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


@dataclass(frozen=True, slots=True)
class EligibilityAssessed:
    """What the rules say of the patient now, whenever a decision or a correction asked them."""

    type: ClassVar[str] = "intake.patient.eligibility-assessed.v1"
    status: Literal["eligible", "needs-review", "on-hold", "ineligible"]
    reasons: CodedReasons
    policy: PolicyUsed


@dataclass(frozen=True, slots=True)
class WorkUpKnown:
    """A result of the work-up that others must know: it falls out of date by their policy."""

    type: ClassVar[str] = "intake.patient.work-up-recorded.v1"
    item: WorkUpItem
    result: WorkUpResult
    performed_at: datetime


@dataclass(frozen=True, slots=True)
class VitalSignsKnown:
    """What is in date of a patient before any session: blood pressure, and weight if taken."""

    type: ClassVar[str] = "intake.patient.vital-signs-recorded.v1"
    systolic: Annotated[int, Between(40, 300, "mm[Hg]")]
    diastolic: Annotated[int, Between(20, 200, "mm[Hg]")]
    weight_kg: Annotated[float, Between(25, 350, "kg")] | None
    measured_at: datetime


@dataclass(frozen=True, slots=True)
class EscortNamed:
    """Intake keeps name and telephone of the contact; others know that there is one."""

    type: ClassVar[str] = "intake.patient.escort-named.v1"
    contact_id: Id
    relation: Code


@dataclass(frozen=True, slots=True)
class DuplicateSuspected:
    """Another patient id may be the same person: a human decides."""

    type: ClassVar[str] = "intake.patient.duplicate-suspected.v1"
    candidates: Annotated[int, Between(1, 1000)]


@dataclass(frozen=True, slots=True)
class PatientLinked:
    """A human decided that this patient is that person: course, doses and gaps are shared."""

    type: ClassVar[str] = "intake.patient.linked.v1"
    person_id: Id


@dataclass(frozen=True, slots=True)
class PatientTransferred:
    """The clinic gave the patient over: nothing more is dosed here under this patient id."""

    type: ClassVar[str] = "intake.patient.transferred.v1"
    to_clinic: Id


@dataclass(frozen=True, slots=True)
class PatientErased:
    """The key to the person's identity is gone: nobody can be told from what remains."""

    type: ClassVar[str] = "intake.patient.erased.v1"
    reason: Code


@dataclass(frozen=True, slots=True)
class PractitionerCredentialed:
    """Who may act as what, from when to when. The key is the practitioner's id.

    `licence`: which of several licences in one role this is.
    """

    type: ClassVar[str] = "intake.practitioner.credentialed.v1"
    practitioner_id: Id
    role: Role
    valid_from: date
    valid_until: date
    licence: OptionalId = ""
