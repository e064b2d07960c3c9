"""Signing: what must be in a record before anybody stands for it, everything missing at once.

Afterwards it is locked: corrections are amendments (SES-7; 164.312(c), V:S73).
"""

from dataclasses import dataclass, replace

from services.session_record.domain.documentation.commands import Sign
from services.session_record.domain.documentation.records import (
    Record,
    Signature,
    check_unsigned,
)
from services.session_record.domain.encounter import Encounter, check_patient
from services.session_record.domain.monitoring.samples import samples
from services.session_record.domain.rule import Rule, blockers, in_words
from shared.contracts.documentation import EncounterSigned
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy

SIGNERS = {
    "dosing": frozenset({"prescriber", "psychiatrist"}),
    "preparation": frozenset({"therapist", "prescriber", "psychiatrist"}),
    "integration": frozenset({"therapist", "prescriber", "psychiatrist"}),
}
"""Who may stand for which session."""


@dataclass(frozen=True, slots=True)
class Signing:
    """`roles`: in which the signer is credentialed on the day of signing."""

    command: Sign
    record: Record
    encounter: Encounter
    roles: frozenset[str]


def not_credentialed(signing: Signing, _policy: Policy) -> str:
    wanted = SIGNERS[signing.encounter.session]
    if signing.roles & wanted:
        return ""
    names = " or ".join(sorted(wanted))
    return f"{signing.command.signer} holds no licence as {names} on this day"


def still_open(signing: Signing, _policy: Policy) -> str:
    ended = signing.encounter.finished_at
    done = ended is not None and ended <= signing.command.at
    return "" if done else "the session has not ended: discharge the patient or finish it first"


def no_vitals(signing: Signing, _policy: Policy) -> str:
    dose = signing.encounter.dose
    if dose is None:
        return ""
    times = [sample.at for sample in samples(signing.encounter)]
    before, after = any(at <= dose.at for at in times), any(at > dose.at for at in times)
    return "" if before and after else "vital signs before and after the dose are missing"


def no_discharge(signing: Signing, _policy: Policy) -> str:
    encounter = signing.encounter
    is_missing = encounter.dose is not None and encounter.discharge is None
    return "the discharge checklist is missing" if is_missing else ""


def no_note(signing: Signing, _policy: Policy) -> str:
    return "" if any(signing.record.notes()) else "the chart note is missing"


def no_therapy(signing: Signing, _policy: Policy) -> str:
    if signing.encounter.session != "dosing" or signing.encounter.dose is None:
        return ""
    return "" if any(signing.record.therapy()) else "the therapist's documentation is missing"


def no_setting(signing: Signing, _policy: Policy) -> str:
    if signing.encounter.session != "preparation":
        return ""
    said = any(each.setting for each in signing.record.therapy())
    return "" if said else "set and setting are not documented"


def no_link(signing: Signing, _policy: Policy) -> str:
    if signing.encounter.session != "integration":
        return ""
    said = any(each.integrates for each in signing.record.therapy())
    return "" if said else "which dose was integrated is not documented"


def no_goals(signing: Signing, _policy: Policy) -> str:
    if signing.encounter.session != "integration":
        return ""
    said = any(each.goals for each in signing.record.therapy())
    return "" if said else "no integration goal is documented"


def no_rems_answers(signing: Signing, _policy: Policy) -> str:
    dose = signing.encounter.dose
    if dose is None or dose.route != "esketamine" or signing.record.rems_answers():
        return ""
    return "the answers for the REMS form are missing: after signing they could not be added"


RULES: tuple[Rule[Signing], ...] = (
    Rule("signer-not-credentialed", "SES-7, INT-5; 164.312(d) (V:S73)", not_credentialed),
    Rule("session-open", "SES-7", still_open),
    Rule("vitals-missing", "SES-4, SES-7; clinical reference 3.2", no_vitals),
    Rule("discharge-missing", "SES-5, SES-7, SES-11; clinical reference 3.4", no_discharge),
    Rule("note-missing", "SES-7, SES-8; clinical reference 6", no_note),
    Rule("therapy-missing", "SES-7; clinical reference 3.6", no_therapy),
    Rule("setting-missing", "SES-7; clinical reference 3.5", no_setting),
    Rule("integrates-missing", "SES-7; clinical reference 3.5", no_link),
    Rule("goals-missing", "SES-7; clinical reference 3.5", no_goals),
    Rule("rems-answers-missing", "SES-10; REMS form (V:S4)", no_rems_answers),
)


def sign(signing: Signing, policy: Policy) -> tuple[Record, EncounterSigned]:
    command, encounter = signing.command, signing.encounter
    check_patient(command, encounter)
    check_unsigned(signing.record)
    if found := blockers(RULES, signing, policy):
        raise Rejected("not-ready-to-sign", f"not ready to sign: {in_words(found)}", found)
    used = policy.reference()
    signed = replace(signing.record, signature=Signature(command.at, command.signer, used))
    told = EncounterSigned(
        encounter.encounter_id, encounter.course_id, encounter.session, command.at
    )
    return signed, told
