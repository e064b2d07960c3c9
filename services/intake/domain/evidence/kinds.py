"""What is kept of every clinical fact that a site posts. Nothing is ever overwritten.

An amendment is an entry of its own in the chain of what it corrects; `root` names the chain.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.instruments import InstrumentCode
from shared.contracts.site import (
    Contraindication,
    Medication,
    Severity,
    Trial,
    WorkUpItem,
    WorkUpResult,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """`at`: when it was so, for a whole chain the time of its first entry. `stated_at`: when it was
    said, which orders a chain."""

    id: str
    root: str
    at: datetime
    stated_at: datetime


@dataclass(frozen=True, slots=True)
class Screening(Entry):
    """A QuestionnaireResponse, item by item. `definition` names the scoring and its version."""

    instrument: InstrumentCode
    definition: str
    answers: tuple[int | None, ...]
    total: float | None

    @property
    def subject(self) -> str:
        return self.instrument


@dataclass(frozen=True, slots=True)
class Diagnosis(Entry):
    """`code` of ICD-10, and who made it."""

    code: str
    by: str

    @property
    def subject(self) -> str:
        return "diagnosis"


@dataclass(frozen=True, slots=True)
class Checklist(Entry):
    """`signer`: the prescriber who answers for it, if one does."""

    findings: tuple[Contraindication, ...]
    signer: str

    @property
    def subject(self) -> str:
        return "contraindications"


@dataclass(frozen=True, slots=True)
class TreatmentHistory(Entry):
    trials: tuple[Trial, ...]
    episode_months: int | None
    severity: Severity | None
    augmented: bool
    ect: bool

    @property
    def subject(self) -> str:
        return "treatment-history"


@dataclass(frozen=True, slots=True)
class MedicationList(Entry):
    medications: tuple[Medication, ...]

    @property
    def subject(self) -> str:
        return "medications"


@dataclass(frozen=True, slots=True)
class WorkUp(Entry):
    """`value`: the MoCA score of cognition."""

    item: WorkUpItem
    result: WorkUpResult
    performed_at: datetime
    value: float | None

    @property
    def subject(self) -> str:
        return self.item


@dataclass(frozen=True, slots=True)
class VitalSigns(Entry):
    """Units: mm[Hg], /min, kg, cm."""

    systolic: int
    diastolic: int
    heart_rate: int
    weight_kg: float | None
    height_cm: float | None

    @property
    def subject(self) -> str:
        return "vital-signs"


@dataclass(frozen=True, slots=True)
class Retraction:
    """`root`: the chain that was never this patient's, whichever of its entries was named."""

    root: str
    retracted_at: datetime
    reason: str
    by: str
