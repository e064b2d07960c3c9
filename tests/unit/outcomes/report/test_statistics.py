"""What is written by hand is judged by an independent implementation or a brute force."""

import math
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from scipy.stats import binom

from services.outcomes.analytics.report.statistics import lifetimes, pooling, proportions, rounding
from services.outcomes.analytics.report.statistics.change import Sums, changes

_COUNT = st.integers(0, 60)
_LIFE = st.tuples(st.integers(0, 2), st.integers(1, 12), st.booleans())


@given(st.integers(0, 3000), st.integers(1, 3000))
def test_percentages_are_rounded_half_up_as_decimal_does(part: int, whole: int) -> None:
    exact = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)

    assert rounding.percent([part], [whole])[0] == float(exact)


@given(st.integers(-30000, 30000), st.integers(1, 3000))
def test_quotients_are_rounded_half_up_away_from_zero(part: int, whole: int) -> None:
    exact = (Decimal(part) / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)

    assert rounding.ratio([part], [whole])[0] == float(exact)


def test_10_of_32_is_31_3() -> None:
    assert rounding.percent([10], [32])[0] == 31.3


@given(_COUNT, st.integers(1, 60))
def test_wilson_is_where_the_score_test_stops_rejecting(hits: int, n: int) -> None:
    hits = min(hits, n)
    low, high = (float(each[0]) for each in proportions.wilson([hits], [n]))

    for p in (low, high):
        if 1e-9 < p < 1 - 1e-9:
            z = (hits / n - p) / math.sqrt(p * (1 - p) / n)
            assert abs(z) == pytest.approx(proportions.Z_95, abs=1e-6)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(31, 60), st.integers(31, 60))
def test_the_score_test_is_at_its_quantile_at_both_ends(x1: int, x2: int, n1: int, n2: int) -> None:
    """The rates under the difference assumed are searched for, not solved for."""
    for end in proportions.miettinen_nurminen(x1, n1, x2, n2):
        second = np.linspace(max(0.0, -end), min(1.0, 1 - end), 20_001)[1:-1]
        one = second + end
        likelihood = (
            x1 * np.log(one)
            + (n1 - x1) * np.log1p(-one)
            + x2 * np.log(second)
            + (n2 - x2) * np.log1p(-second)
        )
        p2 = second[likelihood.argmax()]
        p1, n = p2 + end, n1 + n2
        variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * n / (n - 1)
        z = (x1 / n1 - x2 / n2 - end) / math.sqrt(variance)
        assert abs(z) == pytest.approx(proportions.Z_95, abs=2e-3)


@pytest.mark.parametrize(("x1", "x2"), [(0, 0), (10, 10), (0, 10), (10, 0), (0, 5), (10, 5)])
def test_a_difference_has_an_interval_where_nobody_or_everybody_responded(x1: int, x2: int) -> None:
    low, high = proportions.miettinen_nurminen(x1, 10, x2, 10)

    assert -1 <= low <= (x1 - x2) / 10 <= high <= 1
    assert high - low > 0.2


@given(st.integers(0, 12), st.integers(0, 12))
def test_mcnemar_counts_the_coin_tosses_at_least_as_uneven(gone: int, come: int) -> None:
    n, seen = gone + come, abs(gone - come)
    ways = sum(math.comb(n, k) for k in range(n + 1) if abs(2 * k - n) >= seen)

    expected = None if n == 0 else pytest.approx(ways / 2**n)
    assert proportions.mcnemar(gone, come) == expected


@settings(deadline=None, max_examples=40)
@given(st.lists(_LIFE, min_size=3, max_size=40))
def test_survival_is_that_of_lifelines(lives: list[tuple[int, int, bool]]) -> None:
    people = pl.DataFrame(lives, schema=["group", "time", "event"], orient="row")
    table = lifetimes.life_table(people)

    for (group,), of in people.group_by("group"):
        theirs = KaplanMeierFitter().fit(of["time"].to_numpy(), of["event"].to_numpy())
        ours = table.filter(pl.col("group") == group)
        expected = theirs.survival_function_["KM_estimate"].loc[ours["time"].to_list()].to_numpy()
        limits = theirs.confidence_interval_.loc[ours["time"].to_list()].to_numpy()
        inner = (expected > 1e-12) & (expected < 1 - 1e-12)
        assert ours["survival"].to_numpy() == pytest.approx(expected)
        for column, name in enumerate(("low", "high")):
            mine = ours[name].to_numpy()[inner]
            assert mine == pytest.approx(limits[inner, column], abs=1e-6)
        at_half = np.isclose(expected, 0.5).any()  # theirs comes out just above it
        half = lifetimes.medians(table).get(group, math.inf)
        assert at_half or half == theirs.median_survival_time_


