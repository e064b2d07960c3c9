"""What sites correct and retract of what they posted counts no longer, whatever came first."""

from itertools import permutations

import pytest

from shared.contracts.outcomes import AssessmentScored, RiskRaised
from shared.storage.steps import Step
from tests.kit.outcomes import (
    PATIENT,
    Outcomes,
    answers,
    assessed,
    corrected,
    on_day,
    registered,
    retracted,
    treated,
)

OTHER = "6f1a0a8e-35f6-4c0e-9d52-8a2f6c1f0002"
BEFORE, AFTER = on_day(-1), on_day(5)


def after(*steps: Step) -> Outcomes:
    return treated(registered(patient=OTHER), *steps)


def because(outcomes: Outcomes, patient: str = PATIENT) -> list[tuple[float | None, str]]:
    aside = outcomes.trajectory(patient).set_aside.values()
    return sorted((each.assessment.total, each.because) for each in aside)


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_correction_counts_instead_of_what_it_corrects(order: tuple[int, ...]) -> None:
    told = [
        assessed(answers(8), AFTER, event_id="a"),
        corrected(answers(18), "a", AFTER, event_id="b"),
    ]

    outcomes = after(*(told[each] for each in order))

    assert outcomes.scores() == [18]
    assert because(outcomes) == [(8, "corrected")]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_correction_of_a_correction_counts_alone(order: tuple[int, ...]) -> None:
    told = [
        assessed(answers(8), AFTER, event_id="a"),
        corrected(answers(18), "a", AFTER, event_id="b"),
        corrected(answers(12), "b", AFTER, event_id="c"),
    ]

    assert after(*(told[each] for each in order)).scores() == [12]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_was_corrected_back_counts_again_as_it_was(order: tuple[int, ...]) -> None:
    told = [
        assessed(answers(8), AFTER, event_id="a"),
        corrected(answers(18), "a", AFTER, event_id="b"),
        corrected(answers(8), "b", AFTER, event_id="c"),
    ]

    assert after(*(told[each] for each in order)).scores() == [8]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_two_corrections_of_the_same_answers_the_sources_last_word_counts(
    order: tuple[int, ...],
) -> None:
    told = [
        assessed(answers(8), AFTER, event_id="a", sequence=1),
        corrected(answers(18), "a", AFTER, event_id="b", sequence=3),
        corrected(answers(12), "a", AFTER, event_id="c", sequence=2),
    ]

    outcomes = after(*(told[each] for each in order))

    assert outcomes.scores() == [18]
    assert because(outcomes) == [(8, "corrected"), (12, "corrected")]


def test_a_correction_that_changes_no_answer_counts_once() -> None:
    outcomes = after(
        assessed(answers(8), AFTER, event_id="a"), corrected(answers(8), "a", AFTER, event_id="b")
    )

    assert outcomes.scores() == [8]


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_what_was_retracted_counts_no_longer_even_if_it_comes_later(
    order: tuple[int, ...],
) -> None:
    told = [assessed(answers(20), BEFORE, event_id="a"), retracted("a", AFTER)]

    outcomes = after(*(told[each] for each in order), assessed(answers(9), AFTER))

    assert outcomes.scores() == [9]
    assert because(outcomes) == [(20, "retracted")]
    assert outcomes.summary().baseline is None


def test_a_retracted_correction_does_not_bring_back_what_it_corrected() -> None:
    outcomes = after(
        assessed(answers(8), AFTER, event_id="a"),
        corrected(answers(18), "a", AFTER, event_id="b"),
        retracted("b", AFTER),
    )

    assert outcomes.scores() == []
    assert because(outcomes) == [(8, "corrected"), (18, "retracted")]


def test_the_retraction_of_what_was_corrected_leaves_the_correction() -> None:
    outcomes = after(
        assessed(answers(8), AFTER, event_id="a"),
        corrected(answers(18), "a", AFTER, event_id="b"),
        retracted("a", AFTER),
    )

    assert outcomes.scores() == [18]


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_retraction_of_another_patients_answers_takes_back_neither_ones(
    order: tuple[int, ...],
) -> None:
    told = [
        assessed(answers(8), AFTER, event_id="a"),
        retracted("a", AFTER, patient=OTHER),
    ]

    outcomes = after(
        *(told[each] for each in order), assessed(answers(11), AFTER, patient=OTHER, event_id="b")
    )

    assert outcomes.scores() == [8]
    assert outcomes.scores(OTHER) == [11]


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_correction_of_another_patients_answers_counts_for_neither(
    order: tuple[int, ...],
) -> None:
    told = [
        assessed(answers(8), AFTER, event_id="a"),
        corrected(answers(18), "a", AFTER, patient=OTHER, event_id="b"),
    ]

    outcomes = after(*(told[each] for each in order))

    assert outcomes.scores() == [8]
    assert outcomes.scores(OTHER) == []
    assert because(outcomes, OTHER) == [(18, "nothing-to-correct")]


def test_another_sites_event_of_the_same_id_is_not_corrected() -> None:
    outcomes = after(
        assessed(answers(8), AFTER, event_id="a", site="main"),
        corrected(answers(18), "a", AFTER, event_id="b", site="annex"),
        retracted("a", AFTER, site="annex"),
    )

    assert outcomes.scores() == [8]


def test_corrections_that_name_each_other_correct_nothing() -> None:
    outcomes = after(
        corrected(answers(8), "b", AFTER, event_id="a"),
        corrected(answers(18), "a", AFTER, event_id="b"),
    )

    assert outcomes.scores() == []


def test_a_correction_raises_its_alert_at_once_and_takes_none_back() -> None:
    outcomes = after(
        corrected(answers(18, item_9=2), "a", AFTER, event_id="b"),
        assessed(answers(8), AFTER, event_id="a"),
        corrected(answers(8), "b", AFTER, event_id="c"),
    )

    assert len(outcomes.said(RiskRaised)) == 1
    assert [each.status for each in outcomes.alerts()] == ["active"]


def test_of_answers_that_were_retracted_before_they_came_nobody_is_told() -> None:
    outcomes = after(retracted("a", AFTER), assessed(answers(20, 3), AFTER, event_id="a"))

    assert outcomes.said(AssessmentScored) == outcomes.said(RiskRaised) == []
