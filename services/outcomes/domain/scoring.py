"""From answers to an assessment, with the definitions that intake scores with too.

What is missing is never taken for zero.
"""

from dataclasses import dataclass
from datetime import datetime

from services.outcomes.domain.commands import Origin, RecordAnswers
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
    """One scored questionnaire. `complete`: enough was answered for `definition` to score it."""

    id: str
    instrument: InstrumentCode
    definition: str
    answers: tuple[int | None, ...]
    total: float | None
    complete: bool
    answered_at: datetime
    origin: Origin


def assessment_id(event_id: str) -> str:
    return derive(event_id, "assessment")


def screening_assessment(screening_id: str) -> str:
    """The assessment that a screening at intake became: corrections name the screening."""
    return derive(screening_id, "screening")


def assess(command: RecordAnswers) -> Assessment:
    """The assessment; refused if the sender's total is not what the answers come to."""
    instrument = INSTRUMENTS[command.instrument]
    total = instrument.total(command.answers)
    if command.total is not None and command.total != total:
        raise Rejected("total-mismatch", _mismatch(command, total))
    return Assessment(
        id=_id(command),
        instrument=command.instrument,
        definition=instrument.definition,
        answers=command.answers,
        total=total,
        complete=instrument.is_complete(command.answers),
        answered_at=command.at,
        origin=command.origin,
    )


def _id(command: RecordAnswers) -> str:
    if command.screening_id:
        return screening_assessment(command.screening_id)
    return assessment_id(command.event_id)


def suicidal_item(instrument: InstrumentCode, answers: Answered) -> int | None:
    """What the instrument asks about suicide; None: it asks nothing, or it is not known.

    PHQ-9 item 9, MADRS item 10, QIDS item 12; of the C-SSRS screener the gravest ideation (0-5).
    """
    if instrument == C_SSRS.code:
        return gravest_ideation(answers)
    known = INSTRUMENTS[instrument]
    return known.item(answers, known.suicidal_item)


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
