"""PHQ-9, GAD-7, MADRS, QIDS-SR16, BHS, SHAPS, AUDIT and DAST-10: what developers get wrong."""

import pytest

from shared.contracts.instruments import (
    AUDIT,
    BHS,
    DAST_10,
    GAD_7,
    MADRS,
    PHQ_9,
    QIDS_SR16,
    SHAPS,
    SHAPS_LIKERT,
    Instrument,
)

Answers = tuple[int | None, ...]


def qids(**items: int | None) -> Answers:
    """All nine domains at 0, decreased appetite and weight answered; `item_5=2` says otherwise."""
    usual: list[int | None] = [0] * 16
    usual[6] = usual[8] = None
    for name, answer in items.items():
        usual[int(name.removeprefix("item_")) - 1] = answer
    return tuple(usual)


@pytest.mark.parametrize(
    ("instrument", "answers", "total"),
    [
        (PHQ_9, (1, 1, 1, 1, 1, 1, 1, None, 1), 9),
        (PHQ_9, (1, 1, 1, 1, 1, 1, None, None, 1), 9),
        (PHQ_9, (1, 1, 1, 1, 1, None, None, None, 1), None),
        (PHQ_9, (1, 1, 1, 1, 1, 1, 1, 1, None), None),
        (PHQ_9, (0, 0, 0, 0, 0, 0, 0, 0, None), None),
        (GAD_7, (2, 2, 2, 2, 2, 2, None), 14),
        (GAD_7, (2, 2, 2, 2, 2, None, None), None),
    ],
)
def test_the_mean_stands_in_for_two_of_the_phq_9_and_one_of_the_gad_7_but_never_for_item_9(
    instrument: Instrument, answers: Answers, total: float | None
) -> None:
    assert instrument.total(answers) == total


def test_a_prorated_half_is_rounded_up() -> None:
    assert PHQ_9.total((1, 1, 1, 1, 0, 0, 0, None, 0)) == 5  # 4 of 8, so 4.5 of 9
    assert GAD_7.total((1, 1, 1, 0, 0, 0, None)) == 4  # 3 of 6, so 3.5 of 7


@pytest.mark.parametrize(
    ("answers", "total"),
    [
        (qids(), 0),
        (qids(item_1=1, item_2=3, item_3=2, item_4=3), 3),
        (qids(item_5=2), 2),
        (qids(item_6=2, item_8=1), 2),
        (qids(item_6=None, item_7=1, item_8=None, item_9=3), 3),
        (qids(item_10=1, item_11=1, item_12=1, item_13=1, item_14=1), 5),
        (qids(item_15=1, item_16=2), 2),
    ],
)
def test_the_qids_counts_the_gravest_item_of_each_of_nine_domains(
    answers: Answers, total: float
) -> None:
    assert QIDS_SR16.faults(answers) == ""
    assert QIDS_SR16.total(answers) == total


def test_all_16_items_of_the_qids_at_3_are_27_and_not_their_sum() -> None:
    worst = tuple(None if item in (7, 9) else 3 for item in range(1, 17))

    assert QIDS_SR16.total(worst) == 27


@pytest.mark.parametrize("pair", [(6, 7), (8, 9)])
def test_of_each_appetite_and_weight_pair_only_one_is_answered(pair: tuple[int, int]) -> None:
    both = qids(**{f"item_{item}": 0 for item in pair})
    neither = qids(**{f"item_{item}": None for item in pair})

    assert QIDS_SR16.faults(both) == (
        f"items {pair[0]} and {pair[1]} are both answered: send null for one of them"
    )
    assert QIDS_SR16.faults(neither) == ""
    assert QIDS_SR16.total(neither) is None


@pytest.mark.parametrize("item", [1, 4, 5, 12, 15, 16])
def test_a_domain_of_the_qids_with_a_missing_item_is_not_known(item: int) -> None:
    assert QIDS_SR16.total(qids(**{f"item_{item}": None})) is None


def test_madrs_is_rated_by_a_clinician_from_0_to_6() -> None:
    assert MADRS.answered_by == "clinician"
    assert MADRS.total((6,) * 10) == 60
    assert MADRS.faults((7, *(0,) * 9)) == "item 1 is 7, the range is 0 to 6"


def test_a_hopeless_answer_is_a_point() -> None:
    assert BHS.total((1,) * 9 + (0,) * 11) == 9


@pytest.mark.parametrize(
    ("answers", "counted", "summed"),
    [
        ((1,) * 14, 0, 14),
        ((2,) * 14, 0, 28),
        ((3,) * 14, 14, 42),
        ((4,) * 14, 14, 56),
        ((3, 4, *(2,) * 12), 2, 31),
    ],
)
def test_the_same_shaps_answers_have_two_scorings_with_definitions_of_their_own(
    answers: Answers, counted: float, summed: float
) -> None:
    assert (SHAPS.total(answers), SHAPS_LIKERT.total(answers)) == (counted, summed)
    assert SHAPS.definition == "shaps/snaith-1995/1"
    assert SHAPS_LIKERT.definition == "shaps/franken-2007/1"


def test_three_disagreements_are_abnormal() -> None:
    assert SHAPS.band(2) == "normal"
    assert SHAPS.band(3) == "abnormal"


def test_answers_coded_0_and_1_are_no_shaps_answers() -> None:
    assert SHAPS.faults((0, 1) * 7) == "item 1 is 0, the range is 1 to 4"


def test_being_always_able_to_stop_is_no_point_of_the_dast_10() -> None:
    assert DAST_10.total((0, 0, 1, 0, 0, 0, 0, 0, 0, 0)) == 0
    assert DAST_10.total((0,) * 10) == 1
    assert DAST_10.total((1, 1, 0, 1, 1, 1, 1, 1, 1, 1)) == 10


def test_the_audit_is_a_plain_sum() -> None:
    assert AUDIT.total((4, 2, 0, 0, 0, 0, 0, 0, 2, 0)) == 8
