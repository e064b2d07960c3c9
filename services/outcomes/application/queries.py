"""What HTTP may ask: trajectories and alerts of one clinic.

No view holds anything that leads to the analysts' stream.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from services.outcomes.application.documents import ALERTS, SUMMARIES, TRAJECTORIES
from services.outcomes.domain.axis.results import Result, primary_instrument, results
from services.outcomes.domain.counting import Because
from services.outcomes.domain.risk import WORDS
from services.outcomes.domain.trajectory import Trajectory, consenting_since
from shared.contracts.instruments import InstrumentCode
from shared.contracts.site import Indication, Route
from shared.kernel.policy import Policy
from shared.storage.reads import Read, Reads

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrajectoryLine:
    """A patient's line in the list. `responded` and `remitted`: at any time after a dose."""

    patient_id: str
    indication: Indication
    instrument: InstrumentCode
    doses: int
    baseline: float | None
    last_score: float | None
    last_after_dose: int | None
    responded: bool | None
    remitted: bool | None


@dataclass(frozen=True, slots=True)
class DoseView:
    number: int
    at: datetime
    encounter_id: str


@dataclass(frozen=True, slots=True)
class BaselineView:
    instrument: InstrumentCode
    score: float


@dataclass(frozen=True, slots=True)
class AsideView:
    """Answers that count no longer, or not twice. `by`: the assessment that counts instead."""

    assessment_id: str
    instrument: InstrumentCode
    answered_at: datetime
    because: Because
    by: str


@dataclass(frozen=True, slots=True)
class TrajectoryView:
    """The patient on the dose axis: every assessment in order of time, and what does not count."""

    patient_id: str
    indication: Indication
    instrument: InstrumentCode
    route: Route | None
    analysts_stream: bool
    doses: tuple[DoseView, ...]
    baselines: tuple[BaselineView, ...]
    results: tuple[Result, ...]
    set_aside: tuple[AsideView, ...]


@dataclass(frozen=True, slots=True)
class AlertView:
    assessment_id: str
    patient_id: str
    instrument: InstrumentCode
    rule: str
    level: str
    words: str
    answered_at: datetime


def trajectories(reads: Reads, after: str, limit: int) -> list[Read[TrajectoryLine]]:
    lines = []
    for read in reads.page(SUMMARIES, after=after, limit=limit):
        one, last = read.aggregate, read.aggregate.last
        line = TrajectoryLine(
            one.patient_id,
            one.indication,
            one.instrument,
            one.doses,
            one.baseline,
            last.score if last else None,
            last.after_dose if last else None,
            one.responded,
            one.remitted,
        )
        lines.append(_seen(read, line))
    return lines


def trajectory(reads: Reads, patient_id: str, policy: Policy) -> Read[TrajectoryView] | None:
    read = reads.get(TRAJECTORIES, patient_id)
    return _seen(read, _trajectory(read.aggregate, policy)) if read else None


def alerts(reads: Reads, after: str, limit: int) -> list[Read[AlertView]]:
    """The open ones."""
    page = reads.page(ALERTS, after=after, limit=limit, status="active")
    return [
        _seen(
            read,
            AlertView(
                one.assessment_id,
                one.patient_id,
                one.instrument,
                one.rule,
                one.level,
                WORDS[one.rule],
                one.answered_at,
            ),
        )
        for read in page
        for one in [read.aggregate]
    ]


def _trajectory(facts: Trajectory, policy: Policy) -> TrajectoryView:
    axis = results(facts, policy)
    baselines = {each.instrument: each.baseline for each in axis if each.baseline is not None}
    return TrajectoryView(
        patient_id=facts.patient_id,
        indication=facts.indication,
        instrument=primary_instrument(facts.indication),
        route=facts.courses[-1].route if facts.courses else None,
        analysts_stream=consenting_since(facts) is not None,
        doses=tuple(DoseView(each.number, each.at, each.encounter_id) for each in facts.doses),
        baselines=tuple(BaselineView(name, score) for name, score in baselines.items()),
        results=axis,
        set_aside=_set_aside(facts),
    )


def _set_aside(facts: Trajectory) -> tuple[AsideView, ...]:
    aside = facts.set_aside
    return tuple(
        AsideView(
            each.id, each.instrument, each.answered_at, aside[each.id].because, aside[each.id].by
        )
        for each in facts.corrected
    )


def _seen(read: Read[Any], view: T) -> Read[T]:
    return Read(view, read.version, read.clinic, read.cursor)
