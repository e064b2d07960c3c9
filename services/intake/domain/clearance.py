"""The clearance: a prescriber asks, the eligibility rules answer, the decision is kept for good.

A clearance that runs is ended by a decline, left alone by a hold and renewed by a grant.
"""

from dataclasses import replace
from datetime import date

from services.intake.domain import contraindications
from services.intake.domain.commands import DecideClearance
from services.intake.domain.eligibility import POLICY_KEYS, Case, examine
from services.intake.domain.patient import Decision, Events, Outcome, Patient
from services.intake.domain.safety import coded
from shared.contracts.intake import (
    ClearanceDeclined,
    ClearanceHeld,
    ClearanceWithdrawn,
    PatientCleared,
    PolicyUsed,
)
from shared.kernel.errors import Reason, Rejected
from shared.kernel.identifiers import derive
from shared.kernel.policy import Policy

FIRST_DOSE_KEY, COURSE_KEY = "clearance.max_age_first_d", "clearance.max_age_course_d"


def decide_clearance(
    command: DecideClearance,
    patient: Patient,
    birth_date: date,
    policy: Policy,
    obstacles: tuple[Reason, ...] = (),
) -> tuple[Patient, Events]:
    """`obstacles`: what holds a clearance beside the patient's own file (SCH-9)."""
    _refuse_if_overtaken(command, patient)
    if command.decision == "decline":
        words = "The prescriber declined: ask the prescriber before asking for it again."
        own = Reason(command.reason, words, "clinical judgement of the signer")
        return _declined(patient, _decision(command, patient, policy, "declined", (own,)))
    case = Case(patient, birth_date, command.at, policy, command.protocol, command.route)
    found = examine(case)
    if found.declines:
        decision = _decision(command, patient, policy, "declined", found.reasons)
        return _declined(patient, decision)
    if holds := found.holds + obstacles:
        return _held(patient, _decision(command, patient, policy, "held", holds))
    return _granted(patient, _decision(command, patient, policy, "granted", ()), policy)


def _decision(
    command: DecideClearance,
    patient: Patient,
    policy: Policy,
    outcome: Outcome,
    reasons: tuple[Reason, ...],
) -> Decision:
    return Decision(
        clearance_id=derive(command.event_id, "clearance"),
        outcome=outcome,
        protocol=command.protocol,
        route=command.route,
        signer=command.signer,
        decided_at=command.at,
        policy=policy.reference(*POLICY_KEYS, FIRST_DOSE_KEY, COURSE_KEY),
        reasons=reasons,
        remarks=contraindications.remarks(patient),
    )


def _granted(patient: Patient, decision: Decision, policy: Policy) -> tuple[Patient, Events]:
    signed_at = decision.decided_at
    first_dose_by = signed_at + policy.days(FIRST_DOSE_KEY)
    valid_until = signed_at + policy.days(COURSE_KEY)
    decision = replace(decision, first_dose_by=first_dose_by, valid_until=valid_until)
    cleared = PatientCleared(
        clearance_id=decision.clearance_id,
        indication=patient.indication,
        protocol=decision.protocol,
        route=decision.route,
        signed_at=signed_at,
        first_dose_by=first_dose_by,
        valid_until=valid_until,
        policy=_policy_used(decision),
    )
    return _with(patient, decision), (cleared,)


def _held(patient: Patient, decision: Decision) -> tuple[Patient, Events]:
    held = ClearanceHeld(decision.clearance_id, coded(decision.reasons), _policy_used(decision))
    return _with(patient, decision), (held,)


def _declined(patient: Patient, decision: Decision) -> tuple[Patient, Events]:
    """What was granted before cannot outlive a decline."""
    reasons, running = coded(decision.reasons), patient.clearance
    declined = ClearanceDeclined(decision.clearance_id, reasons, _policy_used(decision))
    ended = (ClearanceWithdrawn(running.clearance_id, reasons),) if running else ()
    return _with(patient, decision), (declined, *ended)


def _with(patient: Patient, decision: Decision) -> Patient:
    return replace(patient, decisions=(*patient.decisions, decision))


def _policy_used(decision: Decision) -> PolicyUsed:
    return PolicyUsed(decision.policy.id, decision.policy.version)


def _refuse_if_overtaken(command: DecideClearance, patient: Patient) -> None:
    latest = max((each.decided_at for each in patient.decisions), default=command.at)
    if command.at < latest:
        raise Rejected(
            "later-decision-stands",
            f"A decision of {latest:%Y-%m-%d %H:%M} UTC is newer than this one: the newer one"
            " stands. Decide again if it must change.",
        )
