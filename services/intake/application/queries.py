"""What HTTP may read of a patient: views of committed state, none of which can name anybody."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from services.intake.application import identities
from services.intake.application.documents import PATIENTS
from services.intake.domain import contraindications
from services.intake.domain.eligibility import Case, examine
from services.intake.domain.patient import (
    Consent,
    Decision,
    Outcome,
    Patient,
    SafetyHold,
    Screening,
    Status,
)
from services.intake.domain.people.vault import Vault
from services.intake.domain.treatment import failed_drugs
from shared.contracts.intake import PolicyUsed
from shared.contracts.site import Contraindication, Indication, Route
from shared.kernel.errors import Reason
from shared.kernel.policy import Policy
from shared.storage.reads import Read, Reads

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class TreatmentView:
    """Distinct drugs that failed in adequate trials: in the current episode, and ever."""

    taken_at: datetime
    failed_in_episode: int
    failed_in_lifetime: int


@dataclass(frozen=True, slots=True)
class PatientView:
    """`status` is as of `as_of`, the time of the latest event about the patient."""

    patient_id: str
    status: Status
    as_of: datetime
    indication: Indication
    diagnosis: str
    registered_at: datetime
    hold: SafetyHold | None
    screenings: tuple[Screening, ...]
    findings: tuple[Contraindication, ...]
    checked_at: datetime | None
    treatment: TreatmentView | None
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class ValueUsed:
    key: str
    value: float


@dataclass(frozen=True, slots=True)
class DecisionView:
    clearance_id: str
    outcome: Outcome
    protocol: str
    route: Route
    signer: str
    decided_at: datetime
    first_dose_by: datetime | None
    valid_until: datetime | None
    reasons: tuple[Reason, ...]
    remarks: tuple[Reason, ...]
    policy: PolicyUsed
    policy_values: tuple[ValueUsed, ...]


@dataclass(frozen=True, slots=True)
class ClearanceView:
    """`granted` is the clearance that nobody has ended, `decision` the latest word on any.

    `missing` is what would decline or hold the latest request if it were asked again at `as_of`.
    """

    patient_id: str
    status: Status
    as_of: datetime
    granted: DecisionView | None
    decision: DecisionView | None
    missing: tuple[Reason, ...]
    history: tuple[DecisionView, ...]


def patients(
    reads: Reads, policy: Policy, *, limit: int, after: str = ""
) -> list[Read[PatientView]]:
    found = reads.page(PATIENTS, after=after, limit=limit)
    return [_seen(each, lambda patient: _patient(patient, policy)) for each in found]


def patient(reads: Reads, policy: Policy, patient_id: str) -> Read[PatientView] | None:
    found = reads.get(PATIENTS, patient_id)
    return _seen(found, lambda each: _patient(each, policy)) if found else None


def clearance(
    reads: Reads, policy: Policy, vault: Vault, patient_id: str, at: datetime | None = None
) -> Read[ClearanceView] | None:
    """Raises Rejected where the identity was erased."""
    found, known = reads.get(PATIENTS, patient_id), identities.known(reads, patient_id)
    if found is None or known is None or reads.clinic is None:
        return None
    born, as_of = known.birth_date(vault), at or found.aggregate.heard_until
    obstacles = known.obstacles(reads.clinic, as_of)
    return _seen(found, lambda each: _clearance(Case(each, born, as_of, policy), obstacles))


def _seen(read: Read[Patient], view: Callable[[Patient], V]) -> Read[V]:
    return Read(view(read.aggregate), read.version, read.clinic, read.cursor)


def _patient(each: Patient, policy: Policy) -> PatientView:
    return PatientView(
        patient_id=each.id,
        status=each.status(each.heard_until),
        as_of=each.heard_until,
        indication=each.indication,
        diagnosis=each.diagnosis,
        registered_at=each.registered_at,
        hold=each.hold,
        screenings=tuple(held for _, held in sorted(each.screenings.items())),
        findings=tuple(contraindications.latest_findings(each.checklists).values()),
        checked_at=each.checklists[-1].checked_at if each.checklists else None,
        treatment=_treatment(each, policy),
        consent=each.consent,
    )


def _treatment(each: Patient, policy: Policy) -> TreatmentView | None:
    if each.history is None:
        return None
    in_episode = failed_drugs(each.history, policy, current_episode=True)
    ever = failed_drugs(each.history, policy, current_episode=False)
    return TreatmentView(each.history.taken_at, len(in_episode), len(ever))


def _clearance(case: Case, obstacles: tuple[Reason, ...]) -> ClearanceView:
    each, as_of = case.patient, case.at
    latest = each.decisions[-1] if each.decisions else None
    if latest:
        case = replace(case, protocol=latest.protocol, route=latest.route)
    return ClearanceView(
        patient_id=each.id,
        status=each.status(as_of),
        as_of=as_of,
        granted=_decision(each.clearance) if each.clearance else None,
        decision=_decision(latest) if latest else None,
        missing=examine(case).reasons + obstacles,
        history=tuple(_decision(decision) for decision in each.decisions),
    )


def _decision(decision: Decision) -> DecisionView:
    return DecisionView(
        clearance_id=decision.clearance_id,
        outcome=decision.outcome,
        protocol=decision.protocol,
        route=decision.route,
        signer=decision.signer,
        decided_at=decision.decided_at,
        first_dose_by=decision.first_dose_by,
        valid_until=decision.valid_until,
        reasons=decision.reasons,
        remarks=decision.remarks,
        policy=PolicyUsed(decision.policy.id, decision.policy.version),
        policy_values=tuple(ValueUsed(*pair) for pair in decision.policy.values.items()),
    )
