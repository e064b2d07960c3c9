"""What a plan costs, in whole numbers: the one scale on which two plans are compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from services.scheduling.domain.planning.problem import Plan, Problem, Times
from services.scheduling.domain.planning.rules import Sessions
from shared.kernel.policy import Policy

TermName = Literal["days", "changes", "outside", "late", "crowded"]
DAY_MIN = 24 * 60
WEIGHT_KEYS: dict[TermName, str] = {
    "days": "plan.weight_day",
    "changes": "plan.weight_change",
    "outside": "plan.weight_outside",
    "late": "plan.weight_late",
    "crowded": "plan.weight_crowded",
}
WORDS: dict[TermName, str] = {
    "days": "days from the time asked for until the course is complete, a started one counted",
    "changes": "sessions without the therapist who leads the course",
    "outside": "sessions outside the days and hours that the patient prefers",
    "late": "integrations later in their window than is best",
    "crowded": "sessions on a day whose rooms are nearly all taken",
}
UNITS: dict[TermName, str] = {
    "days": "d",
    "changes": "1",
    "outside": "1",
    "late": "1",
    "crowded": "1",
}


@dataclass(frozen=True, slots=True)
class Weights:
    """What one of each term costs. `late_after`: minutes after the end of a dose."""

    of: dict[TermName, int]
    late_after: int


@dataclass(frozen=True, slots=True)
class Cost:
    """`count` of `unit` at `weight` each; `words` say what is counted."""

    term: TermName
    count: int
    unit: str
    weight: int
    words: str

    @property
    def cost(self) -> int:
        return self.count * self.weight


def weights(policy: Policy) -> Weights:
    of = {term: round(policy[key]) for term, key in WEIGHT_KEYS.items()}
    return Weights(of, round(policy["plan.late_after_h"] * 60))


def costs(plan: Plan, problem: Problem, by: Weights) -> tuple[Cost, ...]:
    """Each term of the objective, in the order of WEIGHT_KEYS."""
    counts = {
        "days": _days(plan, problem),
        "changes": sum(not led for led in plan.led),
        "outside": sum(start in each.outside for start, each in _open(plan, problem)),
        "late": len(late(plan, problem, by)),
        "crowded": sum(start in each.crowded for start, each in _open(plan, problem)),
    }
    return tuple(
        Cost(term, counts[term], UNITS[term], by.of[term], WORDS[term]) for term in WEIGHT_KEYS
    )


def total(plan: Plan, problem: Problem, by: Weights) -> int:
    return sum(each.cost for each in costs(plan, problem, by))


def integrations(sessions: Sessions) -> Iterator[tuple[int, int]]:
    """(dose, its integration) wherever the integration is still to be placed."""
    for position, session in enumerate(sessions):
        if session.kind == "integration" and session.is_open:
            yield position - 1, position


def late(plan: Plan, problem: Problem, by: Weights) -> tuple[int, ...]:
    """The integrations that start later after their dose than is best."""
    return tuple(
        later
        for dose, later in integrations(problem.sessions)
        if plan.starts[later] > plan.starts[dose] + problem.sessions[dose].length + by.late_after
    )


def days_until(end: int, origin: int) -> int:
    return max(0, -((origin - end) // DAY_MIN))


def _days(plan: Plan, problem: Problem) -> int:
    sessions = zip(plan.starts, problem.sessions, strict=True)
    return days_until(max(start + each.length for start, each in sessions), problem.origin)


def _open(plan: Plan, problem: Problem) -> Iterator[tuple[int, Times]]:
    for start, times, session in zip(plan.starts, problem.times, problem.sessions, strict=True):
        if session.is_open:
            yield start, times
