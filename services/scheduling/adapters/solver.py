"""The best course by OR-Tools CP-SAT; where it is not installed, the cheapest earliest placing.

The only door to ortools, which takes a second and much memory to import: on the first plan.
The same question gets the same answer: one worker, a fixed seed, a limit in work, not in seconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from math import ceil, gcd
from typing import Any

from services.scheduling.domain.planning.greedy import greedy, settled
from services.scheduling.domain.planning.objective import (
    DAY_MIN,
    Weights,
    integrations,
    total,
)
from services.scheduling.domain.planning.placing import Blocked
from services.scheduling.domain.planning.problem import NO_STARTS, Plan, Problem
from services.scheduling.domain.planning.solution import Solution

DETERMINISTIC_LIMIT = 1.2
WALL_LIMIT_S = 1.5


def solve(problem: Problem, by: Weights) -> Solution | Blocked:
    """The best plan found and how much better another could be; Blocked: there is none."""
    first = greedy(problem, by)
    if isinstance(first, Blocked):
        return first
    if not any(each.is_open for each in problem.sessions):
        return Solution(first, total(first, problem, by), total(first, problem, by), "optimal")
    if find_spec("ortools") is None:
        return Solution(first, total(first, problem, by), 0, "greedy")
    return _Model(problem, by).solved(first)


@dataclass
class _Model:
    """Time counts in `step` minutes from `begin`, of which every start is a multiple."""

    problem: Problem
    by: Weights
    cost: Any = 0
    starts: list[Any] = field(default_factory=list)
    leads: dict[str, Any] = field(default_factory=dict)
    led: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        from ortools.sat.python import cp_model

        self.cp = cp_model
        self.model = cp_model.CpModel()
        every = sorted({start for each in self.problem.times for start in each.anyone})
        self.begin = every[0]
        self.step = gcd(*(start - self.begin for start in every)) or 1
        self._sessions()
        self._links()
        self._days()
        self._late()
        self.model.minimize(self.cost)

    def solved(self, first: Plan) -> Solution:
        self._hint(first)
        solver = self.cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = DETERMINISTIC_LIMIT
        solver.parameters.max_time_in_seconds = WALL_LIMIT_S
        status = solver.solve(self.model)
        bound = ceil(solver.best_objective_bound - 1e-6)
        if status not in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            assert status == self.cp.UNKNOWN, "the earliest placing is a plan"
            plan = first
        else:
            plan = min(self._plan(solver), first, key=lambda each: total(each, self.problem, self.by))
        plan = settled(plan, self.problem, self.by)
        cost = total(plan, self.problem, self.by)
        proved = "optimal" if cost <= bound else "feasible"
        return Solution(plan, cost, min(bound, cost), proved)

    def _sessions(self) -> None:
        for lead in self.problem.leads:
            self.leads[lead] = self.model.new_bool_var(f"lead {lead}")
        if self.leads:
            self.model.add_exactly_one(self.leads.values())
        for session, times, attends in zip(
            self.problem.sessions, self.problem.times, self.problem.attended, strict=True
        ):
            if session.start is not None:
                self.starts.append(None)
                self.led.append(None)
                known = self.leads.get(attends)
                self.cost += self.by.of["changes"] * (1 - known if known is not None else 1)
                continue
            start = self.model.new_int_var_from_domain(self._domain(times.anyone), session.name)
            self.starts.append(start)
            self.led.append(self._led(start, times))
            for term, avoided in (("outside", times.outside), ("crowded", times.crowded)):
                if avoided:
                    liked = [each for each in times.anyone if each not in avoided]
                    self.cost += self.by.of[term] * (1 - self._if_in(start, liked, term))

    def _led(self, start: Any, times: Any) -> Any:
        led = self.model.new_bool_var("led")
        for lead, chosen in self.leads.items():
            own = times.led.get(lead, NO_STARTS)
            if own:
                self.model.add_linear_expression_in_domain(
                    start, self._domain(own)
                ).only_enforce_if(chosen, led)
            else:
                self.model.add_bool_or(~chosen, ~led)
        if not self.leads:
            self.model.add(led == 0)
        self.cost += self.by.of["changes"] * (1 - led)
        return led

    def _if_in(self, start: Any, starts: Sequence[int], name: str) -> Any:
        chosen = self.model.new_bool_var(name)
        if not starts:
            self.model.add(chosen == 0)
            return chosen
        self.model.add_linear_expression_in_domain(start, self._domain(starts)).only_enforce_if(chosen)
        return chosen

    def _links(self) -> None:
        for _, link in self.problem.links:
            later = self._minutes(link.later)
            earlier = 0 if link.earlier is None else self._minutes(link.earlier)
            self._between(later - earlier, link.least, link.most)

    def _between(self, distance: Any, least: int, most: int | None) -> None:
        if isinstance(distance, int):
            return
        self.model.add(distance >= least)
        if most is not None:
            self.model.add(distance <= most)

    def _days(self) -> None:
        horizon = ceil((self.begin + self.step - self.problem.origin) / DAY_MIN)
        sessions = self.problem.sessions
        fixed = max(
            (each.start + each.length for each in sessions if each.start is not None), default=0
        )
        least = max(0, -((self.problem.origin - fixed) // DAY_MIN))
        last = max(start for each in self.problem.times for start in each.anyone)
        longest = max(each.length for each in sessions)
        most = max(least, -((self.problem.origin - last - longest) // DAY_MIN))
        days = self.model.new_int_var(least, most, "days")
        for position, each in enumerate(sessions):
            if each.is_open:
                end = self._minutes(position) + each.length
                self.model.add(days * DAY_MIN + self.problem.origin >= end)
        self.cost += self.by.of["days"] * days

    def _late(self) -> None:
        for dose, later in integrations(self.problem.sessions):
            in_time = self.model.new_bool_var("in time")
            distance = self._minutes(later) - self._minutes(dose)
            most = self.problem.sessions[dose].length + self.by.late_after
            self.model.add(distance <= most).only_enforce_if(in_time)
            self.cost += self.by.of["late"] * (1 - in_time)

    def _minutes(self, position: int) -> Any:
        start = self.problem.sessions[position].start
        return self.starts[position] * self.step + self.begin if start is None else start

    def _domain(self, starts: Iterable[int]) -> Any:
        return self.cp.Domain.from_values([(each - self.begin) // self.step for each in starts])

    def _hint(self, plan: Plan) -> None:
        for lead, chosen in self.leads.items():
            self.model.add_hint(chosen, lead == plan.lead)
        for var, led, start, was in zip(self.starts, self.led, plan.starts, plan.led, strict=True):
            if var is not None:
                self.model.add_hint(var, (start - self.begin) // self.step)
                self.model.add_hint(led, was)

    def _plan(self, solver: Any) -> Plan:
        from services.scheduling.domain.planning.problem import plan_of
        starts = [
            solver.value(self._minutes(position)) for position in range(len(self.starts))
        ]
        lead = next((lead for lead, chosen in self.leads.items() if solver.value(chosen)), "")
        return plan_of(self.problem, lead, starts)
