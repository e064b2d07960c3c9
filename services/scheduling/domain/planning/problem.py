"""The whole course as a problem: what is to be placed, when it can be, and what the patient likes.

Rooms, monitors and nurses are interchangeable: only the starts at which one of each is free count,
with the therapist who leads the course, and with anyone. Who and what it is, is named afterwards.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from services.scheduling.domain.occupancy.search import Slot
from services.scheduling.domain.planning.placing import Blocked, Find, place
from services.scheduling.domain.planning.rules import RuleLink, Session, Sessions

Starts = tuple[int, ...]
"""Minutes since the epoch, ascending."""
NO_STARTS: Starts = ()


@dataclass(frozen=True, slots=True)
class Times:
    """When an open session can start: with `anyone`, or with a therapist who may lead the course.

    `outside` and `crowded` are those starts that miss the preferences, or are on a crowded day.
    """

    anyone: Starts = NO_STARTS
    led: Mapping[str, Starts] = field(default_factory=dict)
    outside: frozenset[int] = frozenset()
    crowded: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Problem:
    """`times` and `attended` are of each session: who attends what stands or was done.

    `leads`: the therapists who may lead the course. `origin`: from when its days are counted.
    """

    sessions: Sessions
    links: tuple[RuleLink, ...]
    times: tuple[Times, ...]
    attended: tuple[str, ...]
    leads: tuple[str, ...]
    origin: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A start for each session (what stands keeps its own), and which of them `lead` attends."""

    starts: tuple[int, ...]
    lead: str
    led: tuple[bool, ...]


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


def earliest_plan(problem: Problem, lead: str, domains: Sequence[Starts]) -> Plan | Blocked:
    """Every session as early as its domain allows; there is exactly one such placing, or none."""
    placing = place(problem.sessions, problem.links, find_in(problem.sessions, domains))
    if isinstance(placing, Blocked):
        return placing
    return plan_of(problem, lead, [slot.start for slot in placing])


def plan_of(problem: Problem, lead: str, starts: Sequence[int]) -> Plan:
    """The lead attends what they can."""
    led = tuple(
        is_in(start, times.led.get(lead, NO_STARTS)) if session.is_open else attends == lead
        for session, start, times, attends in zip(
            problem.sessions, starts, problem.times, problem.attended, strict=True
        )
    )
    return Plan(tuple(starts), lead, led)


def is_in(start: int, starts: Starts) -> bool:
    position = bisect_left(starts, start)
    return position < len(starts) and starts[position] == start


def find_in(sessions: Sessions, domains: Sequence[Starts]) -> Find:
    """The earliest start in a session's own domain."""
    of = dict(zip((each.name for each in sessions), domains, strict=True))

    def find(session: Session, since: int) -> Slot | None:
        starts = of[session.name]
        position = bisect_left(starts, since)
        if position == len(starts):
            return None
        return Slot(starts[position], starts[position] + session.length)

    return find
