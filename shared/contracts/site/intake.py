"""What sites post to intake. `subject` is the patient id, minted by the site at referral.

`amends` of a clinical fact is the id of the posted event of the same source that it replaces: it
says the whole again, as of the time of what it replaces.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.instruments import InstrumentCode
from shared.contracts.shapes import Between, Code, Id, Items, OptionalId, Text
from shared.contracts.site.words import (
    Answers,
    Icd10,
    Indication,
    Route,
    WorkUpItem,
    WorkUpResult,
)

Finding = Literal["absent", "present", "unknown"]
Severity = Literal["subsyndromal", "mild", "moderate", "severe", "severe-with-psychosis"]


@dataclass(frozen=True, slots=True)
class ScreeningAnswered:
    """A QuestionnaireResponse, item by item (null: not answered). `total` is checked if given."""

    type: ClassVar[str] = "intake.screening.answered.v1"
    instrument: InstrumentCode
    answers: Answers
    total: Annotated[float, Between(0, 200)] | None = None
    amends: OptionalId = ""


@dataclass(frozen=True, slots=True)
class DiagnosisMade:
    """A Condition, in ICD-10: what a clinician of the network found, beside the referral's word."""

    type: ClassVar[str] = "intake.diagnosis.made.v1"
    diagnosis: Icd10
    by: Id
    amends: OptionalId = ""


@dataclass(frozen=True, slots=True)
class Contraindication:
    condition: Code
    finding: Finding
    onset: date | None = None


@dataclass(frozen=True, slots=True)
class ContraindicationsChecked:
    """The contraindication checklist: one finding per condition asked.

    `signer`: the prescriber who answers for it; without one nothing reverses an absolute finding.
    """

    type: ClassVar[str] = "intake.contraindications.checked.v1"
    findings: Annotated[tuple[Contraindication, ...], Items(60, 1)]
    signer: OptionalId = ""
    amends: OptionalId = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """One earlier treatment, as MGH-ATRQ asks it. `dose_mg`: the highest daily dose held.

    `adequate_dose` counts where the dose, or the policy's minimum for the drug, is not known.
    """

    drug: Code
    drug_class: Code
    adequate_dose: bool
    weeks: Annotated[int, Between(0, 520, "wk")]
    improvement_percent: Annotated[int, Between(-100, 100, "%")]
    current_episode: bool
    dose_mg: Annotated[float, Between(0.1, 5000, "mg")] | None = None


@dataclass(frozen=True, slots=True)
class TreatmentHistoryTaken:
    """Every earlier treatment, and the current episode. `ect`: ECT was tried and failed."""

    type: ClassVar[str] = "intake.treatment-history.taken.v1"
    trials: Annotated[tuple[Trial, ...], Items(40)]
    episode_months: Annotated[int, Between(0, 1200, "mo")] | None = None
    severity: Severity | None = None
    augmented: bool = False
    ect: bool = False
    amends: OptionalId = ""


@dataclass(frozen=True, slots=True)
class Medication:
    """What the patient takes. `drug_class` is a class of the policy's interactions."""

    drug: Annotated[str, Text(56, r"[a-z0-9][a-z0-9-]*")]
    drug_class: Code
    last_taken: datetime | None = None


@dataclass(frozen=True, slots=True)
class MedicationsListed:
    """A MedicationStatement of everything the patient takes; empty: nothing is taken."""

    type: ClassVar[str] = "intake.medications.listed.v1"
    medications: Annotated[tuple[Medication, ...], Items(60)]
    amends: OptionalId = ""


@dataclass(frozen=True, slots=True)
class WorkUpRecorded:
    """One result of the work-up (clinical reference 2.3). `value`: the MoCA score of cognition."""

    type: ClassVar[str] = "intake.work-up.recorded.v1"
    item: WorkUpItem
    result: WorkUpResult
    performed_at: datetime
    value: Annotated[float, Between(0, 10000)] | None = None
    amends: OptionalId = ""


@dataclass(frozen=True, slots=True)
class VitalSignsTaken:
    """Vital signs outside a session. Units: mm[Hg], /min, kg, cm."""

    type: ClassVar[str] = "intake.vital-signs.taken.v1"
    systolic: Annotated[int, Between(40, 300, "mm[Hg]")]
    diastolic: Annotated[int, Between(20, 200, "mm[Hg]")]
    heart_rate: Annotated[int, Between(20, 250, "/min")]
    weight_kg: Annotated[float, Between(25, 350, "kg")] | None = None
    height_cm: Annotated[float, Between(90, 250, "cm")] | None = None
    amends: OptionalId = ""


@dataclass(frozen=True, slots=True)
class EntryRetracted:
    """A clinical fact was never this patient's. `retracts`: the id of the posted event."""

    type: ClassVar[str] = "intake.entry.retracted.v1"
    retracts: Id
    reason: Code
    by: Id


@dataclass(frozen=True, slots=True)
class ConsentSigned:
    """A Consent. `elements` are the parts explained and understood (clinical reference 2.6).

    `capacity` rests on four abilities, assessed sober. `indication`: empty is the referral's.
    """

    type: ClassVar[str] = "intake.consent.signed.v1"
    text_version: Id
    route: Route
    elements: Annotated[tuple[Code, ...], Items(40, 1)]
    capacity: bool
    analysts_stream: bool = True
    indication: Indication | None = None
    understands: bool | None = None
    appreciates: bool | None = None
    reasons: bool | None = None
    expresses: bool | None = None
    assessed_by: OptionalId = ""
    sober: bool = True


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    type: ClassVar[str] = "intake.consent.withdrawn.v1"
    reason: Code


@dataclass(frozen=True, slots=True)
class ClearanceDecided:
    """The prescriber's decision; the rules may still hold or decline what a prescriber grants.

    `weighed`: the codes of what needs review that the signer has weighed and accepts.
    """

    type: ClassVar[str] = "intake.clearance.decided.v1"
    decision: Literal["grant", "decline"]
    protocol: Code
    route: Route
    signer: Id
    reason: Code = "clinical-judgement"
    weighed: Annotated[tuple[Code, ...], Items(40)] = ()


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
