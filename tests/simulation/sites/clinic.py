"""A clinic of the simulation: whom and what it has, and what anybody there tells."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from shared.contracts import site
from shared.contracts.site import ResourceKind
from tests.kit.people import STAFF, credential

FIRST_DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LICENCE_UNTIL = date(2030, 12, 31)
WEEK = tuple(site.WeeklyHours(weekday, "08:00", "18:00") for weekday in range(7))
HAS: dict[ResourceKind, tuple[str, ...]] = {
    "room": ("room-1", "room-2"),
    "chair": ("chair-1",),
    "monitor": ("monitor-1",),
    "prescriber": ("prescriber-1",),
    "nurse": ("nurse-1",),
    "therapist": ("therapist-1", "therapist-2"),
}
HOLDS: dict[ResourceKind, str] = {
    "prescriber": "controlled-substances",
    "nurse": "acls",
    "therapist": "kap-training",
}
LICENSED: dict[str, site.Role] = STAFF | {"therapist-2": "therapist"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event to be: `data` is a contract of shared.contracts.site."""

    subject: str
    time: datetime
    data: Any


Script = Iterator[Happening | None]


def opening(clinic: str) -> Script:
    """The clinic declares who signs, and what it has."""
    for name, role in LICENSED.items():
        yield Happening(name, FIRST_DAY, credential(role))
    for kind, names in HAS.items():
        for name in names:
            yield Happening(f"{clinic}-{name}", FIRST_DAY, _declared(kind, name))


def _declared(kind: ResourceKind, name: str) -> site.ResourceDeclared:
    certificates = (site.Certificate(HOLDS[kind], LICENCE_UNTIL),) if kind in HOLDS else ()
    practitioner = name if kind in HOLDS else ""
    return site.ResourceDeclared(
        kind, "Europe/London", WEEK, practitioner=practitioner, certificates=certificates
    )
