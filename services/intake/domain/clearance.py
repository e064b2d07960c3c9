"""The clearance: a prescriber asks, the eligibility rules answer, the decision is kept for good.

A clearance that runs is ended by a decline, left alone by a hold and renewed by a grant; without
any of them it ends by itself (INT-3).
"""

from dataclasses import replace
from datetime import date

from services.intake.domain.commands import DecideClearance
from services.intake.domain.eligibility.case import Case, Examination
from services.intake.domain.eligibility.registry import POLICY_KEYS, examine
from services.intake.domain.patient import Decision, Events, Outcome, Patient
from services.intake.domain.safety import coded
from shared.contracts.intake import (
    ClearanceDeclined,
    ClearanceHeld,
    ClearanceWithdrawn,
    EligibilityAssessed,
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
    case = Case(
        patient,
        birth_date,
        command.at,
        policy,
        command.protocol,
        command.route,
        command.weighed,
        obstacles,
    )
    found = examine(case)
    decision = _decision(command, policy, found)
    if command.decision == "decline":
        words = "The prescriber declined: ask the prescriber before asking for it again."
        own = Reason(command.reason, words, "clinical judgement of the signer")
        patient, events = _declined(patient, replace(decision, outcome="declined", reasons=(own,)))
    elif decision.outcome == "declined":
        patient, events = _declined(patient, decision)
    elif decision.outcome == "held":
        patient, events = _held(patient, decision)
    else:
        patient, events = _granted(patient, decision, policy)
    return patient, (assessed(found, policy), *events)


def assessed(found: Examination, policy: Policy) -> EligibilityAssessed:
    used = PolicyUsed(policy.id, policy.version)
    return EligibilityAssessed(found.status, coded(found.reasons), used)


def _decision(command: DecideClearance, policy: Policy, found: Examination) -> Decision:
    outcome: Outcome = "declined" if found.declines else "held" if found.reasons else "granted"
    return Decision(
        clearance_id=derive(command.event_id, "clearance"),
        outcome=outcome,
        protocol=command.protocol,
        route=command.route,
        signer=command.signer,
        decided_at=command.at,
        policy=policy.reference(*POLICY_KEYS, FIRST_DOSE_KEY, COURSE_KEY),
        reasons=found.reasons,
        remarks=found.remarks,
        weighed=command.weighed,
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
