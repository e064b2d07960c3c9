"""An answer to a planning problem: a plan, and how far from the best it can be."""

from dataclasses import dataclass
from typing import Literal

from services.scheduling.domain.planning.problem import Plan

Status = Literal["optimal", "feasible", "greedy"]
"""`feasible`: better may be possible, up to the bound. `greedy`: nobody looked further."""


@dataclass(frozen=True, slots=True)
class Solution:
    """No plan costs less than `bound`."""

    plan: Plan
    cost: int
    bound: int
    status: Status

    @property
    def gap_percent(self) -> float:
        """How much of the cost might be saved, at the very most."""
        return round(100 * (self.cost - self.bound) / self.cost, 1) if self.cost else 0.0
