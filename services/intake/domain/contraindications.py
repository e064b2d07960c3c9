"""The contraindication checklist: the table of conditions, and what the findings on file mean.

A condition counts by its latest finding; all findings are kept (INT-2). Never a bar: SSRIs, SNRIs,
lithium, passive suicidal thoughts alone (clinical reference 2.1).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from services.intake.domain.commands import RecordChecklist
from services.intake.domain.patient import Checklist, Events, Patient
from services.intake.domain.safety import end_clearance
from shared.contracts.site import Contraindication
from shared.kernel.errors import Malformed, Reason

Level = Literal["absolute", "until-resolved", "time-limited", "relative"]
LABEL = "INT-2; Spravato US PI section 4 (S2)"
KETALAR = "INT-2; Ketalar US PI section 4"
ASRA = "INT-1; ASRA/AAPM/ASA 2018 (S12)"
SMPC = "INT-1; Spravato EU SmPC, precautions (S10)"
NETWORK = "INT-1; network policy (clinical reference 2.1)"


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of the checklist. `days`: how long after onset a time-limited one blocks."""

    code: str
    level: Level
    words: str
    source: str
    days: int = 0


CONDITIONS = (
    Condition("aneurysmal-vascular-disease", "absolute", "Aneurysmal vascular disease", LABEL),
    Condition("arteriovenous-malformation", "absolute", "Arteriovenous malformation", LABEL),
    Condition("intracerebral-haemorrhage", "absolute", "Past intracerebral haemorrhage", LABEL),
    Condition("ketamine-hypersensitivity", "absolute", "Hypersensitivity to ketamine", LABEL),
    Condition(
        "hazardous-pressure-rise",
        "absolute",
        "A disease in which a rise of blood pressure is a serious hazard",
        KETALAR,
    ),
    Condition("active-psychosis", "until-resolved", "Active psychosis", ASRA),
    Condition("current-mania", "until-resolved", "Current mania", NETWORK),
    Condition("delirium", "until-resolved", "Delirium", NETWORK),
    Condition("pregnancy", "until-resolved", "Pregnancy", "INT-7; Spravato US PI (S2)"),
    Condition("unstable-angina", "until-resolved", "Unstable angina", ASRA),
    Condition("decompensated-heart-failure", "until-resolved", "Decompensated heart failure", ASRA),
    Condition("heart-failure-nyha-3-4", "until-resolved", "Heart failure, NYHA III or IV", SMPC),
    Condition(
        "significant-valve-disease",
        "until-resolved",
        "Haemodynamically significant valve disease",
        SMPC,
    ),
    Condition("uncontrolled-hypertension", "until-resolved", "Uncontrolled hypertension", SMPC),
    Condition(
        "raised-intracranial-pressure", "until-resolved", "Raised intracranial pressure", ASRA
    ),
    Condition("intoxication", "until-resolved", "Intoxication today", NETWORK),
    Condition("active-substance-use", "until-resolved", "A current substance use disorder", ASRA),
    Condition("severe-hepatic-impairment", "until-resolved", "Severe hepatic impairment", ASRA),
    Condition("cardiovascular-event", "time-limited", "A cardiovascular event", SMPC, days=42),
    Condition("stroke-or-tia", "time-limited", "A stroke or TIA", SMPC, days=183),
    Condition("past-psychosis", "relative", "Past psychosis", NETWORK),
    Condition("family-psychosis", "relative", "Psychosis in a first-degree relative", NETWORK),
    Condition("bipolar-disorder", "relative", "Bipolar disorder", NETWORK),
    Condition("past-substance-use", "relative", "A past substance use disorder", NETWORK),
    Condition("severe-personality-disorder", "relative", "Severe personality disorder", NETWORK),
    Condition("hyperthyroidism", "relative", "Hyperthyroidism", NETWORK),
    Condition("glaucoma", "relative", "Glaucoma", ASRA),
    Condition("seizure-disorder", "relative", "A seizure disorder", NETWORK),
    Condition("untreated-sleep-apnoea", "relative", "Untreated sleep apnoea", NETWORK),
    Condition(
        "past-hypertensive-encephalopathy",
        "relative",
        "Past hypertensive encephalopathy",
        "Spravato US PI (S1)",
    ),
    Condition("moderate-hepatic-impairment", "relative", "Moderate hepatic impairment", NETWORK),
    Condition("bladder-pain", "relative", "Chronic bladder pain or cystitis", NETWORK),
    Condition("airway-risk", "relative", "An airway at risk, or a high BMI", NETWORK),
)
BY_CODE = {each.code: each for each in CONDITIONS}
REQUIRED = tuple(each for each in CONDITIONS if each.level != "relative")


