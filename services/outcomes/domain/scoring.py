"""From answers to an assessment, with the definitions that intake scores with too.

What is missing is never taken for zero.
"""

from dataclasses import dataclass
from datetime import datetime

from services.outcomes.domain.commands import Origin, RecordAnswers
from shared.contracts.instruments import C_SSRS, INSTRUMENTS, Answered, InstrumentCode
from shared.kernel.errors import Rejected
from shared.kernel.identifiers import derive

IDEATION_ITEMS = 5


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


def assess(command: RecordAnswers) -> Assessment:
    """The assessment; refused if the sender's total is not what the answers come to."""
    instrument = INSTRUMENTS[command.instrument]
    total = instrument.total(command.answers)
    if command.total is not None and command.total != total:
        raise Rejected("total-mismatch", _mismatch(command, total))
    return Assessment(
        id=assessment_id(command.event_id),
        instrument=command.instrument,
        definition=instrument.definition,
        answers=command.answers,
        total=total,
        complete=_is_complete(command.instrument, command.answers, total),
        answered_at=command.at,
        origin=command.origin,
    )


def suicidal_item(instrument: InstrumentCode, answers: Answered) -> int | None:
    """PHQ-9 item 9, or the gravest ideation (0-5) of the C-SSRS screener; None: not known."""
    if instrument == C_SSRS.code:
        return _gravest_ideation(answers)
    known = INSTRUMENTS[instrument]
    return known.item(answers, known.suicidal_item)


def _is_complete(code: InstrumentCode, answers: Answered, total: float | None) -> bool:
    if code != C_SSRS.code:
        return total is not None
    thoughts, method, intent, plan, ever, recent = answers[1:]
    asked = [answers[0], thoughts, ever]
    # The screener leaves out questions 3-5 after a no to 2, and 7 after a no to 6.
    asked += [method, intent, plan] if thoughts else []
    asked += [recent] if ever else []
    return None not in asked


def _gravest_ideation(answers: Answered) -> int | None:
    if said_yes := [item for item, answer in enumerate(answers[:IDEATION_ITEMS], 1) if answer]:
        return max(said_yes)
    is_denied = answers[0] is not None and answers[1] is not None
    return 0 if is_denied else None


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
