"""What sites post to intake. `subject` is the patient id, minted by the site at referral."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from shared.contracts.instruments import InstrumentCode
from shared.contracts.shapes import Between, Code, Id, Items, PersonName, Text
from shared.contracts.site.words import Answers, Indication, Route

Finding = Literal["absent", "present", "unknown"]


@dataclass(frozen=True, slots=True)
class ReferralReceived:
    """A ServiceRequest: somebody is sent to the clinic. Names stay in intake."""

    type: ClassVar[str] = "intake.referral.received.v1"
    given_name: PersonName
    family_name: PersonName
    birth_date: date
    indication: Indication
    diagnosis: Annotated[str, Text(8, r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?")]
    referrer: Annotated[str, Text(120, shortest=0)] = ""


@dataclass(frozen=True, slots=True)
class ScreeningAnswered:
    """A QuestionnaireResponse, item by item (null: not answered). `total` is checked if given."""

    type: ClassVar[str] = "intake.screening.answered.v1"
    instrument: InstrumentCode
    answers: Answers
    total: Annotated[float, Between(0, 200)] | None = None


@dataclass(frozen=True, slots=True)
class Contraindication:
    condition: Code
    finding: Finding
    onset: date | None = None


@dataclass(frozen=True, slots=True)
class ContraindicationsChecked:
    """The contraindication checklist: one finding per condition asked."""

    type: ClassVar[str] = "intake.contraindications.checked.v1"
    findings: Annotated[tuple[Contraindication, ...], Items(60, 1)]


@dataclass(frozen=True, slots=True)
class Trial:
    """One earlier treatment, as MGH-ATRQ asks it."""

    drug: Code
    drug_class: Code
    adequate_dose: bool
    weeks: Annotated[int, Between(0, 520, "wk")]
    improvement_percent: Annotated[int, Between(-100, 100, "%")]
    current_episode: bool


@dataclass(frozen=True, slots=True)
class TreatmentHistoryTaken:
    type: ClassVar[str] = "intake.treatment-history.taken.v1"
    trials: Annotated[tuple[Trial, ...], Items(40)]


@dataclass(frozen=True, slots=True)
class ConsentSigned:
    """A Consent. `elements` are the parts explained and understood (clinical reference 2.6)."""

    type: ClassVar[str] = "intake.consent.signed.v1"
    text_version: Id
    route: Route
    elements: Annotated[tuple[Code, ...], Items(40, 1)]
    capacity: bool
    analysts_stream: bool = True


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    type: ClassVar[str] = "intake.consent.withdrawn.v1"
    reason: Code


@dataclass(frozen=True, slots=True)
class ClearanceDecided:
    """The prescriber's decision; the rules may still hold or decline what a prescriber grants."""

    type: ClassVar[str] = "intake.clearance.decided.v1"
    decision: Literal["grant", "decline"]
    protocol: Code
    route: Route
    signer: Id
    reason: Code = "clinical-judgement"


@dataclass(frozen=True, slots=True)
class ClearanceRevoked:
    type: ClassVar[str] = "intake.clearance.revoked.v1"
    signer: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class HoldLifted:
    """A psychiatrist lifts the safety hold after seeing the patient face to face."""

    type: ClassVar[str] = "intake.hold.lifted.v1"
    signer: Id
    reason: Code
