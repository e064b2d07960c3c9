"""Random effects over clinics: tau2 by DerSimonian-Laird and by Paule-Mandel, from statsmodels."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student
from statsmodels.stats.meta_analysis import combine_effects

from services.outcomes.analytics.report.shapes import Estimate, Limits, Pooled
from services.outcomes.analytics.report.statistics.proportions import Z_95
from services.outcomes.analytics.report.statistics.rounding import half_up

METHODS: dict[str, str] = {"dl": "DerSimonian-Laird", "pm": "Paule-Mandel"}


def pooled_rates(counts: Sequence[tuple[int, int]]) -> tuple[Pooled, ...]:
    """In percent, pooled as logits; half a person is added where a clinic has none or all."""
    correction = 0.5 if any(x in (0, n) for x, n in counts) else 0.0
    pairs = [(x + correction, n - x + correction) for x, n in counts]
    logits = [math.log(yes / no) for yes, no in pairs]
    return _pooled(logits, [1 / yes + 1 / no for yes, no in pairs], "logit")


def pooled_means(means: Sequence[float], variances: Sequence[float]) -> tuple[Pooled, ...]:
    """In points of the instrument; a variance is that of the mean."""
    return _pooled(means, variances, "points")


def funnel_of_means(centre: float, sd: float, sizes: Sequence[int]) -> list[Limits]:
    """Where clinics of so many people are by chance alone, by the normal distribution."""
    wide = float(norm.ppf(0.999))
    return [
        Limits(
            n,
            *(half_up(centre + z * sd / math.sqrt(n)) for z in (-Z_95, Z_95, -wide, wide)),
        )
        for n in sizes
    ]


def _pooled(
    effects: Sequence[float], variances: Sequence[float], scale: Literal["logit", "points"]
) -> tuple[Pooled, ...]:
    """Nothing of fewer than two clinics, or where one has no variance."""
    if len(effects) < 2 or min(variances) <= 0:
        return ()
    return tuple(_by(method, effects, variances, scale) for method in METHODS)


def _by(
    method: str,
    effects: Sequence[float],
    variances: Sequence[float],
    scale: Literal["logit", "points"],
) -> Pooled:
    v = np.array(variances)
    # Where clinics differ less than by chance, statsmodels' estimate is negative, and its weights.
    with np.errstate(invalid="ignore"):
        found = combine_effects(np.array(effects), v, method_re=method)
    tau2, k = max(0.0, float(found.tau2)), len(effects)
    weights = 1 / (v + tau2)
    mean, error = float(np.average(effects, weights=weights)), float(weights.sum() ** -0.5)
    spread = math.sqrt(tau2 + error**2)
    return Pooled(
        method=METHODS[method],
        scale=scale,
        clinics=k,
        estimate=_estimate(mean, Z_95 * error, scale),
        # Higgins 2009: t with k-2 degrees of freedom, so of three clinics or more.
        prediction=_estimate(mean, float(student.ppf(0.975, k - 2)) * spread, scale)
        if k > 2
        else None,
        tau2=half_up(tau2, 4),
        i2=half_up(100 * max(0.0, float(found.i2)), 1),
    )


def _estimate(mean: float, half_width: float, scale: str) -> Estimate:
    ends = (mean, mean - half_width, mean + half_width)
    if scale == "logit":
        return Estimate(*(half_up(100 / (1 + math.exp(-each)), 1) for each in ends))
    return Estimate(*(half_up(each) for each in ends))
