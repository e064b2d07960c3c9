"""OUT-12: what the doses have done so far, told to scheduling whenever it changes."""

from typing import Any

import pytest

from services.outcomes.domain.axis.results import results
from services.outcomes.domain.progress import is_meaningful
from shared.contracts.instruments import InstrumentCode
from shared.contracts.outcomes import ProgressJudged
from shared.storage.steps import Step
from tests.kit.outcomes import (
    DAY_0,
    POLICY,
    Outcomes,
    a_trajectory,
    answered,
    answers,
    assessed,
    dosed,
    gad_answers,
    on_day,
    pcl_answers,
    registered,
    screened,
    treated,
)

FILLED: dict[InstrumentCode, Any] = {
    "phq-9": answers,
    "pcl-5": pcl_answers,
    "gad-7": gad_answers,
}


def begun(*steps: Step) -> Outcomes:
    """Screened with 20 before the dose of day 0."""
    return treated(screened(20, on_day(-3)), *steps)


@pytest.mark.parametrize(
    ("instrument", "baseline", "after", "meaningful"),
    [
        ("phq-9", 20, 14, True),
        ("phq-9", 20, 15, False),
        ("phq-9", 14, 20, False),
        ("pcl-5", 50, 35, True),
        ("pcl-5", 50, 36, False),
        ("gad-7", 12, 8, True),
        ("gad-7", 12, 9, False),
    ],
)
def test_a_change_is_meaningful_from_the_published_one_on(
    instrument: InstrumentCode, baseline: int, after: int, meaningful: bool
) -> None:
    filled = FILLED[instrument]
    trajectory = a_trajectory(
        doses=[DAY_0],
        answered=[
            answered(filled(baseline), on_day(-1), instrument),
            answered(filled(after), on_day(1), instrument),
        ],
    )

    assert is_meaningful(results(trajectory, POLICY)[-1], POLICY) is meaningful


def test_of_an_instrument_without_a_published_change_nothing_is_said() -> None:
    trajectory = a_trajectory(
        doses=[DAY_0],
        answered=[
            answered((2,) * 5, on_day(-1), "who-5"),
            answered((5,) * 5, on_day(1), "who-5"),
        ],
    )

    assert is_meaningful(results(trajectory, POLICY)[-1], POLICY) is None


def test_every_answer_after_a_dose_is_judged_and_none_before() -> None:
    outcomes = begun(
        assessed(answers(18), on_day(-1)),
        assessed(answers(14), on_day(2)),
        dosed(2, on_day(3)),
        assessed(answers(9), on_day(5)),
    )

    assert outcomes.judged() == [(1, False, False), (2, True, True)]


def test_progress_is_judged_by_the_instrument_of_the_indication() -> None:
    outcomes = Outcomes()

    outcomes.take(
        registered("ptsd"),
        assessed(pcl_answers(50), on_day(-3), "pcl-5"),
        screened(20, on_day(-3)),
        dosed(1, DAY_0),
        assessed(answers(2), on_day(2)),
        assessed(pcl_answers(34), on_day(2), "pcl-5"),
    )

    assert [each["instrument"] for each in outcomes.said(ProgressJudged)] == ["pcl-5"]
    assert outcomes.judged() == [(1, False, True)]


def test_without_a_baseline_or_an_answer_to_every_question_nothing_can_be_said() -> None:
    unknown = treated(assessed(answers(4), on_day(2)))
    incomplete = begun(assessed((*answers(4)[:8], None), on_day(2)))

    assert unknown.judged() == incomplete.judged() == [(1, None, None)]


def test_older_answers_that_come_late_change_no_judgement() -> None:
    outcomes = begun(assessed(answers(9), on_day(5)), assessed(answers(19), on_day(2)))

    assert outcomes.judged() == [(1, True, True)]


def test_a_dose_heard_of_late_judges_progress_anew() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), screened(20, on_day(-3)), assessed(answers(9), on_day(5)))
    assert outcomes.judged() == []
    outcomes.take(dosed(1, DAY_0))
    outcomes.take(dosed(2, on_day(3)))

    assert outcomes.judged() == [(1, True, True), (2, True, True)]


def test_a_judgement_is_told_once() -> None:
    again = assessed(answers(9), on_day(5))

    outcomes = begun(again, again)
    outcomes.take(dosed(1, DAY_0), screened(20, on_day(-3)))

    assert len(outcomes.judged()) == 1
