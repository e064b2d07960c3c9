"""Small planning problems, and the judge of plans: every rule by hand, every placing tried."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from services.scheduling.domain.planning.objective import Weights, total, weights
from services.scheduling.domain.planning.problem import Plan, Problem, Times, plan_of
from services.scheduling.domain.planning.rules import Session, Terms, rule_links
from tests.kit.scheduling import POLICY

H, D = 60, 24 * 60
WEIGHTS: Weights = weights(POLICY)
LEADS = ("ash", "birch")


def terms(**changes: int) -> Terms:
    given: dict[str, Any] = {
        "not_before": 0,
        "dose_not_before": 0,
        "first_dose_by": 30 * D,
        "doses_until": 90 * D,
        "dose_gap": 2 * D,
        "preparation_max_age": 14 * D,
        "integration_from": 24 * H,
        "integration_to": 72 * H,
    }
    return Terms(**given | changes)


def course_of(preparations: int = 1, doses: int = 1) -> tuple[Session, ...]:
    found = [Session("preparation", number + 1, 60) for number in range(preparations)]
    for number in range(doses):
        found += [Session("dosing", number + 1, 150), Session("integration", number + 1, 60)]
    return tuple(found)


def times(*starts: int, ash: Sequence[int] = (), birch: Sequence[int] = ()) -> Times:
    """Anyone at these starts; the therapists at theirs."""
    every = sorted({*starts, *ash, *birch})
    return Times(tuple(every), {"ash": tuple(sorted(ash)), "birch": tuple(sorted(birch))})


def a_problem(
    sessions: Sequence[Session],
    when: Sequence[Times],
    by: Terms | None = None,
    attended: Sequence[str] = (),
) -> Problem:
    links = tuple(rule_links(sessions, by or terms()))
    known = tuple(attended) or tuple("" for _ in sessions)
    return Problem(tuple(sessions), links, tuple(when), known, LEADS, (by or terms()).not_before)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Problem, Terms]:
    by = terms(
        not_before=draw(st.sampled_from((0, 1 * D, 2 * D + 10 * H))),
        first_dose_by=draw(st.sampled_from((3 * D, 30 * D))),
        dose_gap=draw(st.sampled_from((2 * D, 3 * D))),
        preparation_max_age=draw(st.sampled_from((2 * D, 14 * D))),
    )
    sessions = course_of(draw(st.integers(1, 2)), draw(st.integers(1, 2)))
    return a_problem(
        sessions, [_some_times(draw, position) for position in range(len(sessions))], by
    ), by


def _some_times(draw: st.DrawFn, position: int) -> Times:
    """Mostly such that the sessions can follow one another."""
    days, hours = st.integers(position, position + 3), st.sampled_from((9, 11, 14))
    start = st.builds(lambda day, hour: day * D + hour * H, days, hours)
    anyone = draw(st.lists(start, min_size=3, max_size=6, unique=True).map(sorted))
    some = st.lists(st.sampled_from(anyone), unique=True).map(sorted)
    liked = st.frozensets(st.sampled_from(anyone))
    led = {each: tuple(draw(some)) for each in LEADS}
    return Times(tuple(anyone), led, draw(liked), draw(liked))


def every_plan(problem: Problem, by: Terms) -> Iterator[Plan]:
    """Every placing that keeps the rules, led by each of the therapists."""
    for starts in _placings(problem, by, ()):
        for lead in problem.leads or ("",):
            yield plan_of(problem, lead, starts)


def cheapest(problem: Problem, by: Terms) -> int | None:
    costs = (total(plan, problem, WEIGHTS) for plan in every_plan(problem, by))
    return min(costs, default=None)


def _placings(problem: Problem, by: Terms, so_far: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    if len(so_far) == len(problem.sessions):
        yield so_far
        return
    for start in problem.times[len(so_far)].anyone:
        starts = (*so_far, start)
        if not broken(problem.sessions, starts, by):
            yield from _placings(problem, by, starts)


def broken(sessions: Sequence[Session], starts: Sequence[int], by: Terms) -> list[str]:
    """The rules that the first so many sessions break, none of them taken from rules.py."""
    placed = list(zip(sessions, starts, strict=False))
    preparations, doses, integrations = (
        [start for each, start in placed if each.kind == kind]
        for kind in ("preparation", "dosing", "integration")
    )
    ends = [start + each.length for each, start in placed]
    kept = {
        "asked-for": all(start >= by.not_before for start in starts),
        "in-order": all(end <= start for end, start in zip(ends, starts[1:], strict=False)),
        "first-dose-in-time": all(start <= by.first_dose_by for start in doses[:1]),
        "doses-while-cleared": all(start <= by.doses_until for start in doses),
        "dose-gap": all(b - a >= by.dose_gap for a, b in pairwise(doses))
        and all(start >= by.dose_not_before for start in doses),
        "preparation-is-fresh": all(
            dose - last <= by.preparation_max_age
            for dose, last in zip(doses[:1], preparations[-1:], strict=False)
        ),
        "integration-in-window": all(
            by.integration_from <= start - (dose + 150) <= by.integration_to
            for dose, start in zip(doses, integrations, strict=False)
        ),
    }
    return [rule for rule, is_kept in kept.items() if not is_kept]