@settings(deadline=None, max_examples=40)
@given(st.lists(_LIFE, min_size=6, max_size=40))
def test_the_log_rank_test_is_that_of_lifelines(lives: list[tuple[int, int, bool]]) -> None:
    people = pl.DataFrame(lives, schema=["group", "time", "event"], orient="row")
    ours = lifetimes.log_rank(people)
    columns = [people[name].to_numpy() for name in ("time", "group", "event")]

    if ours is None:
        assert people["group"].n_unique() < 2 or not people["event"].any()
    else:
        theirs = multivariate_logrank_test(*columns)
        assert ours.chi2 == pytest.approx(theirs.test_statistic, abs=0.006)


@given(st.lists(st.tuples(st.integers(0, 27), st.integers(0, 27)), min_size=3, max_size=30))
def test_changes_and_effect_sizes_are_those_of_numpy(pairs: list[tuple[int, int]]) -> None:
    base, after = np.array(pairs, float).T
    change = after - base
    (ours,) = changes(_sums(base, change), np.array([-1]))

    assert ours.mean == pytest.approx(change.mean(), abs=0.0051)
    assert ours.sd == pytest.approx(change.std(ddof=1), abs=0.0051)
    divisors = {
        "d_pre": base.std(ddof=1),
        "d_av": math.sqrt((base.var(ddof=1) + after.var(ddof=1)) / 2),
        "d_z": change.std(ddof=1),
    }
    for effect in ours.effects:
        d = -change.mean() / divisors[effect.of]
        assert effect.d == pytest.approx(d, abs=0.0051)
        assert effect.g == pytest.approx(d * (1 - 3 / (4 * (len(pairs) - 1) - 1)), abs=0.0051)
        assert effect.low <= effect.g <= effect.high


def _sums(base: np.ndarray, change: np.ndarray) -> Sums:
    b, c = (np.round(100 * each).astype(np.int64) for each in (base, change))
    products = (c.sum(), (c * c).sum(), b.sum(), (b * b).sum(), (b * c).sum())
    return Sums(*(np.array([each], np.int64) for each in (len(b), *products)))


def test_pooling_is_der_simonian_and_laird_by_their_formula() -> None:
    counts = [(30, 60), (20, 80), (45, 70), (10, 40)]
    (ours, _) = pooling.pooled_rates(counts)

    y = np.array([math.log(x / (n - x)) for x, n in counts])
    v = np.array([1 / x + 1 / (n - x) for x, n in counts])
    w = 1 / v
    q = float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())
    tau2 = max(0.0, (q - 3) / (w.sum() - (w**2).sum() / w.sum()))
    u = 1 / (v + tau2)
    mean, error = (u * y).sum() / u.sum(), 1 / math.sqrt(u.sum())
    assert ours.tau2 == pytest.approx(tau2, abs=1e-4)
    assert ours.i2 == pytest.approx(100 * (q - 3) / q, abs=0.06)
    for told, logit in (
        (ours.estimate.value, mean),
        (ours.estimate.low, mean - 1.959964 * error),
        (ours.estimate.high, mean + 1.959964 * error),
    ):
        assert told == pytest.approx(100 / (1 + math.exp(-logit)), abs=0.06)


def test_a_prediction_interval_is_wider_than_the_interval_of_the_mean() -> None:
    for pooled in pooling.pooled_rates([(30, 60), (20, 80), (45, 70), (10, 40)]):
        assert pooled.prediction is not None
        assert pooled.prediction.low < pooled.estimate.low
        assert pooled.prediction.high > pooled.estimate.high


@pytest.mark.parametrize("n", [11, 40, 300])
def test_so_few_clinics_are_outside_the_funnel_by_chance(n: int) -> None:
    (limits,) = proportions.funnel(0.4, [n])
    counts = np.arange(n + 1)
    shares, chance = 100 * counts / n, binom.pmf(counts, n, 0.4)

    for low, high, allowed in (
        (limits.low_95, limits.high_95, 0.05),
        (limits.low_998, limits.high_998, 0.002),
    ):
        outside = chance[(shares < low - 0.051) | (shares > high + 0.051)].sum()
        assert outside <= allowed


def test_clinics_that_differ_less_than_by_chance_are_pooled_as_one() -> None:
    for pooled in pooling.pooled_rates([(30, 60), (30, 60), (30, 60)]):
        half_width = 1.959964 * math.sqrt(1 / 90 + 1 / 90)
        assert (pooled.tau2, pooled.i2, pooled.estimate.value) == (0, 0, 50)
        assert pooled.estimate.high == pytest.approx(100 / (1 + math.exp(-half_width)), abs=0.06)
