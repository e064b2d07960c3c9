"""Questionnaires at intake: kept item by item, scored again here, triaged for suicide risk.

What is missing is never taken for zero, and no sender's total is believed.
"""

from dataclasses import replace

from services.intake.domain.commands import RecordScreening
from services.intake.domain.evidence import entries
from services.intake.domain.evidence.kinds import Screening
from services.intake.domain.patient import Events, Patient
from services.intake.domain.safety import C_SSRS_HIGH, raise_hold
from shared.contracts.instruments import C_SSRS, INSTRUMENTS, triage
from shared.contracts.intake import PatientScreened
from shared.kernel.errors import Malformed, Rejected


def record_screening(command: RecordScreening, patient: Patient) -> tuple[Patient, Events]:
    """All answers are kept; a late arrival is still told to others, at its own time."""
    screening = _scored(command, patient)
    patient = replace(patient, screenings=entries.added(patient.screenings, screening))
    told = _told(screening, patient)
    if not is_high(screening):
        return patient, told
    patient, raised = raise_hold(patient, command.at, C_SSRS_HIGH)
    return patient, (*told, *raised)


def is_complete(screening: Screening) -> bool:
    """Enough was answered to score it, or to triage it."""
    return INSTRUMENTS[screening.instrument].is_complete(screening.answers)


def is_high(screening: Screening) -> bool:
    """A yes that makes it HIGH counts even where the rest was left unanswered."""
    return screening.instrument == C_SSRS.code and triage(screening.answers) == "high"


def is_moderate(screening: Screening) -> bool:
    return screening.instrument == C_SSRS.code and triage(screening.answers) == "moderate"


def _told(screening: Screening, patient: Patient) -> Events:
    """An amendment that a later one overtook is kept here, and nobody else's concern."""
    supersedes = ""
    if screening.root != screening.id:
        if not entries.is_the_latest_word(screening, patient.screenings):
            return ()
        before = entries.replaced_by(screening, patient.screenings)
        supersedes = before.id if before else ""
    screened = PatientScreened(
        screening.instrument,
        screening.answers,
        screening.total,
        screening.at,
        screening.id,
        supersedes,
    )
    return (screened,)


def _scored(command: RecordScreening, patient: Patient) -> Screening:
    instrument = INSTRUMENTS[command.instrument]
    if fault := instrument.faults(command.answers):
        raise Malformed("/data/answers", fault)
    total = instrument.total(command.answers)
    if command.total is not None and command.total != total:
        raise Rejected("total-mismatch", _mismatch(command, total))
    root, at = patient.place(command, command.instrument, patient.screenings)
    return Screening(
        id=command.event_id,
        root=root,
        at=at,
        stated_at=command.at,
        instrument=command.instrument,
        definition=instrument.definition,
        answers=command.answers,
        total=total,
    )


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
