"""How much integration came before each result. What it did is not for one patient to show."""

from bisect import bisect_left

from services.outcomes.domain.axis.result import Result, Said
from services.outcomes.domain.trajectory import Trajectory
from shared.kernel.policy import Policy


def integrated(found: tuple[Result, ...], trajectory: Trajectory, _policy: Policy) -> Said:
    """`integrations`: sessions attended before the questionnaire was answered."""
    attended = [each.at for each in trajectory.integrations]
    counts = [(each.assessment_id, bisect_left(attended, each.answered_at)) for each in found]
    return {name: {"integrations": count} for name, count in counts if count}
