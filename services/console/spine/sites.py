"""One site in a row: when it was heard last at any door, and which of its numbers never came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.console.reading import Answer

QUIET_AFTER_S = 30 * 60
"""A clinic at work says something at least so often."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one service's door knows of a site. `ranges`: [[first, last], …] of missing numbers."""

    service: str
    last_at: str
    last_sequence: int
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Site:
    """`is_open`: None where nobody tells."""

    clinic: str
    name: str
    last_at: str
    age_s: float
    is_open: bool | None
    doors: tuple[Heard, ...]

    @property
    def missing(self) -> int:
        return sum(last - first + 1 for door in self.doors for first, last in door.ranges)

    @property
    def state(self) -> str:
        if self.age_s <= QUIET_AFTER_S:
            return "ok"
        return {True: "bad", False: "ok", None: "unknown"}[self.is_open]

    @property
    def words(self) -> str:
        if self.age_s <= QUIET_AFTER_S:
            return "heard"
        return {True: "silent while open", False: "closed now", None: "quiet"}[self.is_open]


def sites_of(answers: Sequence[Answer], is_open: Mapping[str, bool]) -> list[Site]:
    """Every site that any door has seen, silent ones first."""
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for answer in answers:
        for seen in () if answer.fault else answer.data["sites"]:
            found.setdefault(seen["source"], []).append((answer.service, answer.data["at"], seen))
    sites = [_site(source, doors, is_open) for source, doors in found.items()]
    return sorted(sites, key=lambda each: (each.state == "ok", each.clinic, each.name))


def _site(
    source: str, doors: Sequence[tuple[str, str, dict[str, Any]]], is_open: Mapping[str, bool]
) -> Site:
    _, at, last = max(doors, key=lambda each: datetime.fromisoformat(each[2]["last_at"]))
    age = datetime.fromisoformat(at) - datetime.fromisoformat(last["last_at"])
    return Site(
        last["clinic"],
        source.rpartition("/")[2],
        last["last_at"],
        max(0.0, age.total_seconds()),
        is_open.get(last["clinic"]),
        tuple(_heard(service, seen) for service, _, seen in doors),
    )


def _heard(service: str, seen: dict[str, Any]) -> Heard:
    ranges = tuple((first, last) for first, last in seen["missing"])
    return Heard(service, seen["last_at"], seen["last_sequence"], ranges)
