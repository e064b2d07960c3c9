"""From answers to an assessment, with the definitions that intake scores with too.

What is missing is never taken for zero.
"""

from dataclasses import dataclass
from datetime import datetime

from services.outcomes.domain.commands import Mode, Origin, RecordAnswers
from shared.contracts.instruments import (
    C_SSRS,
    INSTRUMENTS,
    Answered,
    InstrumentCode,
    gravest_ideation,
)
from shared.kernel.errors import Rejected
from shared.kernel.identifiers import derive


@dataclass(frozen=True, slots=True)
class Assessment:
    """One scored questionnaire. `complete`: enough was answered for `definition` to score it.

    `amends`: the assessment that it corrects; of several corrections of one the highest `sequence`
    of their source is the last word. `mode`: how it was answered.
    """

    id: str
    instrument: InstrumentCode
    definition: str
    answers: tuple[int | None, ...]
    total: float | None
    complete: bool
    answered_at: datetime
    origin: Origin
    amends: str = ""
    sequence: int = 0
    mode: Mode = "unknown"


def assessment_id(event_id: str) -> str:
    return derive(event_id, "assessment")


def screening_assessment(screening_id: str) -> str:
    """The assessment that a screening at intake became: corrections name the screening."""
    return derive(screening_id, "screening")


def assess(command: RecordAnswers) -> Assessment:
    """The assessment; refused if it is of other rules than ours, or the sender's total is not what
    the answers come to."""
    instrument = INSTRUMENTS[command.instrument]
    if command.definition and command.definition != instrument.definition:
        raise Rejected("unknown-definition", _other_rules(command, instrument.definition))
    total = instrument.total(command.answers)
    if command.total is not None and command.total != total:
        raise Rejected("total-mismatch", _mismatch(command, total) + _risk_in(command))
    return Assessment(
        id=command.assessment_id or assessment_id(command.event_id),
        instrument=command.instrument,
        definition=instrument.definition,
        answers=command.answers,
        total=total,
        complete=instrument.is_complete(command.answers),
        answered_at=command.at,
        origin=command.origin,
        amends=command.amends,
        sequence=command.sequence,
        mode=command.mode,
    )


def suicidal_item(instrument: InstrumentCode, answers: Answered) -> int | None:
    """What the instrument asks about suicide; None: it asks nothing, or it is not known.

    PHQ-9 item 9, MADRS item 10, QIDS item 12; of the C-SSRS screener the gravest ideation (0-5).
    """
    if instrument == C_SSRS.code:
        return gravest_ideation(answers)
    known = INSTRUMENTS[instrument]
    return known.item(answers, known.suicidal_item)


def _other_rules(command: RecordAnswers, ours: str) -> str:
    return (
        f"{command.instrument} is scored here by {ours}, {command.definition} was sent: fill in"
        f" the form that {ours} is for, and send these answers."
    )


def _risk_in(command: RecordAnswers) -> str:
    """What nobody may wait for: a refused step keeps nothing and raises no alert (OUT-4)."""
    item = suicidal_item(command.instrument, command.answers)
    if not item:
        return ""
    return f" The answer about suicide is {item}: see the patient today, whatever the total."


def _mismatch(command: RecordAnswers, total: float | None) -> str:
    if total is None:
        return (
            f"These {command.instrument} answers have no total, {command.total:g} was sent: "
            "send the answers again without it."
        )
    return (
        f"The {command.instrument} answers add up to {total:g}, {command.total:g} was sent: "
        "check the answers against the paper and send them again."
    )
