"""What stops dosing at once: safety holds, and the end of a clearance before its time.

A hold stands beside the clearance, so that lifting the hold restores it. A revocation ends it.
"""

from dataclasses import replace
from datetime import datetime

from services.intake.domain.commands import (
    AnswerRisk,
    LiftHold,
    ReviewAdverseEvent,
    RevokeClearance,
)
from services.intake.domain.patient import Decision, Events, Lift, Patient, SafetyHold
from shared.contracts.intake import (
    ClearanceWithdrawn,
    CodedReason,
    SafetyHoldLifted,
    SafetyHoldRaised,
)
from shared.kernel.errors import Reason, Rejected
from shared.kernel.policy import Policy, PolicyReference

C_SSRS_HIGH = Reason(
    "c-ssrs-high",
    "The C-SSRS screener is HIGH: intent or plan in the past month, or suicidal behaviour in the"
    " past 3 months. A psychiatrist sees the patient face to face before any dosing.",
    "INT-8; Columbia Protocol triage (S17)",
)
GRADE_KEY = "adverse.review_grade_min"


def coded(reasons: tuple[Reason, ...]) -> tuple[CodedReason, ...]:
    return tuple(CodedReason(each.code, each.words, each.source) for each in reasons)


def raise_hold(patient: Patient, at: datetime, reason: Reason) -> tuple[Patient, Events]:
    """Once: a patient who is held stays held. A risk from before the last lift was seen then."""
    if patient.lifts and at < patient.lifts[-1].lifted_at:
        return patient, ()
    if patient.hold:
        known = patient.hold.reasons
        reasons = known if reason in known else (*known, reason)
        latest = max(patient.hold.raised_at, at)
        return replace(patient, hold=SafetyHold(latest, reasons)), ()
    held = replace(patient, hold=SafetyHold(at, (reason,)))
    return held, (SafetyHoldRaised(coded((reason,))),)


def answer_risk(command: AnswerRisk, patient: Patient) -> tuple[Patient, Events]:
    if command.level != "high":
        return patient, ()
    reason = Reason(
        command.rule,
        f"A {command.instrument} answer during the course is of high risk. A psychiatrist sees"
        " the patient face to face before any dosing.",
        "INT-8; outcomes' rule of this code",
    )
    return raise_hold(patient, command.at, reason)


def lift_hold(command: LiftHold, patient: Patient) -> tuple[Patient, Events]:
    if patient.hold is None:
        raise Rejected("not-held", "There is no safety hold to lift: nothing needs to be done.")
    if command.at < patient.hold.raised_at:
        raise Rejected(
            "risk-is-newer",
            f"The latest risk is of {patient.hold.raised_at:%Y-%m-%d %H:%M} UTC, after this"
            " evaluation: a psychiatrist must see the patient again and lift the hold then.",
        )
    lift = Lift(command.at, command.signer, command.reason)
    lifted = replace(patient, hold=None, lifts=(*patient.lifts, lift))
    return lifted, (SafetyHoldLifted(command.reason),)


def revoke_clearance(command: RevokeClearance, patient: Patient) -> tuple[Patient, Events]:
    if patient.clearance is None:
        raise Rejected("not-granted", "No clearance is granted: there is nothing to revoke.")
    if command.at < patient.clearance.decided_at:
        raise Rejected(
            "later-decision-stands",
            "The clearance was granted after this revocation was signed: revoke it again if it"
            " must still end.",
        )
    words = "The signer revoked the clearance: ask the signer before asking for it again."
    reason = Reason(command.reason, words, "INT-3; clinical judgement of the signer")
    return end_clearance(patient, command.at, (reason,), signer=command.signer)


def review_adverse_event(
    command: ReviewAdverseEvent, patient: Patient, policy: Policy
) -> tuple[Patient, Events]:
    if not command.serious and command.grade < policy[GRADE_KEY]:
        return patient, ()
    serious = " and serious" if command.serious else ""
    reason = Reason(
        "adverse-event",
        f"Adverse event {command.term}, grade {command.grade}{serious}: a prescriber reviews it"
        " and decides on the clearance anew.",
        "INT-3, SES-6; CTCAE v5",
    )
    return end_clearance(patient, command.at, (reason,), policy=policy.reference(GRADE_KEY))


def end_clearance(
    patient: Patient,
    at: datetime,
    reasons: tuple[Reason, ...],
    *,
    signer: str = "",
    policy: PolicyReference | None = None,
) -> tuple[Patient, Events]:
    """Ends the granted clearance, if there is one; whatever its date, what ends it wins."""
    clearance = patient.clearance
    if clearance is None:
        return patient, ()
    revoked = Decision(
        clearance_id=clearance.clearance_id,
        outcome="revoked",
        protocol=clearance.protocol,
        route=clearance.route,
        signer=signer,
        decided_at=at,
        policy=policy or clearance.policy,
        reasons=reasons,
    )
    ended = replace(patient, decisions=(*patient.decisions, revoked))
    return ended, (ClearanceWithdrawn(clearance.clearance_id, coded(reasons)),)
