"""The network's report as rows of a table: rates with their intervals, and who was lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from services.console.board.words import spoken
from services.console.reading import Answer, Reader
from shared.web.identity import Principal

SERVICE = "analytics"
WINDOWS = {
    "latest": "Latest result",
    "end": "End of the course",
    "week-4": "Four weeks after",
    "month-3": "Three months after",
    "month-6": "Six months after",
}
GROUPINGS = {
    "": "Nothing: everybody together",
    "clinic,indication": "Clinic and indication",
    "clinic": "Clinic",
    "indication": "Indication",
    "route": "Route",
    "period": "Quarter of the first dose",
}
HIDDEN = "too few to show"
Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """By what to group, which window, as of the end of which day (None: as it stands)."""

    by: str
    window: str
    as_of: date | None

    def query(self, **more: str) -> str:
        as_of = {"as_of": f"{self.as_of}T23:59:59Z"} if self.as_of else {}
        return urlencode({**more, **as_of})


@dataclass(frozen=True, slots=True)
class Rate:
    """`percent` None: nobody is in it, or `words` say why it is not told."""

    percent: float | None
    low: float
    high: float
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    groups: tuple[str, ...]
    n: str
    lost: str
    response: Rate
    remission: Rate
    change: str


@dataclass(frozen=True, slots=True)
class Report:
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    as_of: str
    warnings: tuple[str, ...]
    definitions: tuple[str, ...]
    fault: str


def is_analyst(who: Principal) -> bool:
    """Small counts are kept from whoever has no clinic and is not operations (OUT-7)."""
    return not who.clinic and ("analyst" in who.roles or "operations" not in who.roles)


def groupings(who: Principal) -> dict[str, str]:
    """A release is by one dimension; a clinic sees itself alone."""
    if who.clinic:
        return {name: GROUPINGS[name] for name in ("indication", "route", "period", "")}
    if is_analyst(who):
        return {name: words for name, words in GROUPINGS.items() if "," not in name}
    return {name: GROUPINGS[name] for name in sorted(GROUPINGS, key=lambda name: "," not in name)}


def report(reader: Reader, asked: Asked) -> Report:
    answer = reader.get(SERVICE, f"/v1/reports/outcomes?{asked.query(by=asked.by)}")
    return _report(answer, asked)


def _report(answer: Answer, asked: Asked) -> Report:
    dimensions = asked.by.split(",") if asked.by else []
    heads = tuple(each.capitalize() for each in dimensions) or ("Of",)
    if not answer.data:
        return Report(heads, (), "", (), (), answer.fault)
    said = answer.data
    rows = tuple(_row(each, dimensions, asked.window) for each in said["items"])
    return Report(
        heads, rows, said["as_of"], tuple(said["warnings"]), tuple(said["definitions"]), ""
    )


def _row(said: Said, dimensions: list[str], window: str) -> Row:
    at = next(each for each in said["windows"] if each["window"] == window)
    response = at["response"]["observed"]
    groups = tuple(spoken(said[name]) if said[name] else "all" for name in dimensions)
    groups = groups or ("everybody",)
    return Row(
        groups,
        _count(said["patients"]),
        HIDDEN if response["suppressed"] or response["lost"] is None else str(response["lost"]),
        _rate(response),
        _rate(at["remission"]["observed"]),
        _change(at["change"], said["instrument"]),
    )


def _count(said: Said) -> str:
    return HIDDEN if said["suppressed"] or said["value"] is None else str(said["value"])


def _rate(said: Said) -> Rate:
    if said["suppressed"]:
        return Rate(None, 0, 0, HIDDEN)
    if said["percent"] is None:
        return Rate(None, 0, 0, "nobody to count")
    words = f"{said['numerator']} of {said['denominator']}"
    return Rate(said["percent"], said["low"], said["high"], words)


def _change(said: Said, instrument: str) -> str:
    if said["suppressed"]:
        return HIDDEN
    if said["mean"] is None:
        return "fewer than two"
    interval = f" ({said['low']:g} to {said['high']:g})" if said["low"] is not None else ""
    return f"{instrument.upper()} {said['mean']:+g}{interval}"
