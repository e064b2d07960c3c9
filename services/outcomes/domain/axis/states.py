"""What a change means: noticed, reliable, clinically significant, worse, by published parameters.

OUT-1: only where the baseline and the score are complete and of one definition, and only by the
row of the policy's measures, whose name and parameters the result keeps. On exact numbers, so
that anybody computes the same again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

from services.outcomes.domain.axis.result import Result, exact, half_up
from services.outcomes.domain.trajectory import Trajectory
from shared.contracts.outcomes import Reliable
from shared.kernel.policy import Measure, Policy

RELIABLE = Fraction("1.96")
"""Standard errors of the difference, as Jacobson & Truax (1991) define it: 95 % of a normal
distribution. Part of the definition: another bound is another name of rules."""
_THOUSANDTH = Decimal("0.001")


def judged(
    found: tuple[Result, ...], _trajectory: Trajectory, policy: Policy
) -> tuple[Result, ...]:
    """Nothing is said before a dose, without a baseline, or by an instrument without a row."""
    best: dict[str, float] = {}
    said = []
    for each in found:
        measure = policy.measures.get(each.instrument)
        said.append(_judged(each, measure, best.get(each.definition)) if measure else each)
        if each.score is not None and each.after_dose:
            best[each.definition] = _best(each, best.get(each.definition, each.score))
    return tuple(said)


@lru_cache(maxsize=256)
def sdiff_squared(measure: Measure) -> Fraction:
    """The variance of the difference of two scores, 2 SD^2 (1 - r): exact, as its root is not."""
    return 2 * _fraction(measure.sd) ** 2 * (1 - _fraction(measure.r))


def rci(change: float, measure: Measure) -> float:
    """The change in standard errors of the difference, to three decimals; its sign as the
    change's."""
    squared = sdiff_squared(measure)
    root = (Decimal(squared.numerator) / Decimal(squared.denominator)).sqrt()
    return half_up(exact(change) / root, _THOUSANDTH)


@lru_cache(maxsize=256)
def cut_off(measure: Measure) -> Fraction | None:
    """Between the ill and the healthy (SD0 M1 + SD1 M0) / (SD0 + SD1); None: no norms."""
    norms = (
        measure.clinical_mean,
        measure.clinical_sd,
        measure.healthy_mean,
        measure.healthy_sd,
    )
    known = [_fraction(each) for each in norms if each is not None]
    if len(known) < len(norms):
        return None
    ill, ill_sd, healthy, healthy_sd = known
    return (ill_sd * healthy + healthy_sd * ill) / (ill_sd + healthy_sd)


def _judged(each: Result, measure: Measure, best: float | None) -> Result:
    if not each.after_dose or each.score is None or each.baseline is None or each.change is None:
        return replace(each, rules=measure.rules)
    change = _Change(each.score, each.baseline, each.change, best, each.better)
    return replace(each, **_states(change, measure))


@dataclass(frozen=True, slots=True)
class _Change:
    """`best`: the best score after a dose before this one."""

    score: float
    baseline: float
    points: float
    best: float | None
    better: Literal["lower", "higher"]

    def gain(self, since: float) -> Fraction:
        """The change for the better; below 0: for the worse."""
        points = _fraction(self.score) - _fraction(since)
        return -points if self.better == "lower" else points


@lru_cache(maxsize=8192)
def _states(change: _Change, measure: Measure) -> Mapping[str, Any]:
    """By the name of the result's field. Kept, because each step judges all of a patient anew."""
    gain = change.gain(change.baseline)
    reliable = _reliable(gain, measure)
    return {
        "rules": measure.rules,
        "meaningful": _at_least(gain, measure.meaningful),
        "reliable": reliable,
        "rci": rci(change.points, measure),
        "rc_sd": measure.sd,
        "rc_r": measure.r,
        "clinically_significant": _has_crossed(change, reliable, measure),
        "deteriorated": _deteriorated(change, gain, measure),
    }


def _reliable(gain: Fraction, measure: Measure) -> Reliable:
    # Squared, so that no root is rounded: exactly 1.96 is reliable.
    if gain**2 < RELIABLE**2 * sdiff_squared(measure):
        return "unchanged"
    return "improved" if gain > 0 else "deteriorated"


def _has_crossed(change: _Change, reliable: Reliable, measure: Measure) -> bool | None:
    """Reliably better, and from the side of the ill to that of the healthy."""
    bound = cut_off(measure)
    if bound is None:
        return None
    side = -1 if change.better == "lower" else 1
    before, now = (side * (_fraction(score) - bound) for score in (change.baseline, change.score))
    return reliable == "improved" and before <= 0 < now


def _deteriorated(change: _Change, gain: Fraction, measure: Measure) -> bool | None:
    """Worse by the published points than the baseline or, where that is a rule, than the best
    score since."""
    if measure.deteriorated is None:
        return None
    from_best, best = measure.deteriorated_from_best, change.best
    since_best = Fraction(0) if best is None else change.gain(best)
    has_lost = from_best is not None and min(gain, since_best) <= -_fraction(from_best)
    return has_lost or gain <= -_fraction(measure.deteriorated)


def _at_least(gain: Fraction, bound: float | None) -> bool | None:
    return None if bound is None else gain >= _fraction(bound)


def _best(each: Result, best: float) -> float:
    assert each.score is not None, "only scored results are compared"
    return min(each.score, best) if each.better == "lower" else max(each.score, best)


@lru_cache(maxsize=4096)
def _fraction(number: float) -> Fraction:
    return Fraction(repr(number))
