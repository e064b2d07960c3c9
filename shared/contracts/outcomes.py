"""Events of outcomes: `outcomes.assessment` and `outcomes.patient` inside the network,
`outcomes.stream` for analysts.

What goes on the stream can name nobody: random tokens, study days, no clinic, no time.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.instruments import InstrumentCode
from shared.contracts.shapes import Between, Code, Id, Text
from shared.contracts.site import Indication, Route

Score = Annotated[float, Between(0, 200)]
Change = Annotated[float, Between(-200, 200)]
Definition = Annotated[str, Text(64, r"[a-z0-9][a-z0-9/.-]*")]
"""The scoring rules and their version, as `shared.contracts.instruments` names them."""
Revision = Annotated[int, Between(0, 100_000)]
"""Revision n replaces revision n-1; 0 is the first."""
StudyDay = Annotated[int, Between(-3650, 36500, "d")]
"""Days since the day of the first dose; before it: negative."""
DoseCount = Annotated[int, Between(0, 10_000)]
Window = Literal["baseline", "end", "week-4", "month-3", "month-6"]
"""`end`: 1 to 7 days after the last dose so far; the others count from that dose too."""
Horizon = Literal["24h", "7d", "30d"]
"""How long after dose number `after_dose`, before the next one."""
Reliable = Literal["improved", "unchanged", "deteriorated"]
StreamIndication = Literal[
    "treatment-resistant-depression", "chronic-depression", "ptsd", "existential-distress", "other"
]
"""`other`: too few people have this one to name it on the stream."""


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
    """An answer that needs a person: today (C-SSRS, PHQ-9 item 9), or within a business day."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One assessment on the dose axis; what inside the network and analysts are told alike.

    `route`: of the course then open. `after_dose`: doses given before it; `since_dose_h` ago the
    last of them. `rules`: the definition of the states below, with the parameters of reliable
    change: `rci` is the change in standard errors of the difference that `rc_sd` and `rc_r` give.
    `window`, `horizon`: the one result that stands for it; `off_window`: asked when the scale
    cannot show what happened. `first_response`, `relapse`: with it response began, or its loss,
    which later results have confirmed. `integrations`: attended before it. `better`: which way the
    scale is read.
    """

    route: Route | None
    instrument: InstrumentCode
    definition: Definition
    study_day: StudyDay | None
    after_dose: DoseCount
    score: Score | None
    baseline: Score | None
    change: Change | None
    percent_change: Annotated[float, Between(-10000, 10000, "%")] | None
    response: bool | None
    remission: bool | None
    suicidal_item: Annotated[int, Between(0, 10)] | None
    suicidal_item_change: Annotated[int, Between(-10, 10)] | None
    retracted: bool = False
    better: Literal["lower", "higher"] = "lower"
    primary: bool = False
    rules: Definition | None = None
    since_dose_h: Annotated[int, Between(0, 1_000_000, "h")] | None = None
    window: Window | None = None
    horizon: Horizon | None = None
    off_window: bool = False
    missing_items: Annotated[int, Between(0, 100)] = 0
    meaningful: bool | None = None
    reliable: Reliable | None = None
    rci: Annotated[float, Between(-1000, 1000)] | None = None
    rc_sd: Annotated[float, Between(0, 200)] | None = None
    rc_r: Annotated[float, Between(0, 1)] | None = None
    clinically_significant: bool | None = None
    deteriorated: bool | None = None
    off_track: bool | None = None
    first_response: bool = False
    relapse: bool = False
    integrations: DoseCount = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientResult(Measured):
    """One assessment, for the network's own reports: `outcomes.patient`, never for analysts.

    `retracted`: it was taken back or corrected, or is a repetition, so that it counts no longer.
    """

    type: ClassVar[str] = "outcomes.patient.result.v1"
    assessment_id: Id
    revision: Revision
    indication: Indication
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFollowed:
    """Where the patient is on the dose axis, for the network's own reports.

    Days are of UTC. `integrations`: attended so far.
    """

    type: ClassVar[str] = "outcomes.patient.followed.v1"
    revision: Revision
    indication: Indication
    route: Route | None
    doses: DoseCount
    integrations: DoseCount
    first_dose_on: date | None
    last_dose_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeResult(Measured):
    """One assessment on the dose axis, de-identified. Travels sealed (`StreamSealed`).

    `revision` n replaces revision n-1 of the same `result_id` (0: the first).
    `retracted`: the answers were taken back or corrected, so that this result counts no longer.
    `clinic_token`: random, only where its region has enough clinics and the clinic enough people.
    """

    type: ClassVar[str] = "outcomes.stream.result.v1"
    subject_token: Id
    result_id: Id
    revision: Revision
    indication: StreamIndication
    clinic_token: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeSubject:
    """A person on the stream, de-identified, answered anything or not. Travels sealed."""

    type: ClassVar[str] = "outcomes.stream.subject.v1"
    subject_token: Id
    revision: Revision
    indication: StreamIndication
    route: Route | None
    doses: DoseCount
    integrations: DoseCount
    last_dose_day: StudyDay | None
    clinic_token: Id | None = None


@dataclass(frozen=True, slots=True)
class StreamSealed:
    """What travels on `outcomes.stream`: a JWE (RFC 7516, compact, `dir`, A256GCM).

    Its header has the subject's token as `kid` and the event type within as `cty`; the payload is
    that type's data. The key is the subject's own. Destroying it destroys every copy of every
    record, whoever holds them (OUT-9).
    """

    type: ClassVar[str] = "outcomes.stream.sealed.v1"
    subject_token: Id
    jwe: Annotated[
        str, Text(8192, r"[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
    ]


@dataclass(frozen=True, slots=True)
class SubjectWithdrawn:
    """The person behind the token withdrew: delete every result that carries it."""

    type: ClassVar[str] = "outcomes.stream.subject-withdrawn.v1"
    subject_token: Id
