"""What the findings of the contraindication checklists mean.

A condition counts by its latest finding; all findings are kept. An absolute one, once present in
any checklist, is reversed only by a later answer that a prescriber signs (INT-2).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from services.intake.domain.commands import RecordChecklist
from services.intake.domain.evidence import entries
from services.intake.domain.evidence.conditions import (
    BY_CODE,
    CARDIAC,
    CONDITIONS,
    REQUIRED,
    Condition,
    Level,
)
from services.intake.domain.evidence.kinds import Checklist
from services.intake.domain.patient import Patient
from shared.contracts.site import Contraindication
from shared.kernel.errors import Malformed, Reason
from shared.kernel.policy import Policy


def record_checklist(command: RecordChecklist, patient: Patient) -> Patient:
    _refuse_untrue(command)
    root, at = patient.place(command, "contraindications", patient.checklists)
    checklist = Checklist(command.event_id, root, at, command.at, command.findings, command.signer)
    return replace(patient, checklists=entries.added(patient.checklists, checklist))


def latest_findings(patient: Patient) -> dict[str, Contraindication]:
    """Per condition, its latest finding in the checklists that count."""
    standing = patient.current(patient.checklists)
    return {each.condition: each for checklist in standing for each in checklist.findings}


def absolute(patient: Patient) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            condition.code,
            f"{condition.words} is a contraindication: treat no further. Only a new, dated finding"
            " that a prescriber signs changes this.",
            condition.source,
        )
        for condition in CONDITIONS
        if condition.level == "absolute" and _was_ever_found(condition, patient)
    )


def unresolved(patient: Patient, policy: Policy, on: date) -> tuple[Reason, ...]:
    """Conditions that block until they are over, and events that are too recent on that day."""
    standing = tuple(
        Reason(
            condition.code,
            f"{condition.words} must resolve: check again and send the finding.",
            condition.source,
        )
        for condition in _present(patient, "until-resolved")
    )
    findings = latest_findings(patient)
    recent = (
        _too_recent(condition, findings[condition.code].onset, policy, on)
        for condition in _present(patient, "time-limited")
    )
    return standing + tuple(each for each in recent if each)


def unanswered(patient: Patient, until: datetime) -> tuple[Reason, ...]:
    """What the checklists up to then left open."""
    findings = latest_findings(patient.as_of(until))
    asked = {code for code, each in findings.items() if each.finding != "unknown"}
    return tuple(
        Reason(
            f"{condition.code}-unknown",
            f"{condition.words}: not asked, or not known. Find out and send the finding.",
            condition.source,
        )
        for condition in REQUIRED
        if condition.code not in asked
    )


def relative(patient: Patient) -> tuple[Reason, ...]:
    """For the prescriber to weigh, and to name in the decision."""
    return tuple(
        Reason(
            condition.code,
            f"{condition.words}: the prescriber weighs it and names it in the decision.",
            condition.source,
        )
        for condition in _present(patient, "relative")
    )


def has_cardiac_history(patient: Patient) -> bool:
    standing = patient.current(patient.checklists)
    findings = (each for checklist in standing for each in checklist.findings)
    return any(each.condition in CARDIAC and each.finding == "present" for each in findings)


def _was_ever_found(condition: Condition, patient: Patient) -> bool:
    """Amended and retracted checklists speak too: a tick is not taken back without a prescriber."""
    present = False
    for checklist, finding in _said(condition.code, patient.checklists):
        if finding == "present":
            present = True
        elif finding == "absent" and checklist.signer:
            present = False
    return present


def _said(code: str, checklists: tuple[Checklist, ...]) -> Iterator[tuple[Checklist, str]]:
    for checklist in sorted(checklists, key=lambda each: (each.stated_at, each.id)):
        for each in checklist.findings:
            if each.condition == code:
                yield checklist, each.finding


def _present(patient: Patient, level: Level) -> list[Condition]:
    findings = latest_findings(patient)
    present = {code for code, each in findings.items() if each.finding == "present"}
    return [each for each in CONDITIONS if each.level == level and each.code in present]


def _too_recent(
    condition: Condition, onset: date | None, policy: Policy, on: date
) -> Reason | None:
    days = policy[condition.days_key]
    if onset is None:
        words = f"{condition.words}: the date is missing. Ask for it and send the finding."
    elif (on - onset).days < days:
        words = f"{condition.words} on {onset}: wait until {days:g} days have passed."
    else:
        return None
    return Reason(condition.code, words, condition.source)


def _refuse_untrue(command: RecordChecklist) -> None:
    """A code that nobody knows could be a contraindication that nobody would see."""
    asked: set[str] = set()
    for position, finding in enumerate(command.findings):
        path = f"/data/findings/{position}"
        if finding.condition not in BY_CODE:
            raise Malformed(f"{path}/condition", "is not a condition of the checklist")
        if finding.condition in asked:
            raise Malformed(f"{path}/condition", "was asked twice")
        if finding.onset and finding.onset > command.at.date():
            raise Malformed(f"{path}/onset", "is after the checklist was gone through")
        asked.add(finding.condition)
