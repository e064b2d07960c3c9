"""From answers to an assessment."""

import pytest

from services.outcomes.domain.scoring import assess, suicidal_item
from shared.kernel.errors import Rejected
from tests.kit.outcomes import answered, answers, cssrs_answers, on_day


def test_a_questionnaire_is_scored_by_the_definition_it_names() -> None:
    assessment = assess(answered(answers(14), on_day(3), total=14))

    assert (assessment.total, assessment.complete) == (14, True)
    assert assessment.definition == "phq-9/kroenke-2001/1"
    assert assessment.answered_at == on_day(3)


def test_a_total_that_the_answers_do_not_add_up_to_is_refused() -> None:
    with pytest.raises(Rejected) as refusal:
        assess(answered(answers(14), total=15))

    assert refusal.value.code == "total-mismatch"
    assert "14" in refusal.value.reason
    assert "15" in refusal.value.reason


def test_a_total_of_answers_that_have_none_is_refused() -> None:
    with pytest.raises(Rejected, match="total-mismatch"):
        assess(answered((1, 1, 1, None, None, None, 1, 1, 0), total=5))


def test_without_item_9_there_is_no_score() -> None:
    assessment = assess(answered((1, 1, 1, 1, 1, 1, 1, 1, None)))

    assert (assessment.total, assessment.complete) == (None, False)


@pytest.mark.parametrize(
    ("given", "complete"),
    [
        ((1, 1, 0, 0, 0, 0, 0), True),
        ((1, 0, None, None, None, 0, None), True),  # 3-5 and 7 are left out after a no
        ((1, 1, None, None, None, 0, None), False),
        ((0, 0, None, None, None, 1, None), False),
        ((None, 0, 0, 0, 0, 0, 0), False),
        ((0, None, 0, 0, 0, 0, 0), False),
        ((0, 0, 0, 0, 0, None, 0), False),
    ],
)
def test_the_screener_is_complete_when_all_that_had_to_be_asked_was_answered(
    given: tuple[int | None, ...], complete: bool
) -> None:
    assessment = assess(answered(given, instrument="c-ssrs-screener"))

    assert assessment.complete is complete
    assert assessment.total is None


@pytest.mark.parametrize(
    ("given", "ideation"),
    [
        (cssrs_answers(), 0),
        (cssrs_answers(1, 2), 2),
        (cssrs_answers(1, 2, 5), 5),
        (cssrs_answers(6, 7), 0),  # behaviour is no ideation
        ((None, None, None, None, None, 0, 0), None),
        ((0, None, None, None, None, 0, 0), None),
        ((None, 1, None, None, None, 0, 0), 2),
    ],
)
def test_the_suicidal_item_of_the_screener_is_its_gravest_ideation(
    given: tuple[int | None, ...], ideation: int | None
) -> None:
    assert suicidal_item("c-ssrs-screener", given) == ideation


def test_anxiety_and_trauma_questionnaires_have_no_suicidal_item() -> None:
    assert suicidal_item("gad-7", (1,) * 7) is None
    assert suicidal_item("pcl-5", (1,) * 20) is None
    assert suicidal_item("phq-9", answers(10, item_9=2)) == 2


@pytest.mark.parametrize(("item_9", "told"), [(0, False), (1, True), (3, True)])
def test_a_refusal_names_the_risk_that_the_refused_answers_show(item_9: int, told: bool) -> None:
    given = answered(answers(14, item_9), total=13)

    with pytest.raises(Rejected) as refusal:
        assess(given)

    sentence = f"The answer about suicide is {item_9}: see the patient today, whatever the total."
    assert (sentence in refusal.value.reason) is told
