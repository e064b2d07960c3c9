"""Clinics against the network: funnel, forest, differences. Small or unfollowed ones are hidden,
with the reason (OUT-10)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.report.counting.people import AFTER_LAST_DOSE, people
from services.outcomes.analytics.report.counting.tally import Tally, tally
from services.outcomes.analytics.report.counts import Dimension
from services.outcomes.analytics.report.shapes import (
    At,
    Compared,
    ComparisonReport,
    DifferenceReport,
    Estimate,
    Limits,
    MeanChange,
    Measure,
    Pooled,
    Rate,
)
from services.outcomes.analytics.report.statistics import pooling, proportions
from services.outcomes.analytics.report.statistics.change import changes, direction
from services.outcomes.analytics.report.statistics.rounding import half_up
from services.outcomes.analytics.report.warnings import LOST, PERSONS, about
from shared.kernel.policy import Policy

_POINTS = 24
"""So many sizes make a smooth funnel."""


@dataclass(frozen=True)
class _Clinic:
    """`of`: numerator and denominator of the measure; for a mean, its n as both."""

    name: str
    of: Rate
    completeness: Rate
    change: MeanChange
    hidden: str


@dataclass(frozen=True)
class By:
    """What is compared. `instrument` None: the primary one of each indication, for rates only,
    as a mean change is of one instrument."""

    measure: Measure
    window: At = "end"
    instrument: str | None = None


def comparison_report(frames: Frames, by: By, policy: Policy) -> ComparisonReport:
    found = tally(people(frames, ("clinic",), by.instrument, policy))
    clinics = _clinics(found, by, policy)
    compared = [each for each in clinics if not each.hidden]
    of = _Means(compared) if by.measure == "mean-change" else _Rates(compared)
    return ComparisonReport(
        measure=by.measure,
        instrument=by.instrument or "",
        window=by.window,
        centre=of.told_centre(),
        limits_method=of.method,
        funnel=tuple(of.limits(_sizes([each.of.denominator or 0 for each in compared]))),
        pooled=of.pooled(),
        items=tuple(_compared(each, of) for each in clinics),
        **about(frames, ("clinic",), by.instrument, PERSONS, LOST),
    )


def difference_report(
    frames: Frames, by: By, dimension: Dimension, groups: tuple[str, str], policy: Policy
) -> DifferenceReport:
    """Two groups of one dimension. Raises KeyError with the one that nobody is in."""
    found = tally(people(frames, (dimension,), by.instrument, policy))
    rates = zip(found.groups, _rates(found, by.measure, by.window), strict=True)
    of = {getattr(group, dimension): rate for group, rate in rates}
    one, other = of[groups[0]], of[groups[1]]
    return DifferenceReport(
        measure=by.measure,
        instrument=by.instrument or "",
        window=by.window,
        dimension=dimension,
        first=groups[0],
        second=groups[1],
        of_first=one,
        of_second=other,
        difference=proportions.difference(_pair(one), _pair(other)),
        method=proportions.MIETTINEN_NURMINEN,
        **about(frames, (dimension,), by.instrument, PERSONS, LOST),
    )


def _clinics(found: Tally, by: By, policy: Policy) -> list[_Clinic]:
    rates = _rates(found, by.measure, by.window)
    completeness = _rates(found, "completeness", by.window)
    sums = found.sums[f"{by.window}/observed"]
    means = changes(sums, direction([by.instrument or ""] * len(found.groups)))
    return [
        _Clinic(group.clinic, of, complete, mean, _why_hidden(of, complete, by.measure, policy))
        for group, of, complete, mean in zip(found.groups, rates, completeness, means, strict=True)
    ]


def _rates(found: Tally, measure: Measure, window: At) -> list[Rate]:
    n = found.counts
    observed = n[f"{window}/observed"]
    due = n[f"{window}/due"] if window in AFTER_LAST_DOSE else n["patients"]
    if measure == "completeness":
        return proportions.rates(observed, due, due - observed)
    if measure == "mean-change":
        changed = n[f"{window}/observed/changed"]
        return proportions.rates(changed, changed, due - observed)
    above, below = (n[f"{window}/observed/{measure}{known}"] for known in ("", "-known"))
    return proportions.rates(above, below, due - observed)


def _why_hidden(of: Rate, completeness: Rate, measure: Measure, policy: Policy) -> str:
    """OUT-10. Completeness itself is compared however low it is."""
    people, share = int(policy["cells.min"]), float(policy["comparison.completeness_min_percent"])
    if (of.denominator or 0) < people:
        return (
            f"Fewer than {people} people can be compared here: chance would decide. "
            "Wait for more results, or ask for more windows."
        )
    seen, due = _pair(completeness)
    if measure != "completeness" and 100 * seen < share * due:
        return (
            f"Fewer than {share:g} % of those due have a result here: who is missing would decide. "
            "Follow up those who are due."
        )
    return ""


def _pair(rate: Rate) -> tuple[int, int]:
    return rate.numerator or 0, rate.denominator or 0


def _sizes(seen: Sequence[int]) -> list[int]:
    """From the smallest clinic to the largest, closer together where the funnel bends."""
    if not seen:
        return []
    low, high = min(seen), max(seen)
    steps = (low * (high / low) ** (step / (_POINTS - 1)) for step in range(_POINTS))
    return sorted({low, high, *(round(each) for each in steps)})


class _Rates:
    """Clinics compared by a rate, in percent."""

    method = proportions.FUNNEL

    def __init__(self, clinics: Sequence[_Clinic]) -> None:
        self._pairs = [_pair(each.of) for each in clinics]
        total = sum(n for _, n in self._pairs)
        self._centre = sum(x for x, _ in self._pairs) / total if total else None

    def told_centre(self) -> float | None:
        return None if self._centre is None else half_up(100 * self._centre, 1)

    def limits(self, sizes: Sequence[int]) -> list[Limits]:
        if self._centre is None or not sizes:
            return []
        return proportions.funnel(self._centre, sizes)

    def pooled(self) -> tuple[Pooled, ...]:
        return pooling.pooled_rates(self._pairs)

    def estimate(self, clinic: _Clinic) -> Estimate | None:
        rate = clinic.of
        if rate.percent is None or rate.low is None or rate.high is None:
            return None
        return Estimate(rate.percent, rate.low, rate.high)


class _Means:
    """Clinics compared by a mean change, in points of the instrument."""

    method = "normal, by the pooled SD"

    def __init__(self, clinics: Sequence[_Clinic]) -> None:
        told = [each.change for each in clinics]
        self._known = [
            (each.n, each.mean, each.sd)
            for each in told
            if each.n and each.mean is not None and each.sd is not None
        ]
        total = sum(n for n, _, _ in self._known)
        self._centre = sum(n * mean for n, mean, _ in self._known) / total if total else None
        within = sum((n - 1) * sd**2 for n, _, sd in self._known)
        self._sd = math.sqrt(within / (total - len(self._known))) if total else 0.0

    def told_centre(self) -> float | None:
        return None if self._centre is None else half_up(self._centre)

    def limits(self, sizes: Sequence[int]) -> list[Limits]:
        if self._centre is None:
            return []
        return pooling.funnel_of_means(self._centre, self._sd, sizes)

    def pooled(self) -> tuple[Pooled, ...]:
        variances = [sd**2 / n for n, _, sd in self._known]
        return pooling.pooled_means([mean for _, mean, _ in self._known], variances)

    def estimate(self, clinic: _Clinic) -> Estimate | None:
        change = clinic.change
        if change.mean is None or change.low is None or change.high is None:
            return None
        return Estimate(change.mean, change.low, change.high)


def _compared(clinic: _Clinic, of: _Rates | _Means) -> Compared:
    if clinic.hidden:
        nothing: dict[str, Any] = dict.fromkeys(("n", "numerator", "lost", "completeness"))
        return Compared(
            clinic.name, clinic.hidden, **nothing, estimate=None, limits=None, outside=""
        )
    estimate = of.estimate(clinic)
    limits = next(iter(of.limits([clinic.of.denominator or 0])), None)
    return Compared(
        clinic=clinic.name,
        hidden="",
        n=clinic.of.denominator,
        numerator=clinic.of.numerator,
        lost=clinic.of.lost,
        completeness=clinic.completeness.percent,
        estimate=estimate,
        limits=limits,
        outside=_outside(estimate, limits),
    )


def _outside(estimate: Estimate | None, limits: Limits | None) -> Any:
    if estimate is None or limits is None:
        return ""
    if not limits.low_998 <= estimate.value <= limits.high_998:
        return "99.8"
    return "" if limits.low_95 <= estimate.value <= limits.high_95 else "95"
