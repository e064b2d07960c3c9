"""Rates: Wilson, differences by Miettinen and Nurminen, McNemar, limits of a funnel."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom, binomtest, norm
from statsmodels.stats.proportion import proportion_confint

from services.outcomes.analytics.report.shapes import Estimate, Limits, Rate
from services.outcomes.analytics.report.statistics.rounding import (
    Numbers,
    half_up,
    percent,
    rounded,
    told,
)

Z_95 = float(norm.ppf(0.975))
FUNNEL = "exact binomial"
MIETTINEN_NURMINEN = "score, Miettinen and Nurminen 1985"


def wilson(numerator: Numbers, denominator: Numbers) -> tuple[Numbers, Numbers]:
    """95 % limits between 0 and 1; not a number where the denominator is 0."""
    below = np.asarray(denominator, float)
    safe = np.where(below > 0, below, 1)
    low, high = proportion_confint(np.asarray(numerator, float), safe, method="wilson")
    empty = np.where(below > 0, 0.0, np.nan)
    return np.clip(low, 0, 1) + empty, np.clip(high, 0, 1) + empty


def rates(numerator: Numbers, denominator: Numbers, lost: Numbers) -> list[Rate]:
    """One per group."""
    low, high = wilson(numerator, denominator)
    columns = (
        np.asarray(numerator).tolist(),
        np.asarray(denominator).tolist(),
        told(percent(numerator, denominator)),
        told(rounded(low * 100, 1)),
        told(rounded(high * 100, 1)),
        np.asarray(lost).tolist(),
    )
    return [Rate(*each) for each in zip(*columns, strict=True)]


def difference(first: tuple[int, int], second: tuple[int, int]) -> Estimate | None:
    """First minus second in percentage points, each as (numerator, denominator)."""
    (x1, n1), (x2, n2) = first, second
    if not n1 or not n2:
        return None
    low, high = miettinen_nurminen(x1, n1, x2, n2)
    points = half_up(100 * (x1 * n2 - x2 * n1) / (n1 * n2), 1)
    return Estimate(points, half_up(100 * low, 1), half_up(100 * high, 1))


def miettinen_nurminen(x1: int, n1: int, x2: int, n2: int) -> tuple[float, float]:
    """95 % limits of x1/n1 - x2/n2: the differences that the score test does not reject.

    By hand: statsmodels 0.15 has a count where the cubic needs a size, so that its interval is a
    little off, and it fails at the edges. The tests search for the likeliest rates instead.
    """
    seen, tiny = x1 / n1 - x2 / n2, 1e-9

    def distance(assumed: float) -> float:
        variance = _variance(assumed, x1, n1, x2, n2)
        return (seen - assumed) ** 2 - Z_95**2 * max(variance, 1e-15)

    ends = []
    for edge in (-1 + tiny, 1 - tiny):
        outside = distance(edge) > 0 and abs(seen - edge) > 10 * tiny
        ends.append(float(brentq(distance, edge, seen, xtol=1e-12)) if outside else round(edge))
    return ends[0], ends[1]


def _variance(assumed: float, x1: int, n1: int, x2: int, n2: int) -> float:
    """Of the difference, were it `assumed`: at the likeliest rates, with the factor N/(N-1).

    The likeliest second rate is a root of the cubic of Miettinen and Nurminen 1985, appendix.
    """
    total, hits = n1 + n2, x1 + x2
    b = (n1 + 2 * n2) * assumed - total - hits
    c = (n2 * assumed - total - 2 * x2) * assumed + hits
    d = x2 * assumed * (1 - assumed)
    q = (b / (3 * total)) ** 3 - b * c / (6 * total**2) + d / (2 * total)
    p = math.copysign(math.sqrt(max((b / (3 * total)) ** 2 - c / (3 * total), 0.0)), q)
    angle = (math.pi + math.acos(min(1.0, max(-1.0, q / p**3 if p else 0.0)))) / 3
    second = min(1.0, max(0.0, 2 * p * math.cos(angle) - b / (3 * total)))
    one = min(1.0, max(0.0, second + assumed))
    spread = one * (1 - one) / n1 + second * (1 - second) / n2
    return spread * total / (total - 1)


def mcnemar(gone: int, come: int) -> float | None:
    """Exact two-sided p that as many lose it as get it; None where nobody changed."""
    return float(binomtest(gone, gone + come).pvalue) if gone + come else None


def funnel(centre: float, sizes: Sequence[int]) -> list[Limits]:
    """Where clinics of so many people are by chance alone, in percent; `centre` is from 0 to 1."""
    n = np.asarray(sizes)
    ends = [_binomial(level, n, centre) for level in (0.025, 0.975, 0.001, 0.999)]
    columns = [told(rounded(100 * each, 1)) for each in ends]
    return [Limits(*each) for each in zip(n.tolist(), *columns, strict=True)]


def _binomial(level: float, n: Numbers, centre: float) -> Numbers:
    """At most so much chance is beyond it."""
    return binom.ppf(level, n, centre) / n
