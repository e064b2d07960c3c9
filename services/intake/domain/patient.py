"""The Patient: everything on file that a clearance rests on, and every decision made about it.

Who the patient is stands in `Identity` alone, which no event and no other document may quote.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from services.intake.domain.commands import RegisterPatient
from shared.contracts.instruments import InstrumentCode
from shared.contracts.intake import PatientRegistered
from shared.contracts.site import Contraindication, Indication, Route, Trial
from shared.kernel.errors import Reason
from shared.kernel.policy import PolicyReference

Events = tuple[object, ...]
Outcome = Literal["granted", "held", "declined", "revoked"]
Status = Literal["registered", "cleared", "expired", "held", "declined", "revoked", "safety-hold"]


@dataclass(frozen=True, slots=True)
class Screening:
    """A QuestionnaireResponse, item by item. `definition` names the scoring and its version."""

    instrument: InstrumentCode
    definition: str
    answers: tuple[int | None, ...]
    total: float | None
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Checklist:
    checked_at: datetime
    findings: tuple[Contraindication, ...]


@dataclass(frozen=True, slots=True)
class TreatmentHistory:
    taken_at: datetime
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True)
class Consent:
    text_version: str
    route: Route
    elements: tuple[str, ...]
    analysts_stream: bool
    signed_at: datetime
    valid_until: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SafetyHold:
    """`raised_at` is the time of the latest risk: a psychiatrist must have seen that one."""

    raised_at: datetime
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Lift:
    lifted_at: datetime
    signer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about a clearance, never changed: a revocation is a decision of its own.

    `remarks` are relative contraindications that the signer weighed. `policy` holds the values
    that the decision used.
    """

    clearance_id: str
    outcome: Outcome
    protocol: str
    route: Route
    signer: str
    decided_at: datetime
    policy: PolicyReference
    reasons: tuple[Reason, ...] = ()
    remarks: tuple[Reason, ...] = ()
    first_dose_by: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """`screenings` holds the latest answers per instrument, `checklists` all, oldest first.

    `heard_until` is the time of the latest event about the patient. `transferred_to`: the clinic
    that the patient was given over to.
    """

    id: str
    indication: Indication
    diagnosis: str
    registered_at: datetime
    heard_until: datetime
    screenings: Mapping[str, Screening] = field(default_factory=dict)
    checklists: tuple[Checklist, ...] = ()
    history: TreatmentHistory | None = None
    consent: Consent | None = None
    hold: SafetyHold | None = None
    lifts: tuple[Lift, ...] = ()
    decisions: tuple[Decision, ...] = ()
    transferred_to: str = ""

    @property
    def clearance(self) -> Decision | None:
        """The granted clearance that nobody has ended; it may have expired.

        A held request leaves it as it was: only a decline or a revocation ends it.
        """
        ending = [each for each in self.decisions if each.outcome != "held"]
        return ending[-1] if ending and ending[-1].outcome == "granted" else None

    def status(self, at: datetime) -> Status:
        if self.hold:
            return "safety-hold"
        if clearance := self.clearance:
            return "expired" if _is_over(clearance, at) else "cleared"
        outcome = self.decisions[-1].outcome if self.decisions else None
        return outcome if outcome and outcome != "granted" else "registered"

    def heard(self, at: datetime) -> "Patient":
        return replace(self, heard_until=max(self.heard_until, at))


def register(command: RegisterPatient, person_id: str = "") -> tuple[Patient, Events]:
    patient = Patient(
        id=command.patient_id,
        indication=command.indication,
        diagnosis=command.diagnosis,
        registered_at=command.at,
        heard_until=command.at,
    )
    return patient, (PatientRegistered(command.indication, person_id),)


def _is_over(clearance: Decision, at: datetime) -> bool:
    assert clearance.valid_until, "a granted clearance has its end"
    return at > clearance.valid_until
