"""The published numbers of clinical reference 1.2, 4.1 and 4.2 come out of our formulas."""

from decimal import Decimal
from fractions import Fraction
from math import sqrt

import pytest

from services.outcomes.domain.axis.result import Result, half_up
from services.outcomes.domain.axis.results import results
from services.outcomes.domain.axis.states import cut_off, rci, sdiff_squared
from shared.kernel.policy import Measure
from tests.kit.outcomes import (
    DAY_0,
    POLICY,
    a_trajectory,
    answered,
    gad_answers,
    on_day,
    phq,
)


def last(before: int, after: int) -> Result:
    given = [phq(before, on_day(-1)), phq(after, on_day(21))]
    return results(a_trajectory(doses=[DAY_0], answered=given), POLICY)[-1]


def rc95(sd: float, r: float) -> Decimal:
    squared = Fraction("1.96") ** 2 * sdiff_squared(Measure("x/states/1", sd, r, "1.2"))
    return (Decimal(squared.numerator) / Decimal(squared.denominator)).sqrt()


@pytest.mark.parametrize(
    ("sd", "r", "published"),
    [
        (5.66, 0.89, "5.20"),
        (5.5, 0.89, "5.06"),
        (4.7, 0.89, "4.32"),
        (4.5, 0.92, "3.53"),
        (14.72, 0.94, "9.99"),
        (14.72, 0.82, "17.3"),
        (6.4, 0.84, "7.10"),
        (6.4, 0.91, "5.32"),
        (4.5, 0.86, "4.67"),
        (5.8, 0.82, "6.82"),
        (5.8, 0.93, "4.25"),
        (20, 0.85, "21.5"),
        (0.76, 0.85, "0.82"),
        (18, 0.93, "13.2"),
        (18, 0.95, "11.2"),
        (6, 0.89, "5.5"),
        (7, 0.91, "5.8"),
    ],
)
def test_the_least_reliable_change_is_that_of_the_reference(
    sd: float, r: float, published: str
) -> None:
    places = Decimal(1).scaleb(-len(published.partition(".")[2]))

    assert rc95(sd, r).quantize(places) == Decimal(published)


@pytest.mark.parametrize(
    ("instrument", "published"),
    [
        ("phq-9", "5.20"),
        ("gad-7", "3.53"),
        ("pcl-5", "17.3"),
        ("madrs", "7.10"),
        ("qids-sr16", "4.67"),
        ("bhs", "6.82"),
        ("who-5", "21.5"),
        ("brs", "0.82"),
        ("dadds", "13.2"),
        ("ds-ii", "5.5"),
        ("shaps-likert", "5.8"),
    ],
)
def test_the_policys_parameters_are_those_of_the_reference(instrument: str, published: str) -> None:
    measure = POLICY.measures[instrument]
    places = Decimal(1).scaleb(-len(published.partition(".")[2]))

    assert rc95(measure.sd, measure.r).quantize(places) == Decimal(published)


@pytest.mark.parametrize("change", [-27, -6, -0.34, 0, 5, 11.5, 60])
@pytest.mark.parametrize("measure", POLICY.measures.values(), ids=POLICY.measures)
def test_the_rci_is_the_one_of_the_textbook(measure: Measure, change: float) -> None:
    textbook = change / (measure.sd * sqrt(1 - measure.r) * sqrt(2))

    assert rci(change, measure) == pytest.approx(textbook, abs=0.0006)


def test_the_cut_off_of_the_phq_9_is_9_59() -> None:
    bound = cut_off(POLICY.measures["phq-9"])

    assert bound is not None
    assert round(float(bound), 2) == 9.59


@pytest.mark.parametrize(
    ("before", "after", "response", "remission"),
    [
        (20, 10, True, False),
        (20, 11, False, False),
        (10, 5, True, False),
        (10, 4, True, True),
        (9, 4, True, True),
        (8, 4, True, True),
        (7, 4, False, True),
    ],
)
def test_response_and_remission_are_those_of_mcinnes_2022(
    before: int, after: int, response: bool, remission: bool
) -> None:
    """A drop of at least 50 %, and a score below 5: neither asks for the other."""
    result = last(before, after)

    assert (result.response, result.remission) == (response, remission)


@pytest.mark.parametrize(
    ("before", "after", "remission", "significant"),
    [
        (10, 4, True, True),
        (9, 4, False, False),  # only who began at 10 or more can remit
        (14, 9, False, True),  # a drop of 5 to below 10
        (13, 9, False, False),
        (20, 10, False, False),
    ],
)
def test_hull_2022_can_be_told_from_what_a_result_says(
    before: int, after: int, remission: bool, significant: bool
) -> None:
    """Remission: below 5 from a baseline of 10 or more. Clinically significant there: a drop of
    at least 5 and below the threshold of 10."""
    result = last(before, after)
    assert result.baseline is not None
    assert result.change is not None
    assert result.score is not None

    assert (bool(result.remission) and result.baseline >= 10) is remission
    assert (result.change <= -5 and result.score < 10 <= result.baseline) is significant


def test_anxiety_remits_below_5_as_in_hull_2022() -> None:
    given = [
        answered(gad_answers(score), on_day(day), "gad-7") for score, day in ((15, -1), (4, 21))
    ]

    result = results(a_trajectory(doses=[DAY_0], answered=given), POLICY)[-1]

    assert (result.response, result.remission) == (True, True)


def test_as_in_lii_2023_more_may_remit_than_respond() -> None:
    """There 11 of 19 remitted and 7 of 19 responded: who begins low remits without a response."""
    both, only_remitted, neither = [last(20, 3)] * 7, [last(7, 4)] * 4, [last(20, 15)] * 8
    group = [*both, *only_remitted, *neither]

    assert (sum(each.remission is True for each in group), len(group)) == (11, 19)
    assert sum(each.response is True for each in group) == 7


def test_as_in_sustain_3_who_has_no_baseline_counts_for_remission_only() -> None:
    """40 of 63 responded, 34 of 64 remitted: the 64th had no baseline."""
    unmeasured = results(a_trajectory(doses=[DAY_0], answered=[phq(3, on_day(21))]), POLICY)[-1]
    group = [last(20, 3)] * 33 + [last(20, 9)] * 7 + [last(20, 15)] * 23 + [unmeasured]

    responded = [each.response for each in group if each.response is not None]
    remitted = [each.remission for each in group if each.remission is not None]
    assert (sum(responded), len(responded)) == (40, 63)
    assert (sum(remitted), len(remitted)) == (34, 64)


def test_10_of_32_are_printed_31_3() -> None:
    assert half_up(Decimal(10) * 100 / 32) == 31.3
    assert round(10 * 100 / 32, 1) == 31.2, "which is why"
