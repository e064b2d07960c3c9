"""The same questionnaire told by two sites is kept twice and counts once."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from services.outcomes.domain.scoring import assessment_id
from shared.contracts.outcomes import AssessmentScored, RiskRaised
from shared.storage.steps import Step
from tests.kit.outcomes import (
    CLINIC,
    DAY_0,
    Outcomes,
    answers,
    assessed,
    corrected,
    on_day,
    retracted,
    screened,
    treated,
)

AT = on_day(5)
IDS = {
    where: assessment_id(f"/clinics/{CLINIC}/sites/{where}#e") for where in ("main", "annex", "lab")
}
TWICE = [assessed(answers(9, 2), AT, event_id="e", site=where) for where in IDS]


def after(*steps: Step) -> Outcomes:
    return treated(screened(20, on_day(-3)), *steps)


def counted(outcomes: Outcomes) -> list[str]:
    return [each.id for each in outcomes.trajectory().counting if each.answered_at > DAY_0]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_one_with_the_smallest_id_counts_and_the_others_say_which(
    order: tuple[int, ...],
) -> None:
    outcomes = after(*(TWICE[each] for each in order))

    first = min(IDS.values())
    aside = outcomes.trajectory().set_aside
    assert counted(outcomes) == [first]
    assert set(aside) == set(IDS.values()) - {first}
    assert {(each.because, each.by) for each in aside.values()} == {("repetition", first)}


def test_it_is_announced_once_and_calls_once() -> None:
    outcomes = after(*TWICE)

    assert len(outcomes.said(AssessmentScored)) == len(outcomes.said(RiskRaised)) == 1
    assert len(outcomes.alerts()) == 1


@pytest.mark.parametrize(
    ("given", "at", "instrument"),
    [
        (answers(10, 2), AT, "phq-9"),
        (answers(9, 2), AT + timedelta(minutes=1), "phq-9"),
        ((1, 0, 0, 0, 0, 0, 0), AT, "gad-7"),
    ],
    ids=["other answers", "another minute", "another instrument"],
)
def test_what_differs_is_no_repetition(given: Any, at: Any, instrument: str) -> None:
    outcomes = after(TWICE[0], assessed(given, at, instrument, site="annex"))

    assert len(counted(outcomes)) == 2


def test_seconds_within_the_minute_do_not_matter() -> None:
    later = assessed(answers(9, 2), AT + timedelta(seconds=59), event_id="e", site="annex")

    assert len(counted(after(TWICE[0], later))) == 1


@pytest.mark.parametrize("where", IDS)
def test_if_one_is_retracted_the_other_counts(where: str) -> None:
    outcomes = after(*TWICE, retracted("e", AT, site=where))

    assert counted(outcomes) == [min(each for site, each in IDS.items() if site != where)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_correction_of_one_is_a_correction_of_the_other(order: tuple[int, ...]) -> None:
    told = [*TWICE[:2], corrected(answers(12), "e", AT, event_id="c", site="annex")]

    outcomes = after(*(told[each] for each in order))

    assert counted(outcomes) == [assessment_id(f"/clinics/{CLINIC}/sites/annex#c")]


def test_both_may_correct_it() -> None:
    told = [
        corrected(answers(12), "e", AT, event_id="c", site=where) for where in ("main", "annex")
    ]

    outcomes = after(*TWICE[:2], *told)

    assert len(counted(outcomes)) == 1
    assert outcomes.scores() == [20, 12]


def test_what_intake_screened_and_a_site_told_again_counts_once() -> None:
    told_again = assessed(answers(20), on_day(-3))
    outcomes = after(told_again)

    assert outcomes.scores() == [20]
    assert outcomes.said(AssessmentScored) == []
