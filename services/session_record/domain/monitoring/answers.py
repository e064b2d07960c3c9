"""Questionnaires of the session, scored anew: how it was, never a grade of the patient (SES-11)."""

from dataclasses import replace

from services.session_record.domain.commands import RecordAnswers
from services.session_record.domain.encounter import (
    Assessment,
    Encounter,
    check_patient,
    check_unlocked,
)
from shared.contracts.instruments import INSTRUMENTS, triage
from shared.kernel.errors import Rejected

TAKEN = ("cadss", "cadss-6", "meq30", "ebi", "c-ssrs-screener")
"""What belongs to a session; the others are intake's and outcomes'."""
RISK = "c-ssrs-screener"


def record_answers(command: RecordAnswers, encounter: Encounter) -> Encounter:
    check_patient(command, encounter)
    check_unlocked(encounter, command)
    if command.instrument not in TAKEN:
        words = f"{command.instrument} is not of a session; post it to intake or outcomes"
        raise Rejected("other-instrument", words)
    instrument = INSTRUMENTS[command.instrument]
    if faults := instrument.faults(command.answers):
        raise Rejected("answers-invalid", faults)
    if command.instrument == RISK and None in command.answers:
        raise Rejected("answers-invalid", "every item of the C-SSRS screener must be answered")
    total = instrument.total(command.answers)
    if command.total is not None and command.total != total:
        words = f"the answers make {total}, not {command.total:g}; check the answers"
        raise Rejected("wrong-total", words)
    assessment = Assessment(
        command.event_id,
        command.at,
        command.instrument,
        instrument.definition,
        command.answers,
        total,
        triage(command.answers) if command.instrument == RISK else "",
    )
    kept = (*encounter.assessments, assessment)
    return replace(
        encounter, assessments=tuple(sorted(kept, key=lambda each: (each.at, each.event_id)))
    )


def is_at_high_risk(encounter: Encounter) -> bool:
    """By the newest screener of the session."""
    levels = [each.level for each in encounter.assessments if each.instrument == RISK]
    return bool(levels) and levels[-1] == "high"
