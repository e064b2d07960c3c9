"""Kaplan-Meier curves: a step with its band, ticks where people left, and who is still at risk."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from services.outcomes.analytics.pictures.specs.style import (
    PALETTE,
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
EVENTS = {"durability": "relapses", "response": "responses"}
UNITS = {
    ("durability", "d"): "Days since the response began",
    ("durability", "doses"): "Doses since the response began",
    ("response", "d"): "Days since the first dose",
    ("response", "doses"): "Doses given",
}
LETTER_PX, LABELS_PX, MOST_LABELS_PX = 5.6, 150, 240
"""Labels longer than the second take room from the curves; beyond the third they are cut."""
TICKS = 6
STEPS = {"interpolate": "step-after"}


def survival(report: SurvivalReport, cells_min: int = 0) -> Spec:
    """Curves of too few people are named in the subtitle and not drawn.

    `cells_min`: no count below it is told, and curves end where fewer are at risk (OUT-7).
    """
    title = ", by ".join([TITLES[report.of], *filter(None, [" and ".join(report.by)])])
    report = fit_to_show(report, cells_min) if cells_min else report
    shown = [each for each in report.items if each.steps and not each.suppressed]
    if not shown:
        return empty(title, report.as_of)
    end = max(each.steps[-1].time for each in shown)
    unit = UNITS[report.of, report.unit]
    return chart(
        title,
        _said(report, shown),
        report.as_of,
        report.warnings,
        vconcat=[_curves(report, shown, unit, end, cells_min), _at_risk(shown, end)],
        spacing=6,
        resolve={"scale": {"color": "independent"}},
    )


def _said(report: SurvivalReport, shown: Sequence[Curve]) -> list[str]:
    events = EVENTS[report.of]
    said = [f"{_label(each)}: n = {each.patients}, {events} {_told(each)}." for each in shown]
    if report.log_rank:
        test = report.log_rank
        said.append(f"Log-rank: chi² = {test.chi2:.2f}, df {test.df}, p = {test.p:.4f}.")
    hidden = [_label(each) for each in report.items if each.suppressed]
    if hidden:
        said.append(f"Not shown, too few people: {'; '.join(hidden)}.")
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


def _told(curve: Curve) -> str:
    return "not told (few)" if curve.events is None else str(curve.events)


def _curves(
    report: SurvivalReport, shown: Sequence[Curve], unit: str, end: float, cells_min: int
) -> Spec:
    steps = {"tickMinStep": 1} if report.unit == "doses" else {}
    x = quantity("time", unit, scale={"domain": [0, end], "nice": False}, axis=steps)
    y = quantity("survival", AXES[report.of], scale={"domain": [0, 1]}, axis={"format": ".0%"})
    color = _color(shown)
    dashes = {"symbolSize": 400} if len(shown) > 1 else None
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
            "strokeDash": nominal("group", None, sort=color["sort"], legend=dashes),
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
    rows = _told_rows(shown, cells_min)
    layer = [band, line, points] if cells_min else [band, line, left, points]
    return {"width": _width(shown), "height": 260, "data": {"values": rows}, "layer": layer}


def _told_rows(shown: Sequence[Curve], cells_min: int) -> list[dict[str, Any]]:
    rows = [row for each in shown for row in _rows(each)]
    if not cells_min:
        return rows
    return [{key: row[key] for key in row if key not in ("events", "censored")} for row in rows]


def _color(shown: Sequence[Curve]) -> Spec:
    """The same in both panels, so that the rows at risk tell whose colour it is."""
    groups = [_label(each) for each in shown]
    scale = {"domain": groups, "range": [PALETTE[i % len(PALETTE)] for i in range(len(groups))]}
    return nominal("group", None, sort=groups, scale=scale, legend=None)


def _width(shown: Sequence[Curve]) -> float:
    longest = LETTER_PX * max(len(_label(each)) for each in shown)
    return WIDTH - 60 - max(0.0, min(longest, MOST_LABELS_PX) - LABELS_PX)


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
    color = _color(shown)
    return {
        "width": _width(shown),
        "height": 16 * len(shown),
        "data": {"values": rows},
        "title": {"text": "At risk", "anchor": "start", "fontSize": 11, "offset": 2},
        "mark": {"type": "text", "fontSize": 11},
        "encoding": {
            "x": quantity("time", None, axis=None, scale={"domain": [0, end], "nice": False}),
            "y": nominal(
                "group",
                None,
                sort=color["sort"],
                axis={
                    "domain": False,
                    "ticks": False,
                    "labelPadding": 18,
                    "labelLimit": MOST_LABELS_PX,
                },
            ),
            "text": quantity("n", None),
            "color": color,
        },
    }


def remaining(curve: Curve, time: float) -> int | None:
    """How many are at risk just before this time; None after the end of the curve."""
    return next((each.at_risk for each in curve.steps if each.time >= time), None)


def _label(curve: Curve) -> str:
    return curve.label or "everybody"
