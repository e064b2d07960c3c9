"""Clinics beside each other: a funnel of what chance explains, and a forest with what is pooled."""

from collections.abc import Iterator, Sequence
from typing import Any

from services.outcomes.analytics.pictures.specs.style import (
    BLUE,
    GREY,
    RED,
    WIDTH,
    Spec,
    chart,
    empty,
    name_of,
    nominal,
    quantity,
    tip,
)
from services.outcomes.analytics.report.shapes import Compared, ComparisonReport, Pooled

RATES = {"response", "remission", "improved", "deteriorated", "completeness"}
FULL, LEAST = "95 % limits", "99.8 % limits"
PEOPLE = "Patients with an answer to count"
POOLED, FURTHER = "pooled", "a further clinic"


def funnel(report: ComparisonReport) -> Spec:
    """A clinic outside the outer limits differs by more than chance; why, the data do not say."""
    title = f"{_what(report)} by clinic, and what chance explains"
    shown = _shown(report)
    if not shown or not report.funnel:
        return empty(title, report.as_of, _why_not(report))
    points = [
        {
            "clinic": each.clinic,
            "n": each.n,
            "value": each.estimate.value,
            "lost": each.lost,
            "completeness": each.completeness,
            "outside": _outside(each),
        }
        for each in shown
        if each.estimate
    ]
    axis = _axis(report)
    layer = [*_limits(report, axis), *_points(points, axis)]
    return chart(
        title,
        [*_clinics(report, shown), f"Limits: {report.limits_method}.", *_hidden(report)],
        report.as_of,
        report.warnings,
        width=WIDTH,
        height=300,
        layer=layer,
    )


def forest(report: ComparisonReport) -> Spec:
    """Each clinic's estimate with its interval, the pooled diamond, and where a further clinic
    is expected."""
    title = f"{_what(report)}: every clinic, and all of them pooled"
    shown = _shown(report)
    if not shown:
        return empty(title, report.as_of, _why_not(report))
    rows = [*_estimates(shown), *(row for each in report.pooled[:1] for row in _pooled(each))]
    order = [row["label"] for row in rows]
    axis = _axis(report)
    return chart(
        title,
        [*_clinics(report, shown), *map(_about, report.pooled[:1]), *_hidden(report)],
        report.as_of,
        report.warnings,
        width=WIDTH - 100,
        height={"step": 26},
        data={"values": rows},
        layer=_forest_marks(axis, order),
    )


def _what(report: ComparisonReport) -> str:
    measure = report.measure.replace("-", " ").capitalize()
    return f"{measure} ({name_of(report.instrument)}, {report.window})"


def _axis(report: ComparisonReport) -> str:
    return "Percent of patients" if report.measure in RATES else "Points of the instrument"


def _x() -> Spec:
    scale = {"zero": False, "nice": True, "padding": 24}
    return quantity("n", PEOPLE, scale=scale, axis={"tickMinStep": 1, "format": "d"})


def _shown(report: ComparisonReport) -> list[Compared]:
    return [each for each in report.items if each.estimate and not each.hidden]


def _why_not(report: ComparisonReport) -> str:
    hidden = " ".join(_hidden(report))
    return hidden or "Nothing can be compared yet: no clinic has answers in this window."


def _clinics(report: ComparisonReport, shown: Sequence[Compared]) -> list[str]:
    n = sum(each.n or 0 for each in shown)
    return [f"{len(shown)} of {len(report.items)} clinics, n = {n} with an answer to count."]


def _hidden(report: ComparisonReport) -> list[str]:
    """A sentence for each reason, with the clinics that it holds for."""
    whys = dict.fromkeys(each.hidden for each in report.items if each.hidden)
    return [f"Not shown: {', '.join(_held(report, why))}. {why}" for why in whys]


def _held(report: ComparisonReport, why: str) -> list[str]:
    return [each.clinic for each in report.items if each.hidden == why]


def _outside(each: Compared) -> str:
    return f"outside the {each.outside} % limits" if each.outside else "within the limits"


