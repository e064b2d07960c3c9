"""Kaplan-Meier curves: a step with its band, ticks where people left, and who is still at risk."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from services.outcomes.analytics.pictures.specs.style import (
    WIDTH,
    Spec,
    chart,
    empty,
    nominal,
    quantity,
    tip,
)
from services.outcomes.analytics.report.shapes import Curve, SurvivalReport

TITLES = {
    "durability": "How long a response lasts",
    "response": "How soon patients respond",
}
AXES = {
    "durability": "Still in response",
    "response": "Not responded yet",
}
UNITS = {"d": "Days", "doses": "Doses"}
SINCE = {"durability": "since the response began", "response": "since the first dose"}
TICKS = 6
STEPS = {"interpolate": "step-after"}


def survival(report: SurvivalReport, cells_min: int = 0) -> Spec:
    """Curves of too few people are named in the subtitle and not drawn.

    `cells_min`: no count below it is told, and curves end where fewer are at risk (OUT-7).
    """
    title = TITLES[report.of]
    report = fit_to_show(report, cells_min) if cells_min else report
    shown = [each for each in report.items if each.steps and not each.suppressed]
    if not shown:
        return empty(title, report.as_of)
    end = max(each.steps[-1].time for each in shown)
    unit = f"{UNITS[report.unit]} {SINCE[report.of]}"
    return chart(
        title,
        _said(report, shown),
        report.as_of,
        report.warnings,
        vconcat=[_curves(report, shown, unit, end, cells_min), _at_risk(shown, end)],
        spacing=6,
        resolve={"scale": {"color": "shared"}},
    )


def _said(report: SurvivalReport, shown: Sequence[Curve]) -> list[str]:
    said = [f"{_label(each)}: n = {each.patients}, events {_told(each.events)}." for each in shown]
    if report.log_rank:
        test = report.log_rank
        said.append(f"Log-rank: chi² = {test.chi2:.2f}, df {test.df}, p = {test.p:.4f}.")
    hidden = [_label(each) for each in report.items if each.suppressed]
    if hidden:
        said.append(f"Not shown, too few people: {', '.join(hidden)}.")
    return said


def fit_to_show(report: SurvivalReport, cells_min: int) -> SurvivalReport:
    """Without groups, events and ends of curves that are of fewer people."""
    return replace(report, items=tuple(_fit(each, cells_min) for each in report.items))


def _fit(curve: Curve, cells_min: int) -> Curve:
    steps = tuple(each for each in curve.steps if each.at_risk >= cells_min)
    if not steps:
        return replace(curve, patients=None, events=None, median=None, steps=(), suppressed=True)
    is_small = curve.events is not None and 0 < curve.events < cells_min
    return replace(curve, steps=steps, events=None if is_small else curve.events)


def _told(events: int | None) -> str:
    return "not told (few)" if events is None else str(events)


def _curves(
    report: SurvivalReport, shown: Sequence[Curve], unit: str, end: float, cells_min: int
) -> Spec:
    x = quantity("time", unit, scale={"domain": [0, end], "nice": False})
    y = quantity("survival", AXES[report.of], scale={"domain": [0, 1]}, axis={"format": ".0%"})
    color = nominal("group", None, sort=[_label(each) for each in shown])
    tips = _tips(report, unit, cells_min)
    band: Spec = {
        "mark": {"type": "area", "opacity": 0.15, **STEPS},
        "encoding": {
            "x": x,
            "y": quantity("low", AXES[report.of]),
            "y2": {"field": "high"},
            "color": color,
        },
        "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
    }
    line: Spec = {
        "mark": {"type": "line", "strokeWidth": 2, **STEPS},
        "encoding": {
            "x": x,
            "y": y,
            "color": color,
            "strokeDash": nominal("group", None, sort=color["sort"]),
        },
    }
    points: Spec = {
        "mark": {"type": "point", "opacity": 0, "size": 60},
        "encoding": {"x": x, "y": y, "color": color, "tooltip": tips},
    }
    left: Spec = {
        "transform": [{"filter": "datum.censored > 0"}],
        "mark": {"type": "tick", "orient": "vertical", "size": 8, "thickness": 1.2},
        "encoding": {"x": x, "y": y, "color": color, "tooltip": tips},
    }
    rows = [row for each in shown for row in _rows(each)]
    if cells_min:
        rows = [{key: row[key] for key in row if key not in ("events", "censored")} for row in rows]
    layer = [band, line, points] if cells_min else [band, line, left, points]
    return {"width": WIDTH - 60, "height": 260, "data": {"values": rows}, "layer": layer}


def _tips(report: SurvivalReport, unit: str, cells_min: int) -> list[Spec]:
    tips = [
        tip("group", "Group"),
        tip("time", unit, ".0f"),
        tip("survival", AXES[report.of], ".1%"),
        tip("low", "95 % from", ".1%"),
        tip("high", "to", ".1%"),
        tip("at_risk", "At risk", ".0f"),
    ]
    if not cells_min:
        tips += [tip("events", "Events", ".0f"), tip("censored", "Censored", ".0f")]
    return tips


def _rows(curve: Curve) -> Iterator[dict[str, Any]]:
    """From time 0 on, where everybody is."""
    group = _label(curve)
    if curve.steps[0].time > 0:
        yield {
            "group": group,
            "time": 0,
            "survival": 1,
            "low": 1,
            "high": 1,
            "at_risk": curve.steps[0].at_risk,
            "events": 0,
            "censored": 0,
        }
    for step in curve.steps:
        yield {
            "group": group,
            "time": step.time,
            "survival": step.survival,
            "low": step.low,
            "high": step.high,
            "at_risk": step.at_risk,
            "events": step.events,
            "censored": step.censored,
        }


def _at_risk(shown: Sequence[Curve], end: float) -> Spec:
    times = [round(end * place / TICKS) for place in range(TICKS + 1)]
    rows = [
        {"group": _label(each), "time": time, "n": n}
        for each in shown
        for time in dict.fromkeys(times)
        if (n := remaining(each, time)) is not None
    ]
    order = [_label(each) for each in shown]
    return {
        "width": WIDTH - 60,
        "height": 16 * len(shown),
        "data": {"values": rows},
        "title": {"text": "At risk", "anchor": "start", "fontSize": 11, "offset": 2},
        "mark": {"type": "text", "fontSize": 11},
        "encoding": {
            "x": quantity("time", None, axis=None, scale={"domain": [0, end], "nice": False}),
            "y": nominal(
                "group",
                None,
                sort=order,
                axis={"domain": False, "ticks": False, "labelPadding": 14},
            ),
            "text": quantity("n", None),
            "color": nominal("group", None, sort=order, legend=None),
        },
    }


def remaining(curve: Curve, time: float) -> int | None:
    """How many are at risk just before this time; None after the end of the curve."""
    return next((each.at_risk for each in curve.steps if each.time >= time), None)


def _label(curve: Curve) -> str:
    return curve.label or "everybody"
