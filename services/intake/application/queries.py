"""What HTTP may read of a patient: views of committed state, none of which can name anybody."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar, cast

from services.intake.application import identities
from services.intake.application.documents import PATIENTS
from services.intake.domain.eligibility.case import Case
from services.intake.domain.eligibility.case import Status as Answer
from services.intake.domain.eligibility.registry import POLICY_KEYS, examine
from services.intake.domain.evidence.contraindications import latest_findings
from services.intake.domain.evidence.kinds import MedicationList, Screening, VitalSigns, WorkUp
from services.intake.domain.evidence.treatment import Staging, stage
from services.intake.domain.patient import (
    Consent,
    Decision,
    Outcome,
    Patient,
    SafetyHold,
    Status,
)
from services.intake.domain.people.vault import Vault
from shared.contracts.intake import PolicyUsed
from shared.contracts.site import Contraindication, Indication, Route
from shared.kernel.errors import Reason
from shared.kernel.policy import Policy
from shared.storage.reads import Read, Reads

V = TypeVar("V")
_EVER = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PatientView:
    """What counts now. `as_of`, of which `status` is, is the time of the latest event heard of."""

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
    staging: Staging | None
    medications: MedicationList | None
    work_up: tuple[WorkUp, ...]
    vital_signs: VitalSigns | None
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class HoldView:
    """`raised_at`: of the latest risk. `reasons` say who must see the patient before any dose."""

    patient_id: str
    raised_at: datetime
    reasons: tuple[Reason, ...]


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


@dataclass(frozen=True, slots=True)
class Asked:
    """About eligibility: at what time (else the latest event's), for which protocol, if for one."""

    at: datetime | None = None
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class EligibilityView:
    """What the rules say at `as_of`: `reasons` speak against it, `missing` is still to be brought,
    `remarks` is what a prescriber is told or has weighed."""

    patient_id: str
    status: Answer
    as_of: datetime
    indication: Indication
    protocol: str
    reasons: tuple[Reason, ...]
    missing: tuple[Reason, ...]
    remarks: tuple[Reason, ...]
    staging: Staging | None
    policy: PolicyUsed
    policy_values: tuple[ValueUsed, ...]


def patients(
    reads: Reads, policy: Policy, *, limit: int, after: str = ""
) -> list[Read[PatientView]]:
    found = reads.page(PATIENTS, after=after, limit=limit)
    return [_seen(each, lambda patient: _patient(patient, policy)) for each in found]


def holds(reads: Reads, *, limit: int) -> list[HoldView]:
    """The clinic's patients who are held now, the longest held first."""
    found = reads.having(PATIENTS, "hold.raised_at", since=_EVER, limit=limit)
    return [
        HoldView(each.aggregate.id, held.raised_at, held.reasons)
        for each in found
        if (held := each.aggregate.hold)
    ]


def patient(reads: Reads, policy: Policy, patient_id: str) -> Read[PatientView] | None:
    found = reads.get(PATIENTS, patient_id)
    return _seen(found, lambda each: _patient(each, policy)) if found else None


def whole(reads: Reads, patient_id: str) -> Read[Patient] | None:
    """Everything on file, corrected entries and all: what an export is made of."""
    return reads.get(PATIENTS, patient_id)


def clearance(
    reads: Reads, policy: Policy, vault: Vault, patient_id: str, at: datetime | None = None
) -> Read[ClearanceView] | None:
    """Raises Rejected where the identity was erased."""
    found, known = reads.get(PATIENTS, patient_id), identities.known(reads, patient_id)
    if found is None or known is None or reads.clinic is None:
        return None
    born, as_of = known.birth_date(vault), at or found.aggregate.heard_until
    obstacles = known.obstacles(reads.clinic, as_of)
    return _seen(
        found, lambda each: _clearance(Case(each, born, as_of, policy, obstacles=obstacles))
    )


def eligibility(
    reads: Reads,
    policy: Policy,
    vault: Vault,
    patient_id: str,
    asked: Asked,
) -> Read[EligibilityView] | None:
    """Raises Rejected where the identity was erased."""
    found, known = reads.get(PATIENTS, patient_id), identities.known(reads, patient_id)
    if found is None or known is None or reads.clinic is None:
        return None
    born, as_of = known.birth_date(vault), asked.at or found.aggregate.heard_until
    obstacles = known.obstacles(reads.clinic, as_of)
    template = policy.protocols.get(asked.protocol)
    route = cast(Route, template.route) if template else None
    return _seen(
        found,
        lambda each: _eligibility(
            Case(each, born, as_of, policy, asked.protocol, route, (), obstacles)
        ),
    )


def _seen(read: Read[Patient], view: Callable[[Patient], V]) -> Read[V]:
    return Read(view(read.aggregate), read.version, read.clinic, read.cursor)


def _patient(each: Patient, policy: Policy) -> PatientView:
    checklist = each.latest(each.checklists)
    instruments = sorted({kept.instrument for kept in each.screenings})
    items = sorted({kept.item for kept in each.work_ups})
    return PatientView(
        patient_id=each.id,
        status=each.status(each.heard_until),
        as_of=each.heard_until,
        indication=each.indication,
        diagnosis=each.diagnosis,
        registered_at=each.registered_at,
        hold=each.hold,
        screenings=tuple(found for code in instruments if (found := each.screening(code))),
        findings=tuple(latest_findings(each).values()),
        checked_at=checklist.at if checklist else None,
        staging=_staging(each, policy),
        medications=each.latest(each.medications),
        work_up=tuple(done for item in items if (done := each.work_up(item))),
        vital_signs=each.latest(each.vital_signs),
        consent=each.consent,
    )


def _staging(each: Patient, policy: Policy) -> Staging | None:
    history = each.latest(each.histories)
    return stage(history, policy) if history else None


def _eligibility(case: Case) -> EligibilityView:
    each, found = case.patient, examine(case)
    used = case.policy.reference(*POLICY_KEYS)
    return EligibilityView(
        patient_id=each.id,
        status=found.status,
        as_of=case.at,
        indication=each.indication,
        protocol=case.protocol,
        reasons=found.declines + found.blocks + found.reviews,
        missing=found.missing,
        remarks=found.remarks,
        staging=_staging(each, case.policy),
        policy=PolicyUsed(used.id, used.version),
        policy_values=tuple(ValueUsed(*pair) for pair in used.values.items()),
    )


def _clearance(case: Case) -> ClearanceView:
    each, as_of = case.patient, case.at
    latest = each.decisions[-1] if each.decisions else None
    if latest:
        case = replace(case, protocol=latest.protocol, route=latest.route, weighed=latest.weighed)
    return ClearanceView(
        patient_id=each.id,
        status=each.status(as_of),
        as_of=as_of,
        granted=_decision(each.clearance) if each.clearance else None,
        decision=_decision(latest) if latest else None,
        missing=examine(case).reasons,
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
