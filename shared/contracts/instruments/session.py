"""What a session was like: MEQ30, EBI, CADSS. Process and safety, never an outcome (1.1)."""

from decimal import Decimal

from shared.contracts.instruments.definition import (
    Answered,
    Instrument,
    Licence,
    Recall,
    Subscales,
)
from shared.contracts.instruments.distress import AUTHORS
from shared.contracts.instruments.scoring import half_up, known, prorated_sum, sum_of, turned_mean

_MEQ_FACTORS: dict[str, tuple[int, ...]] = {
    "mystical": (4, 5, 6, 9, 14, 15, 16, 18, 20, 21, 23, 24, 25, 26, 28),
    "positive-mood": (2, 8, 12, 17, 27, 30),
    "transcendence": (1, 7, 11, 13, 19, 22),
    "ineffability": (3, 10, 29),
}
"""Which items are of which factor: [M], to be checked against Barrett 2015."""
_MEQ_ITEM_MAX = 5
_COMPLETE_PERCENT = 60
"""On each factor [M]. Part of the definition: another bound is another definition id."""
CADSS_6_ITEMS = (1, 2, 6, 7, 15, 22)
_PERMISSION = Licence("by-permission", False, "Use by permission of the author.")


def _percentages(answers: Answered) -> Subscales:
    return {name: _percent(sum_of(answers, items), items) for name, items in _MEQ_FACTORS.items()}


def _percent(points: float | None, items: tuple[int, ...]) -> float | None:
    if points is None:
        return None
    return half_up(Decimal(points) * 100 / (len(items) * _MEQ_ITEM_MAX), "0.1")


def complete_mystical(answers: Answered) -> bool | None:
    """At least 60 % on each of the four factors of the MEQ30; None: an answer is missing.

    On the exact sums, not on the rounded percentages.
    """
    found = [(sum_of(answers, items), len(items)) for items in _MEQ_FACTORS.values()]
    known_sums = [(points, count) for points, count in found if points is not None]
    if len(known_sums) < len(found):
        return None
    return all(
        points * 100 >= _COMPLETE_PERCENT * count * _MEQ_ITEM_MAX for points, count in known_sums
    )


def cadss_6_of(cadss: Answered) -> list[int] | None:
    """The answers of the CADSS-6 within a full CADSS; None: one of them is missing."""
    return known(cadss, CADSS_6_ITEMS)


def _short_form(answers: Answered) -> Subscales:
    return {"cadss-6": sum_of(answers, CADSS_6_ITEMS)}


MEQ30 = Instrument(
    "meq30",
    "MEQ30",
    "meq30/barrett-2015/1",
    items=30,
    item_max=_MEQ_ITEM_MAX,
    score=prorated_sum,
    total_range=(0, 150),
    recall=Recall("session"),
    licence=Licence("research", False, "Free for research; ask the authors for other use."),
    better="higher",
    measures="session",
    parts=_percentages,
)
EBI = Instrument(
    "ebi",
    "Emotional Breakthrough Inventory",
    "ebi/roseman-2019/1",
    items=6,
    item_max=100,
    score=turned_mean,
    total_range=(0, 100),
    recall=Recall("session"),
    licence=AUTHORS,
    better="higher",
    measures="session",
)
CADSS = Instrument(
    "cadss",
    "CADSS",
    "cadss/bremner-1998/1",
    items=23,
    item_max=4,
    score=prorated_sum,
    total_range=(0, 92),
    recall=Recall("now"),
    licence=_PERMISSION,
    bands=((0, "none"), (5, "dissociation")),  # above 4 [M]
    measures="session",
    answered_by="clinician",
    parts=_short_form,
)
CADSS_6 = Instrument(
    "cadss-6",
    "CADSS-6",
    "cadss-6/rodrigues-2021/1",
    items=6,
    item_max=4,
    score=prorated_sum,
    total_range=(0, 24),
    recall=Recall("now"),
    licence=_PERMISSION,
    measures="session",
    answered_by="clinician",
)
