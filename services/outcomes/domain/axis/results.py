"""Every assessment on the dose axis: a pure function of a trajectory's facts and the policy.

First what was measured, then pass by pass what it means. Nothing depends on the order in which
facts arrived (OUT-5).
"""

from services.outcomes.domain.axis.durability import lasting
from services.outcomes.domain.axis.integration import integrated
from services.outcomes.domain.axis.measured import POLICY_KEYS, measured, primary_instrument
from services.outcomes.domain.axis.off_track import followed
from services.outcomes.domain.axis.result import Pass, Result, half_up
from services.outcomes.domain.axis.states import judged
from services.outcomes.domain.axis.windows import placed
from services.outcomes.domain.trajectory import Trajectory
from shared.kernel.policy import Policy

__all__ = ["POLICY_KEYS", "Result", "half_up", "primary_instrument", "results"]

PASSES: tuple[Pass, ...] = (judged, placed, integrated, lasting, followed)


def results(trajectory: Trajectory, policy: Policy) -> tuple[Result, ...]:
    """One result per assessment that counts, ascending by time."""
    found = measured(trajectory, policy)
    for each in PASSES:
        found = each(found, trajectory, policy)
    return found
