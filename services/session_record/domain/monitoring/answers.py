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

RISK = "c-ssrs-screener"


def record_answers(command: RecordAnswers, encounter: Encounter) -> Encounter:
    check_patient(command, encounter)
    check_unlocked(encounter, command)
    instrument = INSTRUMENTS[command.instrument]
    if instrument.measures != "session" and command.instrument != RISK:
        words = f"{command.instrument} is not of a session; post it to intake or outcomes"
        raise Rejected("other-instrument", words)
    if faults := instrument.faults(command.answers):
        raise Rejected("answers-invalid", faults)
    if command.instrument == RISK and not instrument.is_complete(command.answers):
        raise Rejected("answers-invalid", "the C-SSRS screener must be answered to its end")
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
