"""What intake corrects counts no longer: in no baseline, summary or result (OUT-5)."""

import pytest

from shared.client.stream.event import StreamEvent
from shared.client.stream.kept import kept
from shared.codec import schema
from shared.contracts.outcomes import OutcomeResult
from shared.storage.steps import Step
from tests.kit.outcomes import (
    DAY_0,
    Outcomes,
    answers,
    assessed,
    consented,
    dosed,
    on_day,
    registered,
    screened,
    screening_retracted,
)

WRONG, RIGHT = 8, 20


TREATED = (dosed(1, DAY_0), assessed(answers(9), on_day(7)))


def named(total: int, name: str, supersedes: str = "") -> Step:
    return screened(total, on_day(-3), named=(name, supersedes))


def rows(outcomes: Outcomes) -> list[dict[str, object]]:
    """As an analyst has them."""
    said = outcomes.said(OutcomeResult)
    events = (StreamEvent(schema.load(OutcomeResult, each, closed=True)) for each in said)
    return kept(events).results


def test_the_baseline_is_the_corrected_one() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), named(WRONG, "s-1"), named(RIGHT, "s-2", "s-1"), *TREATED)

    summary = outcomes.summary()
    assert (summary.baseline, summary.responded) == (RIGHT, True)


@pytest.mark.parametrize("late", [False, True], ids=["before the dose", "after the result"])
def test_a_retracted_screening_is_no_baseline(late: bool) -> None:
    outcomes = Outcomes()
    told = [named(RIGHT, "s-1"), *TREATED]
    told.insert(len(told) if late else 1, screening_retracted("s-1", on_day(1)))

    outcomes.take(registered(), *told)

    assert outcomes.summary().baseline is None
    assert outcomes.summary().responded is None


def test_the_analysts_have_the_corrected_answers_once() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), consented(on_day(-9)), named(WRONG, "s-1"), *TREATED)
    assert [each["score"] for each in rows(outcomes)] == [WRONG, 9]
    outcomes.take(named(RIGHT, "s-2", "s-1"))

    assert [(each["score"], each["baseline"]) for each in rows(outcomes)] == [
        (RIGHT, RIGHT),
        (9, RIGHT),
    ]


def test_a_retraction_takes_the_published_result_back_without_its_numbers() -> None:
    outcomes = Outcomes()
    outcomes.take(registered(), consented(on_day(-9)), named(RIGHT, "s-1"), *TREATED)

    outcomes.take(screening_retracted("s-1", on_day(1)), screening_retracted("s-1", on_day(1)))

    told = [each for each in outcomes.said(OutcomeResult) if each["retracted"]]
    assert [(each["revision"], each["score"], each["study_day"]) for each in told] == [
        (2, None, None)
    ]
    assert [each["score"] for each in rows(outcomes)] == [9]


def test_answers_taken_back_before_they_are_published_never_are() -> None:
    outcomes = Outcomes()

    outcomes.take(
        registered(),
        named(RIGHT, "s-1"),
        screening_retracted("s-1", on_day(1)),
        consented(on_day(2)),
    )

    assert outcomes.said(OutcomeResult) == []


def test_a_correction_of_the_baseline_judges_progress_anew() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), named(WRONG, "s-1"), *TREATED)
    outcomes.take(named(RIGHT, "s-2", "s-1"))

    assert outcomes.judged() == [(1, False, False), (1, True, True)]


def test_of_a_judgement_whose_answers_are_taken_back_nothing_can_be_said() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), named(RIGHT, "s-1"), dosed(1, DAY_0))
    outcomes.take(screened(9, on_day(1), named=("s-2",)), screening_retracted("s-2", on_day(1)))

    assert outcomes.judged() == [(1, True, True), (1, None, None)]
