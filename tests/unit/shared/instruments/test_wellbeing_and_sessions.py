"""WHO-5, BRS, LET, MEQ30, EBI and CADSS: direction, reversal, four factors, a short form."""

import pytest

from shared.contracts.instruments import (
    BRS,
    CADSS,
    CADSS_6,
    EBI,
    LET,
    MEQ30,
    WHO_5,
    cadss_6_of,
    complete_mystical,
)

MYSTICAL = (4, 5, 6, 9, 14, 15, 16, 18, 20, 21, 23, 24, 25, 26, 28)
POSITIVE_MOOD = (2, 8, 12, 17, 27, 30)
TRANSCENDENCE = (1, 7, 11, 13, 19, 22)
INEFFABILITY = (3, 10, 29)
FACTORS = (MYSTICAL, POSITIVE_MOOD, TRANSCENDENCE, INEFFABILITY)


def meq(usual: int = 3, **items: int | None) -> tuple[int | None, ...]:
    return tuple(items.get(f"item_{item}", usual) for item in range(1, 31))


@pytest.mark.parametrize(("raw", "percent"), [(0, 0), (12, 48), (13, 52), (25, 100)])
def test_who_5_is_its_raw_sum_times_4_and_rises_with_health(raw: int, percent: float) -> None:
    answers = tuple(min(5, max(0, raw - 5 * place)) for place in range(5))

    assert WHO_5.total(answers) == percent


@pytest.mark.parametrize(
    ("answers", "mean"),
    [
        ((5, 1, 5, 1, 5, 1), 5.0),
        ((1, 5, 1, 5, 1, 5), 1.0),
        ((3, 3, 3, 3, 3, 3), 3.0),
        ((5, 5, 5, 5, 5, 5), 3.0),
        ((4, 3, 3, 3, 3, 3), 3.17),
        ((4, 2, 3, 3, 3, 3), 3.33),
        ((5, 3, 4, 3, 4, 2), 3.83),
    ],
)
def test_the_brs_is_a_mean_with_items_2_4_and_6_reversed(
    answers: tuple[int, ...], mean: float
) -> None:
    assert BRS.total(answers) == mean


def test_the_brs_begins_at_1() -> None:
    assert BRS.faults((0, 1, 1, 1, 1, 1)) == "item 1 is 0, the range is 1 to 5"
    assert BRS.total((None, 1, 1, 1, 1, 1)) is None


@pytest.mark.parametrize(
    ("answers", "total"),
    [
        ((1, 5, 1, 5, 1, 5), 30),
        ((5, 1, 5, 1, 5, 1), 6),
        ((3, 3, 3, 3, 3, 3), 18),
        ((5, 5, 5, 5, 5, 5), 18),
        ((2, 4, 3, 5, 1, 4), 25),
    ],
)
def test_the_let_is_a_sum_with_items_1_3_and_5_reversed(
    answers: tuple[int, ...], total: float
) -> None:
    assert LET.total(answers) == total


def test_the_let_needs_every_item_and_begins_at_1() -> None:
    assert LET.total((None, 5, 1, 5, 1, 5)) is None
    assert LET.faults((0, 5, 1, 5, 1, 5)) == "item 1 is 0, the range is 1 to 5"


def test_the_ebi_is_a_mean_of_items_from_0_to_100() -> None:
    assert EBI.total((100, 100, 0, 0, 0, 0)) == 33.33
    assert EBI.total((1, 0, 0, 0, 0, 0)) == 0.17
    assert EBI.faults((101, 0, 0, 0, 0, 0)) == "item 1 is 101, the range is 0 to 100"


def test_the_four_factors_of_the_meq30_are_all_its_items_once() -> None:
    assert sorted(item for factor in FACTORS for item in factor) == list(range(1, 31))


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("mystical", MYSTICAL),
        ("positive-mood", POSITIVE_MOOD),
        ("transcendence", TRANSCENDENCE),
        ("ineffability", INEFFABILITY),
    ],
)
def test_a_factor_of_the_meq30_is_the_percentage_of_its_own_items(
    name: str, items: tuple[int, ...]
) -> None:
    alone = meq(0, **{f"item_{item}": 5 for item in items})

    assert MEQ30.subscales(alone)[name] == 100
    assert sum(share or 0 for share in MEQ30.subscales(alone).values()) == 100


def test_a_percentage_is_rounded_half_up() -> None:
    assert MEQ30.subscales(meq(0, item_4=1))["mystical"] == 1.3  # 1 of 75
    assert MEQ30.subscales(meq(0, item_3=1))["ineffability"] == 6.7  # 1 of 15


def test_sixty_percent_on_each_factor_is_a_complete_mystical_experience() -> None:
    assert complete_mystical(meq(3)) is True


@pytest.mark.parametrize("factor", FACTORS, ids=["mystical", "mood", "transcendence", "ineffable"])
def test_one_factor_below_sixty_percent_is_none_however_high_the_rest(
    factor: tuple[int, ...],
) -> None:
    short = meq(5, **{f"item_{item}": 3 for item in factor} | {f"item_{factor[0]}": 2})

    assert complete_mystical(short) is False


def test_a_missing_answer_leaves_its_factor_and_the_whole_unknown() -> None:
    answers = meq(5, item_3=None)

    assert MEQ30.total(answers) is None
    assert complete_mystical(answers) is None
    assert MEQ30.subscales(answers) == {
        "mystical": 100,
        "positive-mood": 100,
        "transcendence": 100,
        "ineffability": None,
    }


def test_the_cadss_6_is_six_items_of_the_cadss() -> None:
    cadss = tuple(item % 5 for item in range(1, 24))

    short = cadss_6_of(cadss)

    assert short == [1, 2, 1, 2, 0, 2]
    assert CADSS_6.total(short) == 8 == CADSS.subscales(cadss)["cadss-6"]


@pytest.mark.parametrize("item", [1, 2, 6, 7, 15, 22])
def test_without_one_of_its_items_there_is_no_cadss_6(item: int) -> None:
    cadss = tuple(None if each == item else 1 for each in range(1, 24))

    assert cadss_6_of(cadss) is None
    assert CADSS.subscales(cadss) == {"cadss-6": None}


def test_another_missing_item_leaves_the_cadss_6_known_but_not_the_cadss() -> None:
    cadss = tuple(None if each == 3 else 1 for each in range(1, 24))

    assert CADSS.total(cadss) is None
    assert CADSS.subscales(cadss) == {"cadss-6": 6}


def test_dissociation_is_above_4() -> None:
    assert CADSS.band(4) == "none"
    assert CADSS.band(5) == "dissociation"
