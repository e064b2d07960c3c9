"""Who is not getting better: against the patient's own baseline, and the patient's own best.

A call for a look, not a judgement of the treatment. Clinical reference 1.4; field.md N1 [P].
"""

from services.outcomes.domain.axis.direction import best, fraction, gain
from services.outcomes.domain.axis.result import Result, Said
from services.outcomes.domain.axis.states import is_reliable
from services.outcomes.domain.trajectory import Trajectory
from shared.kernel.policy import Policy


def followed(found: tuple[Result, ...], _trajectory: Trajectory, policy: Policy) -> Said:
    """`off_track` of what the indication is measured by, after a dose; None: it cannot be said.

    After `off_track.doses_min` doses: no change yet that patients notice. After any dose: worse by
    the published points, or reliably worse than the best score since the baseline.
    """
    bests: dict[str, float] = {}
    said = {}
    for each in found:
        if each.primary and each.after_dose and each.score is not None:
            known = best(each.better, each.score, each.baseline, bests.get(each.definition))
            bests[each.definition] = known
            said[each.assessment_id] = {"off_track": _is_off_track(each, known, policy)}
    return said


def _is_off_track(each: Result, own_best: float, policy: Policy) -> bool | None:
    measure = policy.measures.get(each.instrument)
    if measure is None or each.score is None or each.change is None:
        return None
    since_best = gain(fraction(each.score), fraction(own_best), each.better)
    is_late = each.after_dose >= policy["off_track.doses_min"]
    return (
        bool(each.deteriorated)
        or is_reliable(since_best, measure)
        or (is_late and each.meaningful is False)
    )
