"""Every assessment on the dose axis: a pure function of a trajectory's facts and the policy.

First what was measured, then stage by stage what it means. Nothing depends on the order in which
facts arrived (OUT-5).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.outcomes.domain.axis.durability import lasting
from services.outcomes.domain.axis.integration import integrated
from services.outcomes.domain.axis.measured import POLICY_KEYS, measured, primary_instrument
from services.outcomes.domain.axis.off_track import followed
from services.outcomes.domain.axis.result import Pass, Result, Said, half_up
from services.outcomes.domain.axis.states import judged
from services.outcomes.domain.axis.windows import placed
from services.outcomes.domain.trajectory import Trajectory
from shared.kernel.policy import Policy

__all__ = ["POLICY_KEYS", "Result", "half_up", "primary_instrument", "results"]

STAGES: tuple[tuple[Pass, ...], ...] = ((judged, placed, integrated), (lasting, followed))
"""A pass sees what the stages before its own have said. One result has dozens of fields: a stage
writes it anew once, whatever its passes say."""


def results(trajectory: Trajectory, policy: Policy) -> tuple[Result, ...]:
    """One result per assessment that counts, ascending by time."""
    found = measured(trajectory, policy)
    for stage in STAGES:
        said = [each(found, trajectory, policy) for each in stage]
        found = tuple(_with(each, said) for each in found)
    return found


def _with(each: Result, said: Sequence[Said]) -> Result:
    more: dict[str, Any] = {}
    for one in said:
        more.update(one.get(each.assessment_id, ()))
    return replace(each, **more) if more else each
