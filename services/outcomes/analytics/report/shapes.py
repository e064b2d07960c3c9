"""The answers of the reports, part by part: what HTTP tells and what pictures draw.

Percentages have one decimal, other numbers two, both rounded half up; probabilities have four.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Measure = Literal[
    "response", "remission", "improved", "deteriorated", "completeness", "mean-change"
]
"""`improved`: by more than the error of measurement (reliable change)."""
At = Literal["latest", "end", "week-4", "month-3", "month-6"]
"""A window after the last dose so far; `latest`: the last result after any dose."""
Topic = Literal["symptoms", "suicidality", "numbness", "hopelessness", "strengths"]


@dataclass(frozen=True, slots=True)
class Count:
    value: int | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """`percent` with its Wilson 95 % interval; null where nobody is in the denominator.

    `lost`: of those who were due, how many have no result to count (OUT-8).
    """

    numerator: int | None
    denominator: int | None
    percent: float | None
    low: float | None
    high: float | None
    lost: int | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class SideBySide:
    """`observed`: those who answered in the window. `carried`: everybody due, by the last result
    after a dose until then (LOCF, never a baseline)."""

    observed: Rate
    carried: Rate


@dataclass(frozen=True, slots=True)
class Effect:
    """A standardised mean change `d`; `g`: with Hedges' J, and its 95 % interval. Positive: better.

    Divided by: `d_pre` the SD of the baseline, `d_av` the root of the mean of both variances, `d_z`
    the SD of the change.
    """

    of: Literal["d_pre", "d_av", "d_z"]
    d: float
    g: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MeanChange:
    """After minus baseline, of `n` people who have both; t interval of 95 %.

    Its sign is the instrument's (a symptom that eases is negative). Null: fewer than two people.
    """

    n: int | None
    mean: float | None
    low: float | None
    high: float | None
    sd: float | None
    effects: tuple[Effect, ...]
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class AtWindow:
    """One window. `due`: its last day is over. `improved`, `deteriorated`: reliable change."""

    window: At
    due: Count
    observed: Count
    completeness: Rate
    response: SideBySide
    remission: SideBySide
    improved: SideBySide
    deteriorated: SideBySide
    change: MeanChange
    change_carried: MeanChange


@dataclass(frozen=True, slots=True)
class OfInstrument:
    """Another instrument beside the primary one, at its latest result after a dose."""

    instrument: str
    change: MeanChange
    improved: Rate
    deteriorated: Rate


@dataclass(frozen=True, slots=True)
class Median:
    """A Kaplan-Meier median. `value` null: fewer than half have got there."""

    of: int | None
    value: float | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """People of one group who had a dose. An empty dimension: all of it.

    `period`: quarter of the first dose. `off_track`: of those with a latest result.
    """

    clinic: str
    indication: str
    route: str
    period: str
    instrument: str
    patients: Count
    with_baseline: Count
    windows: tuple[AtWindow, ...]
    days_to_response: Median
    sessions_to_response: Median
    off_track: Rate
    strengths: tuple[OfInstrument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`by`: the dimensions of the rows. `rules`, `definitions`: by which they were computed."""

    as_of: datetime
    by: tuple[str, ...]
    rules: tuple[str, ...]
    definitions: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkReport(Answer):
    items: tuple[NetworkRow, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """An ordinal, never averaged: how many are better, same or worse than at baseline.

    `present`: had it at baseline. `gone`: of those, how many have it no more; `come`: have it who
    had not; `p`: exact McNemar of the two.
    """

    n: int | None
    present: int | None
    improved: int | None
    same: int | None
    worse: int | None
    gone: int | None
    come: int | None
    p: float | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class AfterDose:
    """A group so long after dose number `after_dose`. Of `change` and `moved` one is there."""

    clinic: str
    indication: str
    route: str
    period: str
    topic: Topic
    instrument: str
    after_dose: int
    horizon: Literal["24h", "7d", "30d"]
    change: MeanChange | None
    moved: Moved | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseAxisReport(Answer):
    items: tuple[AfterDose, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """From `time` on, `survival` (0 to 1) with its log-log interval by Greenwood's variance.

    `at_risk`: just before `time`.
    """

    time: float
    at_risk: int
    events: int
    censored: int
    survival: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A group's Kaplan-Meier curve; `label` names it. Suppressed: it has no steps."""

    label: str
    patients: int | None
    events: int | None
    median: float | None
    steps: tuple[Step, ...]
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class LogRank:
    chi2: float
    df: int
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalReport(Answer):
    """`of` response: from the first dose to it, so the curve tells who has not responded yet.

    `of` durability: from the first response to its loss on consecutive visits (OUT-11).
    """

    of: Literal["response", "durability"]
    unit: Literal["d", "doses"]
    log_rank: LogRank | None
    items: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class Integrated:
    """People by how many of the integrations due before their latest result they attended."""

    attended: Literal["not-due", "none", "some", "all"]
    patients: Count
    response: Rate
    change: MeanChange


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationReport(Answer):
    """`durability`: by the integrations attended up to the first response, its time zero."""

    instrument: str
    items: tuple[Integrated, ...]
    durability: tuple[Curve, ...]
    log_rank: LogRank | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """Percent of a rate; points of the instrument of a mean change."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The funnel: where so many people of an average clinic are, 95 and 99.8 % of the time."""

    n: int
    low_95: float
    high_95: float
    low_998: float
    high_998: float


@dataclass(frozen=True, slots=True)
class Compared:
    """A clinic. `hidden`: why it may not be compared (OUT-10); then it has no numbers."""

    clinic: str
    hidden: str
    n: int | None
    numerator: int | None
    lost: int | None
    completeness: float | None
    estimate: Estimate | None
    limits: Limits | None
    outside: Literal["", "95", "99.8"]


@dataclass(frozen=True, slots=True)
class Pooled:
    """Random effects over clinics. `prediction`: where a further clinic is expected."""

    method: str
    scale: str
    clinics: int
    estimate: Estimate
    prediction: Estimate | None
    tau2: float
    i2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonReport(Answer):
    """`funnel`: the limits as a curve over n, around `centre`, the network's own value."""

    measure: Measure
    instrument: str
    window: At
    centre: float | None
    limits_method: str
    funnel: tuple[Limits, ...]
    pooled: tuple[Pooled, ...]
    items: tuple[Compared, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceReport(Answer):
    """First minus second, in percentage points, with its 95 % interval."""

    measure: Measure
    instrument: str
    window: At
    dimension: str
    first: str
    second: str
    of_first: Rate
    of_second: Rate
    difference: Estimate | None
    method: str
