"""Where higher is better: the WHO-5 in percent, the BRS, a mean, and the LET, purpose in life."""

from shared.contracts.instruments.definition import Answered, Instrument, Licence, Recall
from shared.contracts.instruments.distress import AUTHORS
from shared.contracts.instruments.scoring import prorated_sum, turned_mean, turned_sum

_TO_PERCENT = 4


def _percentage(instrument: Instrument, answers: Answered) -> float | None:
    raw = prorated_sum(instrument, answers)
    return None if raw is None else raw * _TO_PERCENT


WHO_5 = Instrument(
    "who-5",
    "WHO-5",
    "who-5/percentage/1",
    items=5,
    item_max=5,
    score=_percentage,
    total_range=(0, 100),
    recall=Recall("days", 14),
    licence=Licence("cc-by-nc-sa-3.0-igo", False, "Not for commercial use; share alike."),
    bands=(
        (0, "depression-likely"),  # up to 28 % [M]
        (32, "screen-for-depression"),  # up to 50 %, that is a raw sum below 13 (S35)
        (52, "above-cut-off"),
    ),
    better="higher",
)
BRS = Instrument(
    "brs",
    "Brief Resilience Scale",
    "brs/smith-2008/1",
    items=6,
    item_min=1,
    item_max=5,
    score=turned_mean,
    total_range=(1, 5),
    recall=Recall("trait"),
    licence=Licence("non-commercial", False, "Free for non-commercial use, else by permission."),
    bands=((1, "low"), (3, "normal"), (4.31, "high")),  # [M]
    better="higher",
    reversed=(2, 4, 6),
)
LET = Instrument(
    "let",
    "Life Engagement Test",
    "let/scheier-2006/1",
    items=6,
    item_min=1,
    item_max=5,
    score=turned_sum,
    total_range=(6, 30),  # Scheier 2006 [M]: purpose in life; no bands are published
    recall=Recall("trait"),
    licence=AUTHORS,
    better="higher",
    reversed=(1, 3, 5),
)
