"""PCL-5 and the C-SSRS screener: a diagnosis apart from the sum, and a triage without one."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.instruments import (
    C_SSRS,
    PCL_5,
    gravest_ideation,
    provisional_ptsd,
    triage,
)

ENDORSED = {1: 2, 6: 2, 8: 2, 9: 2, 15: 2, 16: 2}
"""One B, one C, two D and two E items at 2: a sum of 12 that meets the rule."""


def pcl(items: Mapping[int, int | None]) -> tuple[int | None, ...]:
    return tuple(items.get(item, 0) for item in range(1, 21))


def screener(*yes: int) -> tuple[int, ...]:
    return tuple(int(item in yes) for item in range(1, 8))


def test_a_low_sum_can_meet_the_diagnosis_rule() -> None:
    assert PCL_5.total(pcl(ENDORSED)) == 12
    assert PCL_5.band(12) == "below-cut-off"
    assert provisional_ptsd(pcl(ENDORSED)) is True


def test_a_high_sum_can_miss_the_diagnosis_rule() -> None:
    without_avoidance = pcl({item: 4 for item in range(1, 21) if item not in (6, 7)})

    assert PCL_5.total(without_avoidance) == 72
    assert provisional_ptsd(without_avoidance) is False


@pytest.mark.parametrize("item", ENDORSED)
def test_an_item_at_1_is_not_endorsed(item: int) -> None:
    assert provisional_ptsd(pcl(ENDORSED | {item: 1})) is False


def test_a_missing_item_leaves_the_diagnosis_open_only_if_it_would_decide() -> None:
    assert provisional_ptsd(pcl(ENDORSED | {6: None})) is None
    assert provisional_ptsd(pcl(ENDORSED | {7: None})) is True
    assert provisional_ptsd(pcl({7: None})) is False


@given(st.lists(st.integers(0, 4), min_size=20, max_size=20))
def test_the_clusters_add_up_to_the_sum(answers: list[int]) -> None:
    assert sum(each or 0 for each in PCL_5.subscales(answers).values()) == PCL_5.total(answers)


def test_a_cluster_with_a_missing_item_is_not_known() -> None:
    assert PCL_5.subscales(pcl(ENDORSED | {2: None})) == {
        "intrusion": None,
        "avoidance": 2,
        "cognition-and-mood": 4,
        "arousal": 4,
    }


@pytest.mark.parametrize(
    ("yes", "level"),
    [
        ((), "none"),
        ((1,), "low"),
        ((1, 2), "low"),
        ((2, 3), "moderate"),
        ((6,), "moderate"),
        ((1, 2, 4), "high"),
        ((5,), "high"),
        ((6, 7), "high"),
    ],
)
def test_the_screener_is_triaged_by_its_gravest_yes(yes: tuple[int, ...], level: str) -> None:
    assert triage(screener(*yes)) == level


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        (screener(), {"ideation": 0, "behaviour-ever": 0, "behaviour-recent": 0}),
        (screener(1, 2, 5, 6), {"ideation": 5, "behaviour-ever": 1, "behaviour-recent": 0}),
        ((1, 0, None, None, None, 0, None), {"behaviour-recent": 0, "ideation": 1}),
        ((1, 0, None, None, None, 1, None), {"behaviour-ever": 1, "behaviour-recent": None}),
        ((None, 0, None, None, None, None, None), {"ideation": None, "behaviour-recent": None}),
    ],
)
def test_ideation_is_an_ordinal_and_behaviour_a_flag(
    answers: tuple[int | None, ...], found: dict[str, int | None]
) -> None:
    assert found.items() <= C_SSRS.subscales(answers).items()


@given(st.lists(st.sampled_from([0, 1, None]), min_size=7, max_size=7))
def test_a_yes_more_never_lowers_ideation_or_triage(answers: list[int | None]) -> None:
    levels = ["none", "low", "moderate", "high"]
    for item in range(7):
        worse = [*answers[:item], 1, *answers[item + 1 :]]
        assert levels.index(triage(worse)) >= levels.index(triage(answers))
        assert (gravest_ideation(worse) or 0) >= (gravest_ideation(answers) or 0)


@pytest.mark.parametrize(
    ("answers", "complete"),
    [
        ((0, 0, None, None, None, 0, None), True),
        ((1, 1, None, 0, 0, 0, None), False),
        ((1, None, 0, 0, 0, 0, 0), False),
        ((0, 0, None, None, None, 1, None), False),
        ((0, 0, None, None, None, 1, 0), True),
    ],
)
def test_questions_that_a_no_leaves_out_need_no_answer(
    answers: tuple[int | None, ...], complete: bool
) -> None:
    assert C_SSRS.is_complete(answers) is complete
