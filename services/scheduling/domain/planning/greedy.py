"""Plans without a solver: the cheapest of a few earliest placings, and a plan pulled forward.

The first is what the solver starts from, and the answer where there is no solver; the second makes
one plan of the many that cost the same.
"""

from collections.abc import Iterator, Sequence

from services.scheduling.domain.planning.objective import Weights, integrations, late, total
from services.scheduling.domain.planning.placing import Blocked, place
from services.scheduling.domain.planning.problem import (
    NO_STARTS,
    Plan,
    Problem,
    Starts,
    Times,
    earliest_plan,
    find_in,
    plan_of,
)
from services.scheduling.domain.planning.rules import Link, Rule, RuleLink

_AS_PLANNED = Rule("as-planned", "no later than planned", "the plan", lambda _s, _t: iter(()))


def greedy(problem: Problem, by: Weights) -> Plan | Blocked:
    """The cheapest earliest placing: with each lead, or anyone, at all or the liked times only.

    Blocked: there is no placing at all, for pushing misses none.
    """
    anyone = earliest_plan(problem, "", [each.anyone for each in problem.times])
    if isinstance(anyone, Blocked):
        return anyone
    found = [plan_of(problem, lead, anyone.starts) for lead in problem.leads or ("",)]
    for lead, domains in _domains(problem):
        plan = earliest_plan(problem, lead, domains)
        if isinstance(plan, Plan):
            found.append(plan)
    return min(found, key=lambda plan: total(plan, problem, by))


def settled(plan: Plan, problem: Problem, by: Weights) -> Plan:
    """The plan with each session as early as it can be without costing more."""
    domains = [
        _no_worse(each, plan.lead if led else "", start)
        for each, start, led in zip(problem.times, plan.starts, plan.led, strict=True)
    ]
    links = [*problem.links, *_in_time(plan, problem, by)]
    placing = place(problem.sessions, links, find_in(problem.sessions, domains))
    assert not isinstance(placing, Blocked), "the plan itself is such a placing"
    return plan_of(problem, plan.lead, [slot.start for slot in placing])


def _domains(problem: Problem) -> Iterator[tuple[str, Sequence[Starts]]]:
    for lead in problem.leads:
        whole = [each.led.get(lead, NO_STARTS) for each in problem.times]
        yield lead, whole
        liked = [
            _without(own, each.outside) for own, each in zip(whole, problem.times, strict=True)
        ]
        if liked != whole:
            yield lead, liked
        calm = [_without(own, each.crowded) for own, each in zip(liked, problem.times, strict=True)]
        if calm != liked:
            yield lead, calm


def _no_worse(times: Times, lead: str, start: int) -> Starts:
    starts = times.led[lead] if lead else times.anyone
    for avoided in (times.outside, times.crowded):
        starts = starts if start in avoided else _without(starts, avoided)
    return starts


def _in_time(plan: Plan, problem: Problem, by: Weights) -> Iterator[RuleLink]:
    too_late = late(plan, problem, by)
    for dose, later in integrations(problem.sessions):
        if later not in too_late:
            most = problem.sessions[dose].length + by.late_after
            yield _AS_PLANNED, Link(later, most=most, earlier=dose)


def _without(starts: Starts, avoided: frozenset[int]) -> Starts:
    return tuple(each for each in starts if each not in avoided) if avoided else starts
