"""Suicide risk: the C-SSRS screener, which is triaged and never summed."""

from typing import Literal

from shared.contracts.instruments.definition import (
    Answered,
    Instrument,
    Licence,
    Loinc,
    Recall,
    Subscales,
    Trigger,
)
from shared.contracts.instruments.scoring import not_summed

Triage = Literal["none", "low", "moderate", "high"]
_IDEATION_ITEMS, _EVER, _RECENT = 5, 6, 7


def triage(answers: Answered) -> Triage:
    """C-SSRS screener level. Items: Q1-Q5 ideation past month, Q6 ever, Q7 past 3 months (0/1).

    HIGH: Q4, Q5 or behaviour in the past 3 months; MODERATE: Q3 or earlier behaviour;
    LOW: only Q1 or Q2 (Columbia Protocol triage).
    """
    q1, q2, q3, q4, q5, ever, recent = (bool(answer) for answer in answers)
    if q4 or q5 or recent:
        return "high"
    if q3 or ever:
        return "moderate"
    return "low" if q1 or q2 else "none"


def gravest_ideation(answers: Answered) -> int | None:
    """The number of the gravest ideation said yes to, 0 for none; None: not known."""
    if said_yes := [item for item, answer in enumerate(answers[:_IDEATION_ITEMS], 1) if answer]:
        return max(said_yes)
    is_denied = answers[0] is not None and answers[1] is not None
    return 0 if is_denied else None


def _ordinals(answers: Answered) -> Subscales:
    """Behaviour never means none of it lately: the screener then leaves out question 7."""
    ever, recent = answers[_EVER - 1], answers[_RECENT - 1]
    return {
        "ideation": gravest_ideation(answers),
        "behaviour-ever": ever,
        "behaviour-recent": 0 if recent is None and ever == 0 else recent,
    }


C_SSRS = Instrument(
    "c-ssrs-screener",
    "C-SSRS screener",
    "c-ssrs-screener/columbia-triage/1",
    items=7,
    item_max=1,
    score=not_summed,
    total_range=None,
    recall=Recall("lifetime", 30),
    licence=Licence(
        "columbia-no-cost", True, "No cost or licence to put it into a health provider's record."
    ),
    answered_by="clinician",
    asked_after_yes=((3, 2), (4, 2), (5, 2), (7, 6)),
    triggers=(
        Trigger("safety-hold", (4, 5, 7), "1.4; S17", bound=1),
        Trigger("clinician-assessment", (3, 6), "1.1, 2.7 [M]", bound=1),
    ),
    loinc=Loinc(
        panel="93373-9",
        items=(
            *("93246-7", "93247-5", "93248-3", "93249-1", "93250-9"),
            *("93267-3", "93269-9"),
        ),
        result="93374-7",
    ),
    parts=_ordinals,
)
