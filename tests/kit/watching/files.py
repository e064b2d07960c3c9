"""The rules, fixtures and dashboards as data, and the names of metrics that they speak of."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # its types are a package of their own

from shared.runtime import metrics

DEPLOY = Path(__file__).parents[3] / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
RULES = sorted((PROMETHEUS / "rules").glob("*.yml"))
FIXTURES = sorted((PROMETHEUS / "tests").glob("*.yml"))
RUNBOOKS = sorted((DEPLOY / "runbooks").glob("*.md"))
DASHBOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
LABELS = frozenset(
    {
        *("service", "process", "job", "instance", "clinic", "grade", "kind", "lane", "le"),
        *("type", "verdict", "reader", "topic", "producer", "dependency", "status", "route"),
        *("method", "code", "table", "reason", "partition", "format"),
    }
)
"""By which anything may be told apart: none of them leads to a patient."""
_STRINGS = re.compile(r'"[^"]*"')
_MATCHED = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"")
_GROUPED = re.compile(r"\b(?:by|on|without|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_NAME = re.compile(r"[a-z][a-z0-9_]*(?::[a-z0-9_:]+)?")
_RANGE = re.compile(r"\[[^\]]*\]|\boffset\s+\w+")
_WORDS = frozenset(
    {
        *("and", "or", "unless", "by", "on", "offset", "sum", "min", "max", "avg", "count", "rate"),
        *("increase", "absent", "time", "vector", "clamp_min", "histogram_quantile", "topk"),
        *("min_over_time", "max_over_time", "avg_over_time", "ignoring", "without", "bool"),
    }
)


def rules() -> Iterator[dict[str, Any]]:
    for file in RULES:
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from group["rules"]


def alerts() -> list[dict[str, Any]]:
    return [each for each in rules() if "alert" in each]


def recorded() -> set[str]:
    return {each["record"] for each in rules() if "record" in each}


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """(name of the fixture, one test of an alert) of every fixture."""
    for file in FIXTURES:
        for test in yaml.safe_load(file.read_text())["tests"]:
            for case in test.get("alert_rule_test", ()):
                yield test["name"], case


def dashboards() -> dict[str, dict[str, Any]]:
    return {file.stem: json.loads(file.read_text()) for file in DASHBOARDS}


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that show something: rows hold none."""
    return [each for each in dashboard["panels"] if each["type"] not in ("row", "text")]


def types_of(expression: str) -> set[str]:
    """The types of events that it asks for."""
    return set(re.findall(r'\btype="([^"]+)"', expression))


def labels_of(expression: str) -> set[str]:
    grouped = (name for found in _GROUPED.findall(expression) for name in found.split(","))
    names = {each.strip() for each in grouped} | set(_MATCHED.findall(expression))
    return {each for each in names if each}


def metrics_of(expression: str) -> set[str]:
    """The series that an expression reads: what is left when labels and words are taken away."""
    bare = _STRINGS.sub('""', _RANGE.sub(" ", expression))
    bare = re.sub(r"\{[^}]*\}", " ", _GROUPED.sub(" ", bare))
    return {each for each in _NAME.findall(bare) if each not in _WORDS}


def known() -> set[str]:
    """Every series that there can be: the catalogue's, the recorded, and `up`."""
    families = (sample for each in metrics.CATALOGUE for sample in each.describe())
    names = {"up", *recorded()}
    for family in families:
        ends = {
            "counter": ("_total", "_created"),
            "gauge": ("",),
            "histogram": ("_bucket", "_sum", "_count"),
        }[family.type]
        names |= {f"{family.name}{end}" for end in ends}
    return names
