"""How much integration came before each result. What it did is not for one patient to show."""

from bisect import bisect_left
from dataclasses import replace

from services.outcomes.domain.axis.result import Result
from services.outcomes.domain.trajectory import Trajectory
from shared.kernel.policy import Policy


def integrated(
    found: tuple[Result, ...], trajectory: Trajectory, _policy: Policy
) -> tuple[Result, ...]:
    """`integrations`: sessions attended before the questionnaire was answered."""
    attended = [each.at for each in trajectory.integrations]
    if not attended:
        return found
    return tuple(
        replace(each, integrations=bisect_left(attended, each.answered_at)) for each in found
    )
