"""Which result stands for which time: one per instrument and window, one per dose and horizon.

Windows count from the last dose so far, so that who stops coming is missing and not left out.
`off_window` marks a scale that was asked when it cannot show what happened (1.3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from services.outcomes.domain.axis.measured import baselines
from services.outcomes.domain.axis.result import Result, Said
from services.outcomes.domain.trajectory import Trajectory
from shared.contracts.instruments import INSTRUMENTS
from shared.contracts.outcomes import Horizon, Window
from shared.kernel.policy import Policy

N = TypeVar("N", Window, Horizon)


@dataclass(frozen=True, slots=True)
class _Span(Generic[N]):
    """`name` is for what was answered between the ends, best in the middle."""

    name: N
    start: timedelta
    end: timedelta

    def has(self, since: timedelta) -> bool:
        return self.start <= since <= self.end

    def distance(self, since: timedelta) -> timedelta:
        return abs(2 * since - self.start - self.end)


def placed(found: tuple[Result, ...], trajectory: Trajectory, policy: Policy) -> Said:
    outcomes = [each for each in found if INSTRUMENTS[each.instrument].measures != "session"]
    windows = _windows(outcomes, trajectory, policy)
    horizons = _horizons(outcomes, trajectory, policy)
    off = _off_window(outcomes, trajectory, policy)
    return {
        name: {
            "window": windows.get(name),
            "horizon": horizons.get(name),
            "off_window": name in off,
        }
        for name in windows.keys() | horizons.keys() | off
    }


def _windows(
    found: Iterable[Result], trajectory: Trajectory, policy: Policy
) -> Mapping[str, Window]:
    if not trajectory.doses:
        return {}
    last = trajectory.doses[-1].at
    chosen = _closest((("", each, last) for each in found), _follow_ups(policy))
    before: dict[str, Window] = {
        each.id: "baseline" for each in baselines(trajectory, policy).values()
    }
    return chosen | before


def _horizons(
    found: Iterable[Result], trajectory: Trajectory, policy: Policy
) -> Mapping[str, Horizon]:
    doses = trajectory.doses
    after = (
        (str(each.after_dose), each, doses[each.after_dose - 1].at)
        for each in found
        if each.after_dose
    )
    return _closest(after, _after_each_dose(policy))


def _closest(
    found: Iterable[tuple[str, Result, datetime]], spans: Iterable[_Span[N]]
) -> dict[str, N]:
    """Per dose, instrument and span the complete result nearest to its middle; of two, the earlier.

    `found`: the dose, the result, and when the span began.
    """
    best: dict[tuple[str, str, N], tuple[timedelta, datetime, str]] = {}
    known = tuple(spans)
    for dose, each, since in found:
        passed = each.answered_at - since
        for span in known if each.complete else ():
            if span.has(passed):
                place = (dose, each.instrument, span.name)
                mine = (span.distance(passed), each.answered_at, each.assessment_id)
                best[place] = min(mine, best.get(place, mine))
    return {chosen: name for (_, _, name), (_, _, chosen) in best.items()}


def _off_window(found: Iterable[Result], trajectory: Trajectory, policy: Policy) -> frozenset[str]:
    recall, gap = policy.days("off_window.recall_d"), policy.days("off_window.gap_d")
    after_dose = policy.hours("off_window.after_dose_h")
    previous: dict[str, datetime] = {}
    off = set()
    for each in found:
        looks_back = INSTRUMENTS[each.instrument].recall
        # The C-SSRS asks about a lifetime first, and again about the time since the last visit.
        if looks_back.kind != "days" or timedelta(days=looks_back.days or 0) < recall:
            continue
        dose = trajectory.doses[each.after_dose - 1].at if each.after_dose else None
        before = previous.get(each.instrument)
        too_soon = dose is not None and each.answered_at - dose < after_dose
        if too_soon or (before is not None and each.answered_at - before < gap):
            off.add(each.assessment_id)
        previous[each.instrument] = each.answered_at
    return frozenset(off)


def _follow_ups(policy: Policy) -> tuple[_Span[Window], ...]:
    return (
        _Span("end", policy.days("windows.end_from_d"), policy.days("windows.end_to_d")),
        _around("week-4", policy.days("windows.week4_d"), policy.days("windows.week4_tolerance_d")),
        _around(
            "month-3", policy.days("windows.month3_d"), policy.days("windows.month3_tolerance_d")
        ),
        _around(
            "month-6", policy.days("windows.month6_d"), policy.days("windows.month6_tolerance_d")
        ),
    )


def _around(name: Window, target: timedelta, tolerance: timedelta) -> _Span[Window]:
    return _Span(name, target - tolerance, target + tolerance)


def _after_each_dose(policy: Policy) -> tuple[_Span[Horizon], ...]:
    return (
        _Span("24h", policy.hours("horizon.24h_from_h"), policy.hours("horizon.24h_to_h")),
        _Span("7d", policy.days("horizon.7d_from_d"), policy.days("horizon.7d_to_d")),
        _Span("30d", policy.days("horizon.30d_from_d"), policy.days("horizon.30d_to_d")),
    )
