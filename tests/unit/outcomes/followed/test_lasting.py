"""Durability, integration and who is off track, as passes over one patient's results (OUT-11)."""

from typing import Any

import pytest

from services.outcomes.domain.axis.results import Result, results
from shared.contracts.outcomes import PatientFollowed
from shared.kernel.policy import Policy
from shared.storage.steps import Step
from tests.kit.outcomes import (
    DAY_0,
    POLICY,
    Outcomes,
    a_trajectory,
    answered,
    answers,
    assessed,
    attended,
    dosed,
    on_day,
    phq,
    registered,
    stricter,
)

DOSES = [DAY_0, on_day(3, 15)]


def course(
    *totals: int, doses: Any = (DAY_0,), policy: Policy = POLICY, base: int = 20
) -> tuple[Result, ...]:
    """This PHQ-9 before the first dose, then these, a week apart."""
    after = [phq(total, on_day(7 * week)) for week, total in enumerate(totals, 1)]
    return results(a_trajectory(doses=doses, answered=[phq(base, on_day(-1)), *after]), policy)


def marked(found: tuple[Result, ...], mark: str) -> list[int]:
    """The weeks of the results that bear the mark."""
    return [week for week, each in enumerate(found) if getattr(each, mark)]


@pytest.mark.parametrize(
    ("totals", "first", "lost"),
    [
        ((15, 12), [], []),
        ((15, 10, 9), [2], []),
        ((10, 11, 9), [1], []),
        ((10, 11, 12), [1], [2]),
        ((10, 9, 11, 12, 13), [1], [3]),
        ((10, 11, 10, 11, 12), [1], [4]),
        ((10, 11, 12, 9, 11, 12), [1], [2]),
        ((11, 12, 10), [3], []),
    ],
)
def test_response_is_lost_with_the_first_of_two_results_in_a_row_without_it(
    totals: tuple[int, ...], first: list[int], lost: list[int]
) -> None:
    found = course(*totals)

    assert marked(found, "first_response") == first
    assert marked(found, "relapse") == lost


def test_how_many_results_confirm_a_loss_is_policy() -> None:
    assert marked(course(10, 11, 9, policy=stricter(relapse__consecutive=1)), "relapse") == [2]
    assert marked(course(10, 11, 12, policy=stricter(relapse__consecutive=3)), "relapse") == []


def test_what_cannot_be_said_neither_confirms_nor_ends_a_loss() -> None:
    gap = answered((1, None, None, None, 1, 1, 1, 1, 1), on_day(20))
    after = [phq(10, on_day(7)), phq(12, on_day(14)), gap, phq(12, on_day(28))]

    found = results(a_trajectory(doses=[DAY_0], answered=[phq(20, on_day(-1)), *after]), POLICY)

    assert marked(found, "relapse") == [2]


def test_without_a_response_rule_a_reliable_change_for_the_better_is_held() -> None:
    scores = [(5, -1), (20, 7), (6, 14), (5, 21)]
    given = [
        answered(tuple(total // 5 + (item < total % 5) for item in range(5)), on_day(day), "who-5")
        for total, day in scores
    ]

    found = results(a_trajectory(doses=[DAY_0], answered=given), POLICY)

    assert [each.response for each in found] == [None] * 4
    assert (marked(found, "first_response"), marked(found, "relapse")) == ([1], [2])


def test_before_the_first_dose_nothing_responds() -> None:
    assert marked(course(5, doses=()), "first_response") == []


@pytest.mark.parametrize(
    ("totals", "doses", "off"),
    [
        ((17,), 1, False),
        ((17,), 2, True),
        ((16,), 2, True),
        ((15,), 2, False),
        ((23,), 1, False),
        ((24,), 1, True),
        ((8, 13), 2, False),
        ((8, 14), 2, True),
    ],
)
def test_off_track_is_late_without_a_noticed_change_or_worse_than_the_best(
    totals: tuple[int, ...], doses: int, off: bool
) -> None:
    assert course(*totals, doses=DOSES[:doses], base=18)[-1].off_track is off


def test_after_how_many_doses_a_change_is_due_is_policy() -> None:
    found = course(19, doses=DOSES[:1], policy=stricter(off_track__doses_min=1))

    assert found[-1].off_track is True


def test_without_a_baseline_and_of_other_instruments_nobody_is_off_track() -> None:
    alone = results(a_trajectory(doses=DOSES, answered=[phq(20, on_day(7))]), POLICY)
    gad = [answered((2,) * 7, on_day(day), "gad-7") for day in (-1, 7)]
    other = results(a_trajectory(doses=DOSES, answered=gad), POLICY)

    assert {each.off_track for each in (*alone, *other)} == {None}


def _attending(*steps: Step) -> Outcomes:
    outcomes = Outcomes()
    outcomes.take(registered(), dosed(1, DAY_0), *steps)
    return outcomes


def test_integrations_are_counted_once_each_and_before_the_answers() -> None:
    first, second = attended(1, on_day(1)), attended(1, on_day(9))
    outcomes = _attending(second, assessed(answers(9), on_day(5)), first, first)

    (result,) = results(outcomes.trajectory(), POLICY)

    assert result.integrations == 1
    assert outcomes.said(PatientFollowed)[-1]["integrations"] == 2


@pytest.mark.parametrize("session", ["preparation", "dosing"])
def test_other_sessions_are_no_integration(session: str) -> None:
    outcomes = _attending(attended(1, on_day(1), session))

    assert outcomes.trajectory().integrations == ()


def test_an_attended_integration_of_a_patient_not_yet_heard_of_waits() -> None:
    outcomes = Outcomes()

    assert [each.verdict for each in outcomes.take(attended(1, on_day(1)))] == ["deferred"]
    outcomes.take(registered())
    assert len(outcomes.trajectory().integrations) == 1
