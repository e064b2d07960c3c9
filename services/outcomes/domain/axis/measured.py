"""What was measured: score, baseline, change, response and remission on the dose axis.

OUT-1, OUT-2, OUT-3.
"""

from bisect import bisect_left
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from services.outcomes.domain.axis.result import Result, exact, half_up
from services.outcomes.domain.scoring import Assessment, suicidal_item
from services.outcomes.domain.trajectory import Dose, Trajectory
from shared.contracts.instruments import INSTRUMENTS, PCL_5, PHQ_9, InstrumentCode
from shared.contracts.site import Indication, Route
from shared.kernel.policy import Policy

POLICY_KEYS = ("baseline.window_d", "response.min_percent")
_HUNDREDTH = Decimal("0.01")
_HOUR = timedelta(hours=1)


def primary_instrument(indication: Indication) -> InstrumentCode:
    """What the indication is measured by."""
    return PCL_5.code if indication == "ptsd" else PHQ_9.code


def measured(trajectory: Trajectory, policy: Policy) -> tuple[Result, ...]:
    """One result per assessment that counts, ascending by time; of states only OUT-2."""
    found = baselines(trajectory, policy)
    return tuple(
        _result(each, found.get(each.definition), trajectory, policy)
        for each in trajectory.counting
    )


def baselines(trajectory: Trajectory, policy: Policy) -> dict[str, Assessment]:
    """Per definition: the last complete assessment not after the first dose, and near it.

    What a session was like is measured after a dose and has no baseline.
    """
    if not trajectory.doses:
        return {}
    first, window = trajectory.doses[0].at, policy.days("baseline.window_d")
    return {
        each.definition: each
        for each in trajectory.counting
        if each.complete and first - window <= each.answered_at <= first
        if INSTRUMENTS[each.instrument].measures != "session"
    }


def _result(
    each: Assessment, baseline: Assessment | None, trajectory: Trajectory, policy: Policy
) -> Result:
    instrument = INSTRUMENTS[each.instrument]
    given = _doses_before(each.answered_at, trajectory)
    base = baseline.total if baseline else None
    item = suicidal_item(each.instrument, each.answers)
    item_before = suicidal_item(baseline.instrument, baseline.answers) if baseline else None
    return Result(
        assessment_id=each.id,
        instrument=each.instrument,
        definition=each.definition,
        answered_at=each.answered_at,
        complete=each.complete,
        better=instrument.better,
        primary=each.instrument == primary_instrument(trajectory.indication),
        missing_items=instrument.missing(each.answers),
        route=_route_at(each.answered_at, trajectory),
        study_day=_study_day(each.answered_at, trajectory),
        after_dose=len(given),
        since_dose_h=(each.answered_at - given[-1].at) // _HOUR if given else None,
        score=each.total,
        baseline=base,
        change=_change(each.total, base),
        percent_change=_percent_change(each.total, base),
        response=_is_response(each, base, policy) if given else None,
        remission=_is_remission(each),
        suicidal_item=item,
        suicidal_item_change=None if item is None or item_before is None else item - item_before,
    )


def _doses_before(moment: datetime, trajectory: Trajectory) -> tuple[Dose, ...]:
    doses = trajectory.doses
    return doses[: bisect_left(doses, moment, key=lambda dose: dose.at)]


def _study_day(moment: datetime, trajectory: Trajectory) -> int | None:
    if not trajectory.doses:
        return None
    return (moment.date() - trajectory.doses[0].at.date()).days


def _route_at(moment: datetime, trajectory: Trajectory) -> Route | None:
    """The route of the course then open; of what came before any course, the first one's."""
    courses = trajectory.courses
    begun = [each for each in courses if each.at <= moment] or courses[:1]
    return begun[-1].route if begun else None


@lru_cache(maxsize=8192)
def _change(score: float | None, base: float | None) -> float | None:
    """To the two decimals that a mean is given with."""
    if score is None or base is None:
        return None
    return half_up(exact(score) - exact(base), _HUNDREDTH)


@lru_cache(maxsize=8192)
def _percent_change(score: float | None, base: float | None) -> float | None:
    if score is None or not base:
        return None
    return half_up((exact(score) - exact(base)) * 100 / exact(base))


def _is_response(each: Assessment, base: float | None, policy: Policy) -> bool | None:
    if each.total is None or not base or not INSTRUMENTS[each.instrument].has_response:
        return None
    # On the exact numbers: a drop of 49.96 % is printed 50.0 and is no response.
    drop = exact(base) - exact(each.total)
    return drop * 100 >= exact(policy["response.min_percent"]) * exact(base)


def _is_remission(each: Assessment) -> bool | None:
    below = INSTRUMENTS[each.instrument].remission_below
    return None if below is None or each.total is None else each.total < below
