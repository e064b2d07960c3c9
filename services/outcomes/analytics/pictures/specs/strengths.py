"""More than symptoms: how far strengths moved beside symptoms, in standard deviations."""

from collections.abc import Iterator
from typing import Any

from services.outcomes.analytics.pictures.specs.style import (
    BLUE,
    GREEN,
    WIDTH,
    Spec,
    chart,
    empty,
    name_of,
    nominal,
    quantity,
    tip,
)
from services.outcomes.analytics.report.shapes import MeanChange, NetworkReport, NetworkRow

EFFECT = "d_av"
AXIS = "Change in standard deviations (right: better)"
TITLE = "Strengths beside symptoms, at the latest answer after a dose"


def strengths(report: NetworkReport, cells_min: int = 0) -> Spec:
    """A panel for symptoms, one for strengths; each instrument with its 95 % interval and n.

    `cells_min`: of fewer people nothing is shown.
    """
    rows = [row for group in report.items for row in _rows(group) if row["n"] >= max(cells_min, 2)]
    if not rows:
        return empty(TITLE, report.as_of)
    people = sum(each.patients.value or 0 for each in report.items)
    said = [
        f"n = {people} who had a dose; of these, at each instrument, those who answered.",
        "d_av with Hedges' J and its 95 % interval.",
    ]
    return chart(
        TITLE,
        said,
        report.as_of,
        report.warnings,
        data={"values": rows},
        facet={
            "row": nominal(
                "kind", None, sort=["symptoms", "strengths"], header={"labelOrient": "top"}
            )
        },
        spec=_panel(),
        resolve={"scale": {"y": "independent"}},
    )


def _rows(group: NetworkRow) -> Iterator[dict[str, Any]]:
    where = ", ".join(
        each for each in (group.clinic, group.indication, group.route, group.period) if each
    )
    latest = next((each for each in group.windows if each.window == "latest"), None)
    if latest and group.instrument:
        yield from _row("symptoms", group.instrument, latest.change, where)
    for each in group.strengths:
        yield from _row("strengths", each.instrument, each.change, where)


def _row(kind: str, instrument: str, change: MeanChange, where: str) -> Iterator[dict[str, Any]]:
    effect = next((each for each in change.effects if each.of == EFFECT), None)
    if effect and not change.suppressed:
        label = f"{name_of(instrument)} (n = {change.n})"
        yield {
            "kind": kind,
            "label": f"{label}, {where}" if where else label,
            "effect": effect.g,
            "low": effect.low,
            "high": effect.high,
            "mean": change.mean,
            "n": change.n,
        }


def _panel() -> Spec:
    colour = nominal(
        "kind", None, scale={"domain": ["symptoms", "strengths"], "range": [BLUE, GREEN]}
    )
    y: Spec = nominal("label", None)
    tips = [
        tip("label", "Instrument"),
        tip("effect", "d_av", ".2f"),
        tip("low", "95 % from", ".2f"),
        tip("high", "to", ".2f"),
        tip("mean", "Mean change in points", ".2f"),
    ]
    return {
        "width": WIDTH - 100,
        "height": {"step": 30},
        "layer": [
            {
                "mark": {"type": "rule", "color": "#bbb"},
                "encoding": {"x": {"datum": 0, "type": "quantitative"}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 1.5},
                "encoding": {
                    "y": y,
                    "x": quantity("low", AXIS),
                    "x2": {"field": "high"},
                    "color": colour | {"legend": None},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {
                    "y": y,
                    "x": quantity("effect", AXIS),
                    "color": colour | {"legend": None},
                    "tooltip": tips,
                },
            },
        ],
    }
