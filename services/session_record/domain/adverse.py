"""Adverse events: coded, graded, consistent in themselves; taken in after the end too (SES-6)."""

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from services.session_record.domain.commands import ReportAdverseEvent
from services.session_record.domain.encounter import AdverseEvent, Encounter, check_patient
from shared.contracts.session_record import AdverseEventRecorded
from shared.kernel.errors import Rejected

OTHER = "other"
"""What the list does not have yet: an adverse event is never lost for want of a word."""
TERMS = frozenset(
    [
        "dissociation",
        "sedation",
        "somnolence",
        "dizziness",
        "vertigo",
        "nausea",
        "vomiting",
        "headache",
        "blood-pressure-increased",
        "hypertensive-crisis",
        "tachycardia",
        "bradycardia",
        "hypoxia",
        "respiratory-depression",
        "laryngospasm",
        "anxiety",
        "panic-attack",
        "agitation",
        "euphoric-mood",
        "hallucination",
        "psychotic-disorder",
        "mania",
        "suicidal-ideation",
        "suicide-attempt",
        "syncope",
        "seizure",
        "diplopia",
        "dysgeusia",
        "injection-site-pain",
        "cystitis-noninfective",
        "dysuria",
        "transaminases-increased",
        "cognitive-disorder",
        "drug-dependence",
        "fall",
        "medication-error",
    ]
) | {OTHER}
"""Preferred terms (clinical reference, section 5)."""
ALSO_CALLED: Mapping[str, str] = {
    "drowsiness": "somnolence",
    "hypertension": "blood-pressure-increased",
    "desaturation": "hypoxia",
    "panic": "panic-attack",
    "psychosis": "psychotic-disorder",
    "cystitis": "cystitis-noninfective",
    "faint": "syncope",
}
FATAL, LIFE_THREATENING = 5, 4


def report_adverse_event(
    command: ReportAdverseEvent, encounter: Encounter
) -> tuple[Encounter, AdverseEventRecorded]:
    check_patient(command, encounter)
    _check_term(command.term)
    _check_consistency(command)
    onset = command.onset or command.at
    if onset > command.at:
        raise Rejected("onset-after-report", "it began after it was reported; check both times")
    event = AdverseEvent(
        command.event_id,
        command.at,
        command.term,
        command.grade,
        command.serious,
        command.relation,
        command.action,
        command.outcome,
        onset,
        command.criteria,
    )
    recorded = AdverseEventRecorded(
        encounter.encounter_id,
        encounter.course_id,
        event.term,
        event.grade,
        event.serious,
        command.outcome,
        onset,
    )
    events = sorted((*encounter.adverse_events, event), key=lambda each: (each.at, each.event_id))
    return replace(encounter, adverse_events=tuple(events)), recorded


def unresolved(encounter: Encounter, grade: int) -> list[AdverseEvent]:
    """Of each term the newest report, where it is at least of this grade and not resolved."""
    standing = [each for each in encounter.adverse_events if not each.amended_by]
    newest = {each.term: each for each in standing}
    return [each for each in newest.values() if each.grade >= grade and each.outcome != "resolved"]


def _check_term(term: str) -> None:
    if term in TERMS:
        return
    near = [ALSO_CALLED[term]] if term in ALSO_CALLED else get_close_matches(term, TERMS, 2)
    hint = f"did you mean {' or '.join(near)}?" if near else f"or send {OTHER}"
    raise Rejected("unknown-term", f"{term} is not on the list of adverse events; {hint}")


def _check_consistency(command: ReportAdverseEvent) -> None:
    """CTCAE v5 and the definition of serious (clinical reference, section 5)."""
    is_fatal = command.outcome == "fatal"
    if is_fatal != (command.grade == FATAL) or ("death" in command.criteria and not is_fatal):
        words = "grade 5, outcome fatal and criterion death are said together or not at all"
        raise Rejected("grade-outcome-mismatch", words)
    if not command.serious and (command.criteria or command.grade >= LIFE_THREATENING):
        words = "from grade 4 on, and with any criterion of seriousness, it is serious"
        raise Rejected("serious-mismatch", words)