def record_checklist(command: RecordChecklist, patient: Patient) -> tuple[Patient, Events]:
    """A contraindication that turns up ends a granted clearance at once (INT-3)."""
    _refuse_unknown(command.findings)
    checklist = Checklist(command.at, command.findings)
    checklists = sorted((*patient.checklists, checklist), key=lambda each: each.checked_at)
    patient = replace(patient, checklists=tuple(checklists))
    today = max(command.at, patient.heard_until).date()
    if found := absolute(patient) + unresolved(patient, today):
        return end_clearance(patient, command.at, found)
    return patient, ()


def latest_findings(checklists: tuple[Checklist, ...]) -> dict[str, Contraindication]:
    return {each.condition: each for checklist in checklists for each in checklist.findings}


def absolute(patient: Patient) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            condition.code,
            f"{condition.words} is a contraindication. Only a new, dated finding changes this.",
            condition.source,
        )
        for condition in _present(patient, "absolute")
    )


def unresolved(patient: Patient, on: date) -> tuple[Reason, ...]:
    """Conditions that block until they are over, and events that are too recent on that day."""
    standing = tuple(
        Reason(
            condition.code,
            f"{condition.words} must resolve: check again and send the finding.",
            condition.source,
        )
        for condition in _present(patient, "until-resolved")
    )
    findings = latest_findings(patient.checklists)
    recent = (
        _too_recent(condition, findings[condition.code].onset, on)
        for condition in _present(patient, "time-limited")
    )
    return standing + tuple(each for each in recent if each)


def unanswered(patient: Patient, until: datetime) -> tuple[Reason, ...]:
    """What the checklists up to then left open."""
    checklists = tuple(each for each in patient.checklists if each.checked_at <= until)
    findings = latest_findings(checklists)
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


def remarks(patient: Patient) -> tuple[Reason, ...]:
    """Relative contraindications: for the prescriber to weigh, no bar."""
    return tuple(
        Reason(condition.code, f"{condition.words}: weigh it.", condition.source)
        for condition in _present(patient, "relative")
    )


def _present(patient: Patient, level: Level) -> list[Condition]:
    findings = latest_findings(patient.checklists)
    present = {code for code, each in findings.items() if each.finding == "present"}
    return [each for each in CONDITIONS if each.level == level and each.code in present]


def _too_recent(condition: Condition, onset: date | None, on: date) -> Reason | None:
    if onset is None:
        words = f"{condition.words}: the date is missing. Ask for it and send the finding."
    elif (on - onset).days < condition.days:
        words = f"{condition.words} on {onset}: wait until {condition.days} days have passed."
    else:
        return None
    return Reason(condition.code, words, condition.source)


def _refuse_unknown(findings: tuple[Contraindication, ...]) -> None:
    """A code that nobody knows could be a contraindication that nobody would see."""
    asked: set[str] = set()
    for position, finding in enumerate(findings):
        path = f"/data/findings/{position}/condition"
        if finding.condition not in BY_CODE:
            raise Malformed(path, "is not a condition of the checklist")
        if finding.condition in asked:
            raise Malformed(path, "was asked twice")
        asked.add(finding.condition)
