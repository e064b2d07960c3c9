"""The best course by OR-Tools CP-SAT; where it is not installed, the cheapest earliest placing.

The only door to ortools. To import it takes a second and much memory: only who plans pays that.
The same question gets the same answer: one worker, a fixed seed, a limit in work done; the limit
in seconds is for machines too slow to do that work in time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from math import ceil, gcd
from threading import Lock
from typing import Any

from services.scheduling.domain.planning.greedy import greedy, settled
from services.scheduling.domain.planning.objective import (
    DAY_MIN,
    TermName,
    Weights,
    days_until,
    integrations,
    total,
)
from services.scheduling.domain.planning.placing import Blocked
from services.scheduling.domain.planning.problem import (
    NO_STARTS,
    Plan,
    Problem,
    Solution,
    Times,
    plan_of,
)
from shared.kernel.errors import Unavailable

WORK_LIMIT, WALL_LIMIT_S = 1.2, 1.2
"""Work is in the solver's own seconds, which are counted in steps, not measured."""
_ONE_AT_A_TIME = Lock()


def solve(problem: Problem, by: Weights) -> Solution | Blocked:
    """The best plan that was found, and how much better another could be. Blocked: there is none.

    Raises Unavailable while this process solves another one.
    """
    first = greedy(problem, by)
    if isinstance(first, Blocked):
        return first
    cost = total(first, problem, by)
    if not any(each.is_open for each in problem.sessions):
        return Solution(first, cost, cost, "optimal")
    if find_spec("ortools") is None:
        return Solution(first, cost, 0, "greedy")
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise Unavailable("another course is being planned")
    try:
        return _Model(problem, by).solved(first)
    finally:
        _ONE_AT_A_TIME.release()


@dataclass
class _Model:
    """Time counts in `step` minutes from `begin`, of which every start is a multiple.

    `starts` and `led` are by position; what stands has none.
    """

    problem: Problem
    by: Weights
    cost: Any = 0
    starts: dict[int, Any] = field(default_factory=dict)
    led: dict[int, Any] = field(default_factory=dict)
    leads: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from ortools.sat.python import cp_model

        self.cp, self.model = cp_model, cp_model.CpModel()
        every = {start for each in self.problem.times for start in each.anyone}
        self.begin, self.end = min(every), max(every)
        self.step = gcd(*(start - self.begin for start in every)) or 1
        self._leads()
        for position, times in enumerate(self.problem.times):
            if self.problem.sessions[position].is_open:
                self._session(position, times)
        self._links()
        self._days()
        self._late()
        self.model.minimize(self.cost)

    def solved(self, first: Plan) -> Solution:
        self._hint(first)
        solver = self.cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = WORK_LIMIT
        solver.parameters.max_time_in_seconds = WALL_LIMIT_S
        solver.parameters.cp_model_probing_level = 0  # takes longer than to solve these models
        solver.parameters.symmetry_level = 0
        found = solver.solve(self.model)
        plans = [first]
        if found in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            plans.append(self._plan(solver))
        else:
            assert found == self.cp.UNKNOWN, "the earliest placing is a plan"
        best = min(plans, key=lambda each: total(each, self.problem, self.by))
        plan = settled(best, self.problem, self.by)
        cost = total(plan, self.problem, self.by)
        bound = min(cost, max(0, ceil(solver.best_objective_bound - 1e-6)))
        return Solution(plan, cost, bound, "optimal" if bound == cost else "feasible")

    def _leads(self) -> None:
        """One therapist leads the course; who stands with another costs what it costs."""
        self.leads = {each: self.model.new_bool_var(each) for each in self.problem.leads}
        if self.leads:
            self.model.add_exactly_one(self.leads.values())
        for session, attends in zip(self.problem.sessions, self.problem.attended, strict=True):
            if not session.is_open:
                self._unless("changes", self.leads.get(attends, 0))

    def _session(self, position: int, times: Times) -> None:
        name = self.problem.sessions[position].name
        start = self.model.new_int_var_from_domain(self._domain(times.anyone), name)
        self.starts[position] = start
        self.led[position] = led = self.model.new_bool_var(f"{name} led")
        for lead, chosen in self.leads.items():
            self._only_in(start, times.led.get(lead, NO_STARTS), chosen, led)
        if not self.leads:
            self.model.add(led == 0)
        self._unless("changes", led)
        self._avoid("outside", start, times.anyone, times.outside)
        self._avoid("crowded", start, times.anyone, times.crowded)

    def _avoid(
        self, term: TermName, start: Any, starts: Iterable[int], avoided: frozenset[int]
    ) -> None:
        if avoided:
            liked = self.model.new_bool_var(term)
            self._only_in(start, [each for each in starts if each not in avoided], liked)
            self._unless(term, liked)

    def _only_in(self, start: Any, starts: Iterable[int], *if_all: Any) -> None:
        inside = self.model.add_linear_expression_in_domain(start, self._domain(starts))
        inside.only_enforce_if(*if_all)

    def _unless(self, term: TermName, kept: Any) -> None:
        self.cost += self.by.of[term] * (1 - kept)

    def _links(self) -> None:
        for _, link in self.problem.links:
            earlier = 0 if link.earlier is None else self._minutes(link.earlier)
            distance = self._minutes(link.later) - earlier
            self.model.add(distance >= link.least)
            if link.most is not None:
                self.model.add(distance <= link.most)

    def _days(self) -> None:
        sessions, origin = self.problem.sessions, self.problem.origin
        stand = (each.start + each.length for each in sessions if each.start is not None)
        least = days_until(max(stand, default=origin), origin)
        latest = self.end + max(each.length for each in sessions)
        days = self.model.new_int_var(least, max(least, days_until(latest, origin)), "days")
        for position in self.starts:
            end = self._minutes(position) + sessions[position].length
            self.model.add(days * DAY_MIN + origin >= end)
        self.cost += self.by.of["days"] * days

    def _late(self) -> None:
        for dose, later in integrations(self.problem.sessions):
            in_time = self.model.new_bool_var("in time")
            most = self.problem.sessions[dose].length + self.by.late_after
            distance = self._minutes(later) - self._minutes(dose)
            self.model.add(distance <= most).only_enforce_if(in_time)
            self._unless("late", in_time)

    def _minutes(self, position: int) -> Any:
        stands = self.problem.sessions[position].start
        return self.starts[position] * self.step + self.begin if stands is None else stands

    def _domain(self, starts: Iterable[int]) -> Any:
        return self.cp.Domain.from_values([(each - self.begin) // self.step for each in starts])

    def _hint(self, plan: Plan) -> None:
        for lead, chosen in self.leads.items():
            self.model.add_hint(chosen, lead == plan.lead)
        for position, start in self.starts.items():
            self.model.add_hint(start, (plan.starts[position] - self.begin) // self.step)
            self.model.add_hint(self.led[position], plan.led[position])

    def _plan(self, solver: Any) -> Plan:
        starts = [solver.value(self._minutes(n)) for n in range(len(self.problem.sessions))]
        lead = next((each for each, chosen in self.leads.items() if solver.value(chosen)), "")
        return plan_of(self.problem, lead, starts)
