"""CP-SAT against every placing there is. The one module of unit tests that loads the solver."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from services.scheduling.adapters import solver
from services.scheduling.adapters.solver import solve
from services.scheduling.domain.planning.greedy import greedy
from services.scheduling.domain.planning.objective import costs, total
from services.scheduling.domain.planning.placing import Blocked
from services.scheduling.domain.planning.problem import Plan, Problem, Solution
from services.scheduling.domain.planning.rules import Terms
from shared.kernel.errors import Unavailable
from tests.bench.ours.plans import DAYS, LIKES, LOAD, planned
from tests.kit.calendar.load import loaded_days
from tests.kit.calendar.planning import (
    WEIGHTS,
    D,
    H,
    a_problem,
    broken,
    cheapest,
    course_of,
    problems,
    terms,
    times,
)
from tests.kit.scheduling import NOW

pytest.importorskip("ortools")
NINE = 9 * H


@pytest.fixture(autouse=True, scope="module")
def _no_hurry() -> Iterator[None]:
    """The limit in work decides, so that a busy machine gives the same answers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "WALL_LIMIT_S", 60.0)
        yield


def solved(problem: Problem) -> Solution:
    found = solve(problem, WEIGHTS)
    assert isinstance(found, Solution), found
    return found


def counted(problem: Problem, plan: Plan) -> dict[str, int]:
    return {each.term: each.count for each in costs(plan, problem, WEIGHTS)}


@settings(max_examples=40, deadline=None)
@given(problems())
def test_no_placing_costs_less_and_none_is_missed(stated: tuple[Problem, Terms]) -> None:
    problem, by = stated
    least = cheapest(problem, by)

    found = solve(problem, WEIGHTS)

    if least is None:
        assert isinstance(found, Blocked)
        return
    assert isinstance(found, Solution)
    assert (found.status, found.cost, found.bound, found.gap_percent) == (
        "optimal",
        least,
        least,
        0,
    )
    assert found.cost == total(found.plan, problem, WEIGHTS)


@settings(max_examples=20, deadline=None)
@given(problems())
def test_every_plan_keeps_every_rule_and_the_same_question_gets_the_same_plan(
    stated: tuple[Problem, Terms],
) -> None:
    problem, by = stated
    found = solve(problem, WEIGHTS)
    if isinstance(found, Blocked):
        return

    assert broken(problem.sessions, found.plan.starts, by) == []
    assert all(
        start in each.anyone for start, each in zip(found.plan.starts, problem.times, strict=True)
    )
    assert all(
        start in each.led[found.plan.lead]
        for start, each, led in zip(found.plan.starts, problem.times, found.plan.led, strict=True)
        if led
    )
    assert solve(problem, WEIGHTS) == found


@settings(max_examples=20, deadline=None)
@given(problems())
def test_what_is_planned_without_a_solver_is_never_better(stated: tuple[Problem, Terms]) -> None:
    problem, _ = stated
    first, best = greedy(problem, WEIGHTS), solve(problem, WEIGHTS)

    assert isinstance(first, Blocked) == isinstance(best, Blocked)
    if isinstance(first, Plan) and isinstance(best, Solution):
        assert total(first, problem, WEIGHTS) >= best.cost


def test_one_therapist_throughout_is_worth_a_few_days() -> None:
    both = [NINE, NINE + D, NINE + 2 * D]
    problem = a_problem(
        course_of(),
        [times(*both, ash=both[:1], birch=both[1:]), times(*both, birch=both), times(
            NINE + 2 * D, ash=[NINE + 2 * D], birch=[NINE + 4 * D]
        )],
    )  # fmt: skip

    found = solved(problem)

    assert (found.plan.lead, found.plan.led) == ("birch", (True, True, True))
    assert counted(problem, found.plan)["days"] == 5


def test_of_many_plans_that_cost_the_same_the_earliest_is_given() -> None:
    days = [NINE + each * D for each in range(8)]
    when = times(*days, ash=days)
    problem = a_problem(course_of(), [when, times(NINE + 2 * H, ash=[NINE + 2 * H + D]), when])

    assert solved(problem).plan.starts == (NINE, NINE + 2 * H + D, NINE + 3 * D)


def test_a_process_plans_one_course_at_a_time() -> None:
    when = times(NINE, NINE + D, NINE + 3 * D)
    with solver._ONE_AT_A_TIME, pytest.raises(Unavailable):
        solve(a_problem(course_of(), [when, when, when]), WEIGHTS)


def test_a_long_course_without_limits_in_the_way_is_proved() -> None:
    days = [NINE + day * D + hour * H for day in range(60) for hour in range(8) if day % 7 < 5]
    when = times(*days, ash=days[::2], birch=days[1::3])

    found = solved(a_problem(course_of(2, 8), [when] * 18, terms(dose_gap=3 * D)))

    assert (found.status, found.gap_percent) == ("optimal", 0.0)


def test_who_has_no_time_to_prove_says_how_much_better_another_plan_could_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(solver, "WORK_LIMIT", 1e-6)
    days = [NINE + day * D + hour * H for day in range(60) for hour in range(8)]
    when = times(*days, ash=days[::5], birch=days[1::7])

    found = solved(a_problem(course_of(2, 8), [when] * 18, terms(dose_gap=3 * D)))

    assert found.status == "feasible"
    assert found.bound < found.cost
    assert found.gap_percent > 0


def test_a_course_in_a_full_clinic_of_real_size_is_proved_to_be_the_best() -> None:
    days = loaded_days(NOW.date(), DAYS + 1, LOAD)

    found = planned("esketamine-8", LIKES[1], NOW, days)

    assert (found.status, found.gap_percent) == ("optimal", 0.0)
