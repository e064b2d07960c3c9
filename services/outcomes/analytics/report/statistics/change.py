"""Mean changes and effect sizes from sums of whole hundredths, so that no order can matter."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from services.outcomes.analytics.report.shapes import Effect, MeanChange
from services.outcomes.analytics.report.statistics.proportions import Z_95
from services.outcomes.analytics.report.statistics.rounding import Numbers, ratio, rounded, told
from shared.contracts.instruments import INSTRUMENTS


@dataclass(frozen=True)
class Sums:
    """Per group, of people with both scores: `change`, `base`, their squares and product.

    All of hundredths of a point, whole numbers.
    """

    n: Numbers
    change: Numbers
    change_squared: Numbers
    base: Numbers
    base_squared: Numbers
    product: Numbers

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.n + other.n,
            self.change + other.change,
            self.change_squared + other.change_squared,
            self.base + other.base,
            self.base_squared + other.base_squared,
            self.product + other.product,
        )


def direction(instruments: Sequence[str]) -> Numbers:
    """-1 where lower scores are better, +1 where higher ones are."""
    known = [INSTRUMENTS.get(each) for each in instruments]
    return np.array([1 if each and each.better == "higher" else -1 for each in known])


def changes(sums: Sums, better: Numbers) -> list[MeanChange]:
    """One per group. `better`: its direction."""
    moments = _Moments(sums)
    half_width = moments.quantile * np.sqrt(moments.of_change / moments.n)
    columns = (
        sums.n.tolist(),
        told(ratio(sums.change, 100 * sums.n)),
        told(rounded(moments.mean - half_width)),
        told(rounded(moments.mean + half_width)),
        told(rounded(np.sqrt(moments.of_change))),
        _effects(moments, better),
    )
    return [MeanChange(*each) for each in zip(*columns, strict=True)]


class _Moments:
    """Variances with n-1; not a number of fewer than two people."""

    def __init__(self, sums: Sums) -> None:
        n = np.where(sums.n > 1, sums.n, np.nan).astype(float)
        self.n = n
        self.mean = sums.change / n / 100
        self.of_change = _variance(sums.change, sums.change, sums.change_squared, n)
        self.of_base = _variance(sums.base, sums.base, sums.base_squared, n)
        together = _variance(sums.change, sums.base, sums.product, n)
        self.of_after = np.maximum(self.of_change + self.of_base + 2 * together, 0.0)
        self.covariance = self.of_base + together
        self.quantile = student.ppf(0.975, np.where(n > 1, n - 1, np.nan))


def _variance(one: Numbers, other: Numbers, product: Numbers, n: Numbers) -> Numbers:
    """The covariance of two, in points."""
    return (product - one.astype(float) * other / n) / (n - 1) / 10_000


def _effects(m: _Moments, better: Numbers) -> list[tuple[Effect, ...]]:
    """Intervals: d_pre by Becker 1988, d_av by Bonett 2008, d_z by Hedges' large-sample one."""
    toward = m.mean * better
    with np.errstate(divide="ignore", invalid="ignore"):
        pre, z = toward / np.sqrt(m.of_base), toward / np.sqrt(m.of_change)
        both = (m.of_base + m.of_after) / 2
        av = toward / np.sqrt(both)
        r = m.covariance / np.sqrt(m.of_base * m.of_after)
        of_pre = 2 * (1 - r) / m.n + pre**2 / (2 * m.n)
        squares = m.of_base**2 + m.of_after**2 + 2 * m.covariance**2
        of_av = av**2 * squares / (8 * both**2 * (m.n - 1)) + m.of_change / (both * (m.n - 1))
        of_z = 1 / m.n + z**2 / (2 * m.n)
    named = (("d_pre", pre, of_pre), ("d_av", av, of_av), ("d_z", z, of_z))
    each_named = [_named(name, d, variance, m.n) for name, d, variance in named]
    return [tuple(e for e in some if e is not None) for some in zip(*each_named, strict=True)]


def _named(of: str, d: Numbers, variance: Numbers, n: Numbers) -> list[Effect | None]:
    """None where everybody is alike, or there are fewer than three people (J needs df > 1)."""
    j = 1 - 3 / (4 * (n - 1) - 1)
    with np.errstate(invalid="ignore"):
        g, half_width = j * d, Z_95 * j * np.sqrt(variance)
    known = np.isfinite(half_width) & np.isfinite(g) & (n > 2)
    d, g, half_width = (np.where(known, each, np.nan) for each in (d, g, half_width))
    columns = [told(rounded(each)) for each in (d, g, g - half_width, g + half_width)]
    rows = zip(known.tolist(), *columns, strict=True)
    return [Effect(of, *values) if is_known else None for is_known, *values in rows]  # type: ignore[arg-type]
