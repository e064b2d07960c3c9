"""Events of outcomes: `outcomes.assessment` inside the network, `outcomes.stream` for analysts.

What goes on the stream can name nobody: random subject token, study days, no clinic, no time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.instruments import InstrumentCode
from shared.contracts.shapes import Between, Code, Id, Text
from shared.contracts.site import Indication, Route

Score = Annotated[float, Between(0, 200)]
Change = Annotated[float, Between(-200, 200)]
Definition = Annotated[str, Text(64, r"[a-z0-9][a-z0-9/.-]*")]
"""The scoring rules and their version, as `shared.contracts.instruments` names them."""


@dataclass(frozen=True, slots=True)
class AssessmentScored:
    type: ClassVar[str] = "outcomes.assessment.scored.v1"
    assessment_id: Id
    instrument: InstrumentCode
    total: Score | None
    complete: bool
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class RiskRaised:
    """An answer that needs a person today: PHQ-9 item 9, or a high C-SSRS triage."""

    type: ClassVar[str] = "outcomes.assessment.risk-raised.v1"
    assessment_id: Id
    instrument: InstrumentCode
    rule: Code
    level: Literal["moderate", "high"]


@dataclass(frozen=True, slots=True)
class ProgressJudged:
    """What the doses have done so far by one instrument, against the baseline.

    `response`: at least half of the symptoms gone; `meaningful`: a change that patients notice
    (MCID). None: it cannot be said, for want of a baseline or of answers.
    """

    type: ClassVar[str] = "outcomes.assessment.progress-judged.v1"
    assessment_id: Id
    instrument: InstrumentCode
    after_dose: Annotated[int, Between(1, 10_000)]
    response: bool | None
    meaningful: bool | None


@dataclass(frozen=True, slots=True)
class OutcomeResult:
    """One assessment on the dose axis, de-identified.

    `study_day`: days since the first dose (before it: negative). `after_dose`: doses given before
    this assessment. `revision` n replaces revision n-1 of the same `result_id` (0: the first).
    `retracted`: the answers were taken back or corrected, so that this result counts no longer.
    """

    type: ClassVar[str] = "outcomes.stream.result.v1"
    subject_token: Id
    result_id: Id
    revision: Annotated[int, Between(0, 100000)]
    indication: Indication
    route: Route | None
    instrument: InstrumentCode
    definition: Definition
    study_day: Annotated[int, Between(-3650, 36500, "d")] | None
    after_dose: Annotated[int, Between(0, 10_000)]
    score: Score | None
    baseline: Score | None
    change: Change | None
    percent_change: Annotated[float, Between(-10000, 10000, "%")] | None
    response: bool | None
    remission: bool | None
    suicidal_item: Annotated[int, Between(0, 10)] | None
    suicidal_item_change: Annotated[int, Between(-10, 10)] | None
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class SubjectWithdrawn:
    """The person behind the token withdrew: delete every result that carries it."""

    type: ClassVar[str] = "outcomes.stream.subject-withdrawn.v1"
    subject_token: Id
