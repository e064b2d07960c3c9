"""Answers of the reports, small and fixed, for those who draw them."""

from datetime import UTC, datetime
from typing import Any

from services.outcomes.analytics.report.shapes import (
    Compared,
    ComparisonReport,
    Curve,
    Estimate,
    Limits,
    LogRank,
    Pooled,
    Step,
    SurvivalReport,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ABOUT: dict[str, Any] = {"as_of": NOON, "by": (), "rules": (), "definitions": ()}
WARNING = "This is observational and does not show that integration helps."


def a_curve(label: str = "all", patients: int = 40, events: int = 12) -> Curve:
    """One event or one who is censored every five days, down to half of them."""
    steps, left, survival = [], patients, 1.0
    for place in range(patients // 2):
        is_event = place < events
        survival *= 1 - is_event / left
        steps.append(
            Step(
                *(5.0 * (place + 1), left, int(is_event), int(not is_event), survival),
                low=max(0.0, survival - 0.1),
                high=min(1.0, survival + 0.1),
            )
        )
        left -= 1
    return Curve(label, patients, events, None, tuple(steps))


def a_survival(*curves: Curve) -> SurvivalReport:
    return SurvivalReport(
        **ABOUT,
        warnings=(WARNING,),
        of="durability",
        unit="d",
        log_rank=LogRank(4.21, 1, 0.0402),
        items=curves or (a_curve("all"), a_curve("some", 30)),
    )


def a_comparison() -> ComparisonReport:
    """Three clinics that may be compared, one of them outside the limits, and one that may not."""
    limits = [Limits(n, 50 - 200 / n, 50 + 200 / n, 50 - 300 / n, 50 + 300 / n) for n in (20, 60)]
    shown = [("riverside", 40, 51.0, ""), ("harbor", 52, 64.0, "95"), ("summit", 33, 47.0, "")]
    items: list[Any] = [
        Compared(
            *(name, "", n, round(n * percent / 100), 5, 88.0),
            estimate=Estimate(percent, percent - 14, percent + 14),
            limits=limits[0],
            outside=outside,  # type: ignore[arg-type]
        )
        for name, n, percent, outside in shown
    ]
    items.append(
        Compared("valley", "fewer than 11 patients", None, None, None, None, None, None, "")
    )
    return ComparisonReport(
        **ABOUT,
        warnings=(WARNING,),
        measure="response",
        instrument="phq-9",
        window="end",
        centre=54.0,
        limits_method="exact binomial",
        funnel=tuple(limits),
        pooled=(
            Pooled("REML", "logit", 3, Estimate(54, 45, 63), Estimate(54, 30, 76), 0.02, 21.0),
        ),
        items=tuple(items),
    )
