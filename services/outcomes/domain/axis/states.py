"""What a change means: noticed, reliable, clinically significant, worse, by published parameters.

OUT-1: only where the baseline and the score are complete and of one definition, and only by the
row of the policy's measures, whose name and parameters the result keeps. On exact numbers, so
that anybody computes the same again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from services.outcomes.domain.axis.direction import Better, best, fraction, gain
from services.outcomes.domain.axis.result import Result, Said, exact, half_up
from services.outcomes.domain.trajectory import Trajectory
from shared.contracts.outcomes import Reliable
from shared.kernel.policy import Measure, Policy

RELIABLE = Fraction("1.96")
"""Standard errors of the difference, as Jacobson & Truax (1991) define it: 95 % of a normal
distribution. Part of the definition: another bound is another name of rules."""
_THOUSANDTH = Decimal("0.001")


def judged(found: tuple[Result, ...], _trajectory: Trajectory, policy: Policy) -> Said:
    """Nothing is said before a dose, without a baseline, or by an instrument without a row."""
    bests: dict[str, float] = {}
    said = {}
    for each in found:
        measure, before = policy.measures.get(each.instrument), bests.get(each.definition)
        if measure:
            said[each.assessment_id] = _judged(each, measure, before)
        if each.score is not None and each.after_dose:
            bests[each.definition] = best(each.better, each.score, before)
    return said


@lru_cache(maxsize=256)
def sdiff_squared(measure: Measure) -> Fraction:
    """The variance of the difference of two scores, 2 SD^2 (1 - r): exact, as its root is not."""
    return 2 * fraction(measure.sd) ** 2 * (1 - fraction(measure.r))


def is_reliable(gained: Fraction, measure: Measure) -> bool:
    """Squared, so that no root is rounded: exactly 1.96 is reliable."""
    return gained**2 >= RELIABLE**2 * sdiff_squared(measure)


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
    known = [fraction(each) for each in norms if each is not None]
    if len(known) < len(norms):
        return None
    ill, ill_sd, healthy, healthy_sd = known
    return (ill_sd * healthy + healthy_sd * ill) / (ill_sd + healthy_sd)


def _judged(each: Result, measure: Measure, before: float | None) -> Mapping[str, Any]:
    if not each.after_dose or each.score is None or each.baseline is None or each.change is None:
        return {"rules": measure.rules}
    change = _Change(each.score, each.baseline, each.change, before, each.better)
    return _states(change, measure)


@dataclass(frozen=True, slots=True)
class _Change:
    """`best`: the best score after a dose before this one."""

    score: float
    baseline: float
    points: float
    best: float | None
    better: Better

    def gain(self, since: Fraction) -> Fraction:
        return gain(fraction(self.score), since, self.better)


@lru_cache(maxsize=8192)
def _states(change: _Change, measure: Measure) -> Mapping[str, Any]:
    """By the name of the result's field. Kept, because each step judges all of a patient anew."""
    gained = change.gain(fraction(change.baseline))
    reliable = _reliable(gained, measure)
    return {
        "rules": measure.rules,
        "meaningful": _at_least(gained, measure.meaningful),
        "reliable": reliable,
        "rci": rci(change.points, measure),
        "rc_sd": measure.sd,
        "rc_r": measure.r,
        "clinically_significant": _has_crossed(change, reliable, measure),
        "deteriorated": _deteriorated(change, gained, measure),
    }


def _reliable(gained: Fraction, measure: Measure) -> Reliable:
    if not is_reliable(gained, measure):
        return "unchanged"
    return "improved" if gained > 0 else "deteriorated"


def _has_crossed(change: _Change, reliable: Reliable, measure: Measure) -> bool | None:
    """Reliably better, and from the side of the ill to that of the healthy."""
    bound = cut_off(measure)
    if bound is None:
        return None
    before = gain(fraction(change.baseline), bound, change.better)
    return reliable == "improved" and before <= 0 < change.gain(bound)


def _deteriorated(change: _Change, gained: Fraction, measure: Measure) -> bool | None:
    """Worse by the published points than the baseline or, where that is a rule, than the best
    score since."""
    if measure.deteriorated is None:
        return None
    from_best = measure.deteriorated_from_best
    since_best = change.gain(fraction(best(change.better, change.best, change.baseline)))
    has_lost = from_best is not None and since_best <= -fraction(from_best)
    return has_lost or gained <= -fraction(measure.deteriorated)


def _at_least(gained: Fraction, bound: float | None) -> bool | None:
    return None if bound is None else gained >= fraction(bound)
