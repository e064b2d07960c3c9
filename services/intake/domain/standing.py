"""Whether what was decided still stands once something new, or something else, is known.

New evidence ends a running clearance where a rule says so (INT-3). A correction ends it if the
grounds that it was granted on no longer hold; a safety hold is never taken back by either.
"""

from dataclasses import replace
from datetime import datetime

from services.intake.domain.clearance import assessed
from services.intake.domain.commands import RetractEntry
from services.intake.domain.eligibility.case import About, Case, Examination, ask
from services.intake.domain.eligibility.registry import ENDING_RULES, examine
from services.intake.domain.evidence.kinds import Retraction, Screening
from services.intake.domain.patient import Decision, Events, Patient
from services.intake.domain.safety import end_clearance
from shared.contracts.intake import ScreeningRetracted
from shared.kernel.errors import Malformed, Reason, Rejected
from shared.kernel.policy import Policy


def retract(command: RetractEntry, patient: Patient) -> tuple[Patient, Events]:
    """Takes the whole chain of the entry out of the file; its history stays."""
    target = next(each for each in patient.facts if each.id == command.retracts)
    if target.root in patient.retracted:
        raise Rejected("already-retracted", "This entry was retracted before: nothing to do.")
    retraction = Retraction(target.root, command.at, command.reason, command.by)
    out = replace(patient, retractions=(*patient.retractions, retraction))
    if not isinstance(target, Screening):
        return out, ()
    chain = [each for each in patient.current(patient.screenings) if each.root == target.root]
    return out, tuple(ScreeningRetracted(each.instrument, each.id) for each in chain)


def refuse_itself(command: RetractEntry) -> None:
    if command.retracts == command.event_id:
        raise Malformed("/data/retracts", "names the event itself")


def with_new_evidence(
    before: Patient, after: Patient, about: About, at: datetime, policy: Policy
) -> tuple[Patient, Events]:
    """Ends a running clearance on a contraindication, an interaction or a pregnancy newly found."""
    clearance = after.clearance
    if clearance is None:
        return after, ()
    today = max(at, after.heard_until)
    known, found = (
        ask(ENDING_RULES, _case(each, about, today, policy, clearance)) for each in (before, after)
    )
    new = _new(known, found)
    return end_clearance(after, at, new) if new else (after, ())


def corrected(
    before: Patient, after: Patient, about: About, at: datetime, policy: Policy
) -> tuple[Patient, Events]:
    """Makes the decision anew, and tells the answer where it is another one now."""
    patient, ended = with_new_evidence(before, after, about, at, policy)
    if clearance := patient.clearance:
        known, found = (
            examine(_case(each.as_of(signed), about, signed, policy, clearance))
            for signed in (clearance.decided_at,)
            for each in (before, after)
        )
        if new := _new(known, found):
            patient, ended = end_clearance(after, at, new)
    today, latest = max(at, after.heard_until), after.decisions[-1]
    said, now = (examine(_case(each, about, today, policy, latest)) for each in (before, after))
    changed = (said.status, _codes(said)) != (now.status, _codes(now))
    return patient, (*ended, *((assessed(now, policy),) if changed else ()))


def _case(patient: Patient, about: About, at: datetime, policy: Policy, decision: Decision) -> Case:
    return Case(
        patient,
        about.birth_date,
        at,
        policy,
        decision.protocol,
        decision.route,
        decision.weighed,
        about.obstacles,
    )


def _new(known: Examination, found: Examination) -> tuple[Reason, ...]:
    before = _codes(known)
    return tuple(each for each in found.reasons if each.code not in before)


def _codes(found: Examination) -> frozenset[str]:
    return frozenset(each.code for each in found.reasons)
