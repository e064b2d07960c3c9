"""The instruments: items, ranges, bands and scoring (clinical reference, sections 1.1 and 1.3).

Pure definitions: intake and outcomes score with the same code. Item text is not here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

InstrumentCode = Literal["phq-9", "gad-7", "pcl-5", "c-ssrs-screener"]
Answered = Sequence[int | None]
Triage = Literal["none", "low", "moderate", "high"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """`definition` names the scoring rules and their version; a result stores it.

    `never_prorated` are items (from 1) that a mean may not stand in for.
    """

    code: InstrumentCode
    definition: str
    items: int
    item_max: int
    missing_allowed: int
    bands: tuple[tuple[int, str], ...]
    remission_below: float | None
    score: Callable[["Instrument", Answered], float | None]
    suicidal_item: int | None = None
    never_prorated: tuple[int, ...] = ()

    def faults(self, answers: Answered) -> str:
        """Why these answers cannot be of this instrument; empty if they can."""
        if len(answers) != self.items:
            return f"{self.code} has {self.items} items, {len(answers)} were given"
        for number, answer in enumerate(answers, 1):
            if answer is not None and not 0 <= answer <= self.item_max:
                return f"item {number} is {answer}, the range is 0 to {self.item_max}"
        return ""

    def total(self, answers: Answered) -> float | None:
        """The score, or None where too much is missing to have one."""
        return self.score(self, answers)

    def band(self, total: float) -> str:
        return [name for floor, name in self.bands if total >= floor][-1]

    def item(self, answers: Answered, number: int | None) -> int | None:
        return answers[number - 1] if number else None


def _prorated_sum(instrument: Instrument, answers: Answered) -> float | None:
    given = [answer for answer in answers if answer is not None]
    missing = instrument.items - len(given)
    vital = any(answers[item - 1] is None for item in instrument.never_prorated)
    if missing > instrument.missing_allowed or vital:
        return None
    # Half up, in whole numbers: round() would take 4.5 down to 4, below a cut-off of 5.
    return float((2 * sum(given) * instrument.items + len(given)) // (2 * len(given)))


def _no_total(_instrument: Instrument, _answers: Answered) -> float | None:
    return None  # the C-SSRS is never summed: it is triaged


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


PHQ_9 = Instrument(
    "phq-9",
    "phq-9/kroenke-2001/1",
    items=9,
    item_max=3,
    missing_allowed=2,
    bands=(
        (0, "minimal"),
        (5, "mild"),
        (10, "moderate"),
        (15, "moderately-severe"),
        (20, "severe"),
    ),
    remission_below=5,
    score=_prorated_sum,
    suicidal_item=9,
    never_prorated=(9,),
)
GAD_7 = Instrument(
    "gad-7",
    "gad-7/spitzer-2006/1",
    items=7,
    item_max=3,
    missing_allowed=1,
    bands=((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "severe")),
    remission_below=5,
    score=_prorated_sum,
)
PCL_5 = Instrument(
    "pcl-5",
    "pcl-5/weathers-2013/1",
    items=20,
    item_max=4,
    missing_allowed=0,
    bands=((0, "below-cut-off"), (31, "probable-ptsd")),
    remission_below=None,
    score=_prorated_sum,
)
C_SSRS = Instrument(
    "c-ssrs-screener",
    "c-ssrs-screener/columbia-triage/1",
    items=7,
    item_max=1,
    missing_allowed=0,
    bands=(),
    remission_below=None,
    score=_no_total,
)
INSTRUMENTS: dict[str, Instrument] = {i.code: i for i in (PHQ_9, GAD_7, PCL_5, C_SSRS)}
