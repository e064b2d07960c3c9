"""The three demo clinics: where they are, whom they treat, and the rooms and people they have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from shared.contracts.site import (
    CredentialRecorded,
    Indication,
    ResourceDeclared,
    ResourceKind,
    Role,
    SiteCertified,
    WeeklyHours,
)
from shared.local.demo.story import Happening

TRD: Final = "treatment-resistant-depression"
CHRONIC: Final = "chronic-depression"
PTSD: Final = "ptsd"
EXISTENTIAL: Final = "existential-distress"


@dataclass(frozen=True, slots=True)
class Clinic:
    """`mix`: how many patients of each indication. `gain` shifts how much its patients improve."""

    name: str
    zone: str
    mix: tuple[tuple[Indication, int], ...]
    gain: float

    @property
    def client_id(self) -> str:
        return f"{self.name}-main"


CLINICS = (
    Clinic(
        "riverside",
        "America/New_York",
        ((TRD, 30), (CHRONIC, 18), (PTSD, 8), (EXISTENTIAL, 4)),
        0.0,
    ),
    Clinic(
        "harbor",
        "Europe/London",
        ((PTSD, 30), (TRD, 18), (CHRONIC, 8), (EXISTENTIAL, 4)),
        0.04,
    ),
    Clinic(
        "summit",
        "America/Denver",
        ((CHRONIC, 30), (EXISTENTIAL, 18), (TRD, 8), (PTSD, 4)),
        -0.03,
    ),
)
WEEK = tuple(WeeklyHours(weekday, "08:00", "18:00") for weekday in range(5))
HAS: Mapping[ResourceKind, int] = {
    "room": 3,
    "monitor": 2,
    "prescriber": 2,
    "nurse": 2,
    "therapist": 3,
}
STAFF: Mapping[str, Role] = {
    "prescriber-1": "prescriber",
    "prescriber-2": "prescriber",
    "psychiatrist-1": "psychiatrist",
    "nurse-1": "nurse",
    "nurse-2": "nurse",
    "therapist-1": "therapist",
    "therapist-2": "therapist",
    "therapist-3": "therapist",
    "medical-director-1": "medical-director",
}
"""Who signs and who is named; each licensed for the whole story and long after."""


def credentials(clinic: Clinic, since: datetime) -> list[Happening]:
    first, last = date(since.year - 1, 1, 1), date(since.year + 3, 12, 31)
    return [
        Happening(
            name, since, CredentialRecorded(role, f"{clinic.name}-licence-{name}", first, last)
        )
        for name, role in STAFF.items()
    ]


def certificate(since: datetime) -> Happening:
    """The clinic's one site may give esketamine, for the whole story and long after."""
    return Happening("main", since, SiteCertified(since + timedelta(days=3 * 365)))


def resources(clinic: Clinic, since: datetime) -> list[Happening]:
    return [
        Happening(f"{clinic.name}-{kind}-{n}", since, ResourceDeclared(kind, clinic.zone, WEEK))
        for kind, count in HAS.items()
        for n in range(1, count + 1)
    ]
