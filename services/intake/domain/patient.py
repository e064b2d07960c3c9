"""The Patient: everything on file that a clearance rests on, and every decision made about it.

Who the patient is stands in `Identity` alone, which no event and no other document may quote.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeVar

from services.intake.domain.commands import RegisterPatient
from services.intake.domain.evidence.entries import Fact, Statement, current, place
from services.intake.domain.evidence.kinds import (
    Checklist,
    Diagnosis,
    Entry,
    MedicationList,
    Retraction,
    Screening,
    TreatmentHistory,
    VitalSigns,
    WorkUp,
)
from shared.contracts.intake import PatientRegistered
from shared.contracts.site import Indication, Route
from shared.kernel.errors import Reason
from shared.kernel.policy import PolicyReference

Events = tuple[object, ...]
Outcome = Literal["granted", "held", "declined", "revoked"]
Status = Literal["registered", "cleared", "expired", "held", "declined", "revoked", "safety-hold"]
E = TypeVar("E", bound=Entry)


@dataclass(frozen=True, slots=True)
class Consent:
    """`void`: it was signed too soon after a dose, and never held."""

    text_version: str
    route: Route
    indication: Indication
    elements: tuple[str, ...]
    analysts_stream: bool
    signed_at: datetime
    valid_until: datetime
    assessed_by: str
    withdrawn_at: datetime | None = None
    void: bool = False


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

    `remarks` is what the signer weighed or was told of, `weighed` the codes that the signer named.
    `policy` holds the values that the decision used.
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
    weighed: tuple[str, ...] = ()
    first_dose_by: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """Every entry that was ever posted, oldest first; `current` says which of them count.

    `retractions` take entries out of the file, not out of its history. `referred_for` is the
    referral's diagnosis, `doses` are the times of doses heard of, `heard_until` is the time of the
    latest event about the patient, `transferred_to` the clinic that the patient was given over to.
    """

    id: str
    indication: Indication
    referred_for: str
    registered_at: datetime
    heard_until: datetime
    diagnoses: tuple[Diagnosis, ...] = ()
    screenings: tuple[Screening, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    histories: tuple[TreatmentHistory, ...] = ()
    medications: tuple[MedicationList, ...] = ()
    work_ups: tuple[WorkUp, ...] = ()
    vital_signs: tuple[VitalSigns, ...] = ()
    retractions: tuple[Retraction, ...] = ()
    consent: Consent | None = None
    hold: SafetyHold | None = None
    lifts: tuple[Lift, ...] = ()
    doses: tuple[datetime, ...] = ()
    decisions: tuple[Decision, ...] = ()
    transferred_to: str = ""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every entry of every kind, those that do not count among them."""
        return (
            *self.diagnoses,
            *self.screenings,
            *self.checklists,
            *self.histories,
            *self.medications,
            *self.work_ups,
            *self.vital_signs,
        )

    def has(self, entry_id: str) -> bool:
        return any(each.id == entry_id for each in self.facts)

    @property
    def retracted(self) -> frozenset[str]:
        """The roots of the chains that do not count."""
        return frozenset(each.root for each in self.retractions)

    def current(self, kept: tuple[E, ...]) -> tuple[E, ...]:
        return current(kept, self.retracted)

    def latest(self, kept: tuple[E, ...]) -> E | None:
        standing = self.current(kept)
        return standing[-1] if standing else None

    @property
    def diagnosis(self) -> str:
        """The referral's, until somebody here has made one."""
        made = self.latest(self.diagnoses)
        return made.code if made else self.referred_for

    def screening(self, instrument: str) -> Screening | None:
        """The latest answers to this instrument that count."""
        return self.latest(tuple(each for each in self.screenings if each.instrument == instrument))

    def work_up(self, item: str) -> WorkUp | None:
        """The latest result of this item that counts, by when it was performed."""
        found = self.current(tuple(each for each in self.work_ups if each.item == item))
        return max(found, key=lambda each: (each.performed_at, each.at), default=None)

    def place(self, said: Statement, subject: str, known: tuple[Fact, ...]) -> tuple[str, datetime]:
        """The chain that a new entry joins, and the time that it speaks of."""
        return place(said, subject, known, self.retracted)

    def as_of(self, at: datetime) -> "Patient":
        """The file without what was not so until later, as corrected since."""
        return replace(
            self,
            diagnoses=_until(at, self.diagnoses),
            screenings=_until(at, self.screenings),
            checklists=_until(at, self.checklists),
            histories=_until(at, self.histories),
            medications=_until(at, self.medications),
            work_ups=_until(at, self.work_ups),
            vital_signs=_until(at, self.vital_signs),
        )

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
            return "expired" if at > self.ends_at(clearance) else "cleared"
        outcome = self.decisions[-1].outcome if self.decisions else None
        return outcome if outcome and outcome != "granted" else "registered"

    def ends_at(self, clearance: Decision) -> datetime:
        """Without a dose of its course, a granted clearance ends with the day for the first one."""
        assert clearance.valid_until, "a grant has its last day"
        assert clearance.first_dose_by, "a grant has its last day for the first dose"
        course = clearance.valid_until - clearance.decided_at
        in_course = any(each > clearance.decided_at - course for each in self.doses)
        return clearance.valid_until if in_course else clearance.first_dose_by

    def heard(self, at: datetime) -> "Patient":
        return replace(self, heard_until=at) if at > self.heard_until else self


def register(command: RegisterPatient, person_id: str = "") -> tuple[Patient, Events]:
    patient = Patient(
        id=command.patient_id,
        indication=command.indication,
        referred_for=command.diagnosis,
        registered_at=command.at,
        heard_until=command.at,
    )
    return patient, (PatientRegistered(command.indication, person_id),)


def _until(at: datetime, kept: tuple[E, ...]) -> tuple[E, ...]:
    return tuple(each for each in kept if each.at <= at)
