"""What an instrument is: its items, ranges, scoring, bands and triggers (clinical reference 1).

Pure definitions: intake and outcomes score with the same code. Item text is not here, because it
has licences of its own; `shared.codec.questionnaires` loads it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

InstrumentCode = Literal[
    "phq-9",
    "gad-7",
    "pcl-5",
    "c-ssrs-screener",
    "madrs",
    "qids-sr16",
    "bhs",
    "who-5",
    "brs",
    "dadds",
    "ds-ii",
    "meq30",
    "cadss",
    "cadss-6",
    "shaps",
    "shaps-likert",
    "ebi",
    "audit",
    "dast-10",
    "let",
]
Answered = Sequence[int | None]
"""One answer per item, in order; None: not answered, which never means 0."""
Subscales = Mapping[str, float | None]
Measures = Literal["outcome", "session", "substance-use"]
"""`session`: what a session was like, never a baseline. `substance-use`: 42 CFR Part 2, so it is
kept from the analysts (clinical reference 6)."""


@dataclass(frozen=True, slots=True)
class Recall:
    """What the questions look back on. `days` where it is a number of days."""

    kind: Literal["days", "few-days", "now", "session", "trait", "lifetime"]
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """Who may show the items' text. `embed`: the software may carry it (clinical reference 1.5)."""

    id: str
    embed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Loinc:
    """LOINC codes, where clinical reference 5 gives them. `answers`: one code per value from 0.

    `result` is what comes out: the total, of the C-SSRS screener the risk level.
    """

    panel: str
    items: tuple[str, ...]
    result: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trigger:
    """Answers that call for a person (clinical reference 1.4): any of `items`, or else the total.

    Met from the policy's value of `policy_key`, or from `bound` where the published rule fixes it;
    with `or_risen` also by any rise since the last time.
    """

    action: str
    items: tuple[int, ...]
    source: str
    policy_key: str = ""
    bound: float | None = None
    or_risen: bool = False


@dataclass(frozen=True, slots=True)
class Instrument:
    """`definition` names the scoring rules and their version; a result stores it.

    `never_prorated` are items (from 1, as everywhere) that a mean may not stand in for; `reversed`
    items count from the other end; `choices` are the only values of an item; of `either` pairs one
    is answered; `asked_after_yes` are (item, the question that a yes to leads to it).
    `total_range` is None where the answers are never summed.
    """

    code: InstrumentCode
    title: str
    definition: str
    items: int
    item_max: int
    score: Callable[["Instrument", Answered], float | None]
    total_range: tuple[float, float] | None
    recall: Recall
    licence: Licence
    item_min: int = 0
    missing_allowed: int = 0
    bands: tuple[tuple[float, str], ...] = ()
    better: Literal["lower", "higher"] = "lower"
    has_response: bool = False
    remission_below: float | None = None
    measures: Measures = "outcome"
    answered_by: Literal["self", "clinician"] = "self"
    suicidal_item: int | None = None
    never_prorated: tuple[int, ...] = ()
    reversed: tuple[int, ...] = ()
    choices: tuple[tuple[int, tuple[int, ...]], ...] = ()
    either: tuple[tuple[int, int], ...] = ()
    asked_after_yes: tuple[tuple[int, int], ...] = ()
    triggers: tuple[Trigger, ...] = ()
    loinc: Loinc | None = None
    parts: Callable[[Answered], Subscales] | None = None
    possible: frozenset[int | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        every = frozenset({None, *range(self.item_min, self.item_max + 1)})
        object.__setattr__(self, "possible", every)

    def faults(self, answers: Answered) -> str:
        """Why these answers cannot be of this instrument; empty if they can."""
        if len(answers) != self.items:
            return f"{self.code} has {self.items} items, {len(answers)} were given"
        if not self.possible.issuperset(answers):
            return self._outside(answers)
        return self._odd(answers) if self.choices or self.either else ""

    def total(self, answers: Answered) -> float | None:
        """The score, or None where too much is missing to have one."""
        return self.score(self, answers)

    def is_complete(self, answers: Answered) -> bool:
        """Enough was answered to score it or, where nothing is summed, all that had to be asked."""
        if self.total_range:
            return self.total(answers) is not None
        return self.missing(answers) == 0

    def missing(self, answers: Answered) -> int:
        """How many items that had to be asked were not answered; of an `either` pair it is one."""
        asked_after = dict(self.asked_after_yes)
        blank = sum(
            answer is None and (item not in asked_after or bool(answers[asked_after[item] - 1]))
            for item, answer in enumerate(answers, 1)
        )
        spare = sum(
            answers[one - 1] is None or answers[two - 1] is None for one, two in self.either
        )
        return blank - spare

    def subscales(self, answers: Answered) -> Subscales:
        """Parts of the whole by name, None where not known; empty where the instrument has none."""
        return self.parts(answers) if self.parts else {}

    def band(self, total: float) -> str:
        """The name of the band that a total is in; empty where none are published."""
        return next((name for floor, name in reversed(self.bands) if total >= floor), "")

    def item(self, answers: Answered, number: int | None) -> int | None:
        return answers[number - 1] if number else None

    def values(self, item: int) -> tuple[int, ...]:
        """Every value that the item may be answered with."""
        return dict(self.choices).get(item) or tuple(range(self.item_min, self.item_max + 1))

    def _outside(self, answers: Answered) -> str:
        low, high = self.item_min, self.item_max
        return next(
            f"item {number} is {answer}, the range is {low} to {high}"
            for number, answer in enumerate(answers, 1)
            if answer is not None and not low <= answer <= high
        )

    def _odd(self, answers: Answered) -> str:
        for item, values in self.choices:
            if (answer := answers[item - 1]) is not None and answer not in values:
                return f"item {item} is {answer}, it can be {', '.join(map(str, values))}"
        for one, other in self.either:
            if answers[one - 1] is not None and answers[other - 1] is not None:
                return f"items {one} and {other} are both answered: send null for one of them"
        return ""