def _limits(report: ComparisonReport, axis: str) -> list[Spec]:
    rows = [
        {"n": each.n, "low": low, "high": high, "limits": name}
        for each in report.funnel
        for name, low, high in (
            (FULL, each.low_95, each.high_95),
            (LEAST, each.low_998, each.high_998),
        )
    ]
    dash = nominal(
        "limits",
        None,
        scale={"domain": [FULL, LEAST], "range": [[1, 0], [4, 3]]},
        legend={"symbolStrokeColor": GREY},
    )
    lines: list[Spec] = [
        {
            "data": {"values": rows},
            "mark": {"type": "line", "color": GREY, "strokeWidth": 1.2},
            "encoding": {
                "x": _x(),
                "y": quantity(side, axis, scale={"zero": False}),
                "strokeDash": dash,
            },
        }
        for side in ("low", "high")
    ]
    if report.centre is None:
        return lines
    centre: Spec = {
        "data": {"values": [{"centre": report.centre}]},
        "mark": {"type": "rule", "color": GREY},
        "encoding": {"y": quantity("centre", axis)},
    }
    return [*lines, centre]


def _points(points: Sequence[dict[str, Any]], axis: str) -> list[Spec]:
    domain = ["within the limits", "outside the 95 % limits", "outside the 99.8 % limits"]
    where: Spec = {"x": _x()}
    where["y"] = quantity("value", axis)
    colour = nominal("outside", None, scale={"domain": domain, "range": [BLUE, "#E69F00", RED]})
    shape = nominal(
        "outside", None, scale={"domain": domain, "range": ["circle", "square", "diamond"]}
    )
    tips = [
        tip("clinic", "Clinic"),
        tip("value", axis, ".1f"),
        tip("n", "n", ".0f"),
        tip("lost", "Lost", ".0f"),
        tip("completeness", "Completeness %", ".1f"),
        tip("outside", "Limits"),
    ]
    return [
        {
            "data": {"values": list(points)},
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": where | {"color": colour, "shape": shape, "tooltip": tips},
        },
        {
            "data": {"values": list(points)},
            "mark": {"type": "text", "dy": -12, "fontSize": 11},
            "encoding": where | {"text": nominal("clinic", None)},
        },
    ]


def _estimates(shown: Sequence[Compared]) -> Iterator[dict[str, Any]]:
    for each in shown:
        if each.estimate:
            yield {
                "label": f"{each.clinic} (n = {each.n})",
                "kind": "clinic",
                "value": each.estimate.value,
                "low": each.estimate.low,
                "high": each.estimate.high,
                "n": each.n,
            }


def _pooled(pooled: Pooled) -> Iterator[dict[str, Any]]:
    rows = ((POOLED, pooled.estimate), (FURTHER, pooled.prediction))
    for kind, each in rows:
        if each:
            yield {
                "label": kind,
                "kind": kind,
                "value": each.value,
                "low": each.low,
                "high": each.high,
            }


def _about(pooled: Pooled) -> str:
    return (
        f"Random effects ({pooled.method}, {pooled.scale}): {pooled.estimate.value:.1f} "
        f"({pooled.estimate.low:.1f} to {pooled.estimate.high:.1f}), I² {pooled.i2:.0f} %."
    )


def _forest_marks(axis: str, order: Sequence[str]) -> list[Spec]:
    kinds = {"domain": ["clinic", POOLED, FURTHER], "range": [BLUE, RED, GREY]}
    y = nominal("label", None, sort=list(order))
    x = quantity("value", axis, scale={"zero": False})
    colour = nominal("kind", None, scale=kinds, legend=None)
    shape = nominal(
        "kind", None, scale={"domain": kinds["domain"], "range": ["square", "diamond", "stroke"]}
    )
    tips = [
        tip("label", "Clinic"),
        tip("value", axis, ".1f"),
        tip("low", "95 % from", ".1f"),
        tip("high", "to", ".1f"),
    ]
    return [
        {
            "mark": {"type": "rule", "strokeWidth": 1.5},
            "encoding": {
                "y": y,
                "x": quantity("low", axis, scale={"zero": False}),
                "x2": {"field": "high"},
                "color": colour,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
            "encoding": {
                "y": y,
                "x": x,
                "color": colour,
                "shape": shape | {"legend": None},
                "tooltip": tips,
            },
        },
    ]
