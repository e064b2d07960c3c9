"""Who is not getting better: against the patient's own baseline, and the patient's own best.

A call for a look, not a judgement of the treatment. Clinical reference 1.4; field.md N1 [P].
"""

from dataclasses import replace
from fractions import Fraction

from services.outcomes.domain.axis.result import Result, exact
from services.outcomes.domain.axis.states import RELIABLE, sdiff_squared
from services.outcomes.domain.trajectory import Trajectory
from shared.kernel.policy import Policy


def followed(
    found: tuple[Result, ...], _trajectory: Trajectory, policy: Policy
) -> tuple[Result, ...]:
    """`off_track` of what the indication is measured by, after a dose; None: it cannot be said.

    After `off_track.doses_min` doses: no change yet that patients notice. After any dose: worse by
    the published points, or reliably worse than the best score since the baseline.
    """
    best: dict[str, float] = {}
    said = []
    for each in found:
        if each.primary and each.after_dose and each.score is not None:
            best[each.definition] = _best(each, best.get(each.definition))
            each = replace(each, off_track=_is_off_track(each, best[each.definition], policy))
        said.append(each)
    return tuple(said)


def _best(each: Result, before: float | None) -> float:
    """The best score up to this one, the baseline among them."""
    known = [score for score in (each.score, each.baseline, before) if score is not None]
    return min(known) if each.better == "lower" else max(known)


def _is_off_track(each: Result, best: float, policy: Policy) -> bool | None:
    measure = policy.measures.get(each.instrument)
    if measure is None or each.score is None or each.change is None:
        return None
    lost = Fraction(exact(each.score) - exact(best))
    is_late = each.after_dose >= policy["off_track.doses_min"]
    return (
        bool(each.deteriorated)
        or lost**2 >= RELIABLE**2 * sdiff_squared(measure)
        or (is_late and each.meaningful is False)
    )
