"""Every assessment on the dose axis: a pure function of a trajectory's facts and the policy.

OUT-1, OUT-2, OUT-3, OUT-5. Nothing here depends on the order in which facts arrived.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from services.outcomes.domain.scoring import Assessment, suicidal_item
from services.outcomes.domain.trajectory import Trajectory
from shared.contracts.instruments import INSTRUMENTS
from shared.contracts.outcomes import Measured
from shared.contracts.site import Route
from shared.kernel.policy import Policy

POLICY_KEYS = ("baseline.window_d", "response.min_percent")
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Measured):
    """As told, with what only we know of it.

    `response` is null before a dose, and without a baseline above 0; both it and `remission` are
    null where the instrument defines none. Neither implies the other.
    """

    assessment_id: str
    answered_at: datetime


def half_up(value: Decimal) -> float:
    """To one decimal as people round: 31.25 is 31.3."""
    return float(value.quantize(_TENTH, ROUND_HALF_UP))


def results(trajectory: Trajectory, policy: Policy) -> tuple[Result, ...]:
    """One result per assessment that counts, ascending by time."""
    baselines = _baselines(trajectory, policy.days("baseline.window_d"))
    return tuple(
        _result(each, baselines.get(each.definition), trajectory, policy)
        for each in trajectory.counting
    )


def _baselines(trajectory: Trajectory, window: timedelta) -> dict[str, Assessment]:
    """Per definition: the last complete assessment not after the first dose, and near it.

    What a session was like is measured after a dose and has no baseline.
    """
    if not trajectory.doses:
        return {}
    first = trajectory.doses[0].at
    return {
        each.definition: each
        for each in trajectory.counting
        if each.complete and first - window <= each.answered_at <= first
        if INSTRUMENTS[each.instrument].measures != "session"
    }


def _result(
    each: Assessment, baseline: Assessment | None, trajectory: Trajectory, policy: Policy
) -> Result:
    after_dose = bisect_left([dose.at for dose in trajectory.doses], each.answered_at)
    base = baseline.total if baseline else None
    item = suicidal_item(each.instrument, each.answers)
    item_before = suicidal_item(baseline.instrument, baseline.answers) if baseline else None
    return Result(
        assessment_id=each.id,
        instrument=each.instrument,
        definition=each.definition,
        answered_at=each.answered_at,
        route=_route_at(each.answered_at, trajectory),
        study_day=_study_day(each.answered_at, trajectory),
        after_dose=after_dose,
        score=each.total,
        baseline=base,
        change=_change(each.total, base),
        percent_change=_percent_change(each.total, base),
        response=_is_response(each, base, policy) if after_dose else None,
        remission=_is_remission(each),
        suicidal_item=item,
        suicidal_item_change=None if item is None or item_before is None else item - item_before,
    )


def _study_day(moment: datetime, trajectory: Trajectory) -> int | None:
    if not trajectory.doses:
        return None
    return (moment.date() - trajectory.doses[0].at.date()).days


def _route_at(moment: datetime, trajectory: Trajectory) -> Route | None:
    """The route of the course then open; of what came before any course, the first one's."""
    courses = trajectory.courses
    begun = [each for each in courses if each.at <= moment] or courses[:1]
    return begun[-1].route if begun else None


def _change(score: float | None, base: float | None) -> float | None:
    """To the two decimals that a mean is given with."""
    return None if score is None or base is None else round(score - base, 2)


def _percent_change(score: float | None, base: float | None) -> float | None:
    if score is None or not base:
        return None
    return half_up((Decimal(score) - Decimal(base)) * 100 / Decimal(base))


def _is_response(each: Assessment, base: float | None, policy: Policy) -> bool | None:
    if each.total is None or not base or not INSTRUMENTS[each.instrument].has_response:
        return None
    # On the exact numbers: a drop of 49.96 % is printed 50.0 and is no response.
    return (base - each.total) * 100 >= policy["response.min_percent"] * base


def _is_remission(each: Assessment) -> bool | None:
    below = INSTRUMENTS[each.instrument].remission_below
    return None if below is None or each.total is None else each.total < below
