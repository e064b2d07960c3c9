"""Questionnaires at intake: kept item by item, scored again here, triaged for suicide risk.

What is missing is never taken for zero, and no sender's total is believed.
"""

from dataclasses import replace

from services.intake.domain.commands import RecordScreening
from services.intake.domain.patient import Events, Patient, Screening
from services.intake.domain.safety import C_SSRS_HIGH, raise_hold
from shared.contracts.instruments import C_SSRS, INSTRUMENTS, triage
from shared.contracts.intake import PatientScreened
from shared.kernel.errors import Malformed, Rejected


def record_screening(command: RecordScreening, patient: Patient) -> tuple[Patient, Events]:
    """The latest answers per instrument stay on file; a late arrival is still told to others."""
    screening = _scored(command)
    held = patient.screenings.get(command.instrument)
    if held is None or held.answered_at <= screening.answered_at:
        screenings = {**patient.screenings, command.instrument: screening}
        patient = replace(patient, screenings=screenings)
    screened = PatientScreened(
        command.instrument, command.answers, screening.total, screening.answered_at
    )
    if not is_high(screening):
        return patient, (screened,)
    patient, raised = raise_hold(patient, command.at, C_SSRS_HIGH)
    return patient, (screened, *raised)


def is_complete(screening: Screening) -> bool:
    """Enough was answered to score it, or to triage it."""
    return INSTRUMENTS[screening.instrument].is_complete(screening.answers)


def is_high(screening: Screening) -> bool:
    """A yes that makes it HIGH counts even where the rest was left unanswered."""
    return screening.instrument == C_SSRS.code and triage(screening.answers) == "high"


def _scored(command: RecordScreening) -> Screening:
    instrument = INSTRUMENTS[command.instrument]
    if fault := instrument.faults(command.answers):
        raise Malformed("/data/answers", fault)
    total = instrument.total(command.answers)
    if command.total is not None and command.total != total:
        raise Rejected("total-mismatch", _mismatch(command, total))
    return Screening(command.instrument, instrument.definition, command.answers, total, command.at)


def _mismatch(command: RecordScreening, total: float | None) -> str:
    if total is None:
        return (
            f"These {command.instrument} answers have no total, {command.total:g} was sent: send"
            " the answers again without it."
        )
    return (
        f"The {command.instrument} answers come to {total:g}, {command.total:g} was sent: check"
        " the answers against the paper and send them again."
    )
