"""A dashboard in our words, and as Grafana (schema 39, from version 11 on) wants it.

Every panel says what it means and leads on: to the page of its alert, to the console.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

DATASOURCE = {"type": "prometheus", "uid": "prometheus"}
CONSOLE = "http://127.0.0.1:8206"
RUNBOOKS = "/public/runbooks"
"""Where Grafana serves deploy/runbooks (docker-compose.yml mounts it there)."""
SCHEMA = 39
WIDTH, ROW_HEIGHT = 24, 1
LETTERS = "ABCDEFGH"
Json = dict[str, Any]
Steps = tuple[tuple[float, str], ...]

NOTHING: Steps = ()
ANY_IS_RED: Steps = ((1, "red"),)
ANY_IS_ORANGE: Steps = ((1, "orange"),)


@dataclass(frozen=True)
class Panel:
    """`queries`: (expression, legend). `steps`: from which value on it is of which colour; green
    below the first. `alerts`: whose pages it leads to. `console`: which page shows the same."""

    title: str
    description: str
    queries: Sequence[tuple[str, str]]
    unit: str = "short"
    kind: str = "timeseries"
    steps: Steps = NOTHING
    alerts: Sequence[str] = ()
    console: str = "operations"
    width: int = 8
    height: int = 7


@dataclass(frozen=True)
class Row:
    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Variable:
    """A choice at the head of the dashboard: the values that `label` of `metric` has."""

    name: str
    metric: str


@dataclass(frozen=True)
class Board:
    uid: str
    title: str
    description: str
    rows: Sequence[Row]
    variables: Sequence[Variable] = ()


def number(title: str, description: str, query: str, **more: Any) -> Panel:
    """One number, large."""
    return Panel(
        title, description, [(query, "")], kind="stat", **({"width": 4, "height": 4} | more)
    )


def of_clinics(expression: str) -> str:
    """With 0 for each clinic that has sent anything: a counter is not there before its first."""
    return f"{expression} or 0 * clinic:last_event_timestamp_seconds:max"


def of_services(expression: str) -> str:
    """With 0 for each service that is up: a counter is not there before its first."""
    return f"{expression} or 0 * max by (service) (up)"


def dashboard(board: Board) -> Json:
    return {
        "uid": board.uid,
        "title": board.title,
        "description": board.description,
        "tags": ["kap"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "annotations": {"list": []},
        "templating": {"list": [_variable(each) for each in board.variables]},
        "links": [_to_others(), _link("Console", f"{CONSOLE}/operations")],
        "panels": list(_panels(board.rows)),
    }


def _panels(rows: Sequence[Row]) -> Iterator[Json]:
    top, number = 0, 0
    for row in rows:
        number += 1
        yield _row(row.title, number, top)
        top += ROW_HEIGHT
        left, height = 0, 0
        for panel in row.panels:
            if left + panel.width > WIDTH:
                top, left, height = top + height, 0, 0
            number += 1
            place = {"x": left, "y": top, "w": panel.width, "h": panel.height}
            yield _panel(panel, number, place)
            left, height = left + panel.width, max(height, panel.height)
        top += height


def _row(title: str, number: int, top: int) -> Json:
    place = {"x": 0, "y": top, "w": WIDTH, "h": ROW_HEIGHT}
    return {
        "id": number,
        "type": "row",
        "title": title,
        "collapsed": False,
        "gridPos": place,
        "panels": [],
    }


def _panel(panel: Panel, number: int, place: Json) -> Json:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": DATASOURCE,
        "gridPos": place,
        "targets": [_target(panel, *each) for each in enumerate(panel.queries)],
        "fieldConfig": {"defaults": _field(panel), "overrides": []},
        "options": _options(panel),
        "links": list(_links(panel)),
    }


def _target(panel: Panel, index: int, query: tuple[str, str]) -> Json:
    expression, legend = query
    instant = panel.kind != "timeseries" and panel.kind != "stat"
    return {
        "refId": LETTERS[index],
        "datasource": DATASOURCE,
        "editorMode": "code",
        "expr": expression,
        "legendFormat": legend or "__auto",
        "instant": instant,
        "range": not instant,
    }


def _field(panel: Panel) -> Json:
    steps: list[Json] = [{"color": "green", "value": None}]
    steps += [{"color": color, "value": value} for value, color in panel.steps]
    field: Json = {
        "unit": panel.unit,
        "min": 0,
        "color": {"mode": "thresholds" if panel.kind != "timeseries" else "palette-classic"},
        "thresholds": {"mode": "absolute", "steps": steps},
    }
    if panel.kind == "timeseries":
        style = "line" if panel.steps else "off"
        field["custom"] = {
            "fillOpacity": 8,
            "lineWidth": 1,
            "showPoints": "never",
            "spanNulls": False,
            "thresholdsStyle": {"mode": style},
        }
    return field


def _options(panel: Panel) -> Json:
    if panel.kind == "timeseries":
        legend = {"displayMode": "list", "placement": "bottom", "showLegend": True}
        return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
    last: Json = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    if panel.kind == "stat":
        return {"reduceOptions": last, "colorMode": "background", "graphMode": "area"}
    return {"reduceOptions": last, "orientation": "horizontal", "displayMode": "basic"}


def _links(panel: Panel) -> Iterator[Json]:
    for alert in panel.alerts:
        yield _link(f"What to do: {alert}", f"{RUNBOOKS}/{alert}.md")
    yield _link("Console", f"{CONSOLE}/{panel.console}")


def _link(title: str, url: str) -> Json:
    return {"title": title, "type": "link", "url": url, "targetBlank": True}


def _to_others() -> Json:
    return {
        "title": "Dashboards",
        "type": "dashboards",
        "tags": ["kap"],
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
    }


def _variable(variable: Variable) -> Json:
    query = f"label_values({variable.metric}, {variable.name})"
    return {
        "name": variable.name,
        "type": "query",
        "datasource": DATASOURCE,
        "definition": query,
        "query": {"query": query, "refId": "variable"},
        "refresh": 2,
        "sort": 1,
        "includeAll": False,
        "multi": False,
        "hide": 0,
    }
