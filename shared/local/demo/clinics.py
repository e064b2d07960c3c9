"""The three demo clinics: where they are, whom they treat, and the rooms and people they have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from shared.contracts.site import (
    Certificate,
    Closure,
    CredentialRecorded,
    Indication,
    ResourceDeclared,
    ResourceKind,
    Role,
    SiteCertified,
    SiteDeclared,
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
OPEN = tuple(WeeklyHours(weekday, "07:30", "19:00") for weekday in range(5))
SITE: Final = "main"
THINGS: Mapping[ResourceKind, int] = {"room": 3, "chair": 3, "monitor": 3}
"""Each chair stands in the room of its number; the monitors are on wheels."""
GROUP_ROOM, GROUP_PLACES = "room-3", 6
BOOKED: Mapping[str, tuple[ResourceKind, ...]] = {
    "prescriber-1": ("prescriber",),
    "prescriber-2": ("prescriber",),
    "nurse-1": ("nurse",),
    "nurse-2": ("nurse",),
    "therapist-1": ("therapist",),
    "therapist-2": ("therapist",),
    "therapist-3": ("therapist", "sitter"),
}
"""Who is booked, and as what: each with a licence for it, and what else the policy asks."""
HOLDS: Mapping[ResourceKind, str] = {
    "prescriber": "controlled-substances",
    "nurse": "acls",
    "therapist": "kap-training",
    "sitter": "basic-life-support",
}
STAFF: Sequence[tuple[str, Role]] = (
    ("prescriber-1", "prescriber"),
    ("prescriber-2", "prescriber"),
    ("psychiatrist-1", "psychiatrist"),
    ("nurse-1", "nurse"),
    ("nurse-2", "nurse"),
    ("therapist-1", "therapist"),
    ("therapist-2", "therapist"),
    ("therapist-3", "therapist"),
    ("therapist-3", "sitter"),
    ("medical-director-1", "medical-director"),
)
"""Who signs and who is named; each licensed for the whole story and long after."""
HOLIDAYS = ((1, 1, "new-year"), (12, 25, "christmas"))
"""Month and day on which every clinic is closed."""


def opening(clinic: Clinic, since: datetime) -> list[Happening]:
    """All that must be known of the clinic before anybody is treated there."""
    return [
        *_site(clinic, since),
        *_things(clinic, since),
        *_people(clinic, since),
        *credentials(clinic, since),
        certificate(since),
    ]


def credentials(clinic: Clinic, since: datetime) -> list[Happening]:
    first, last = _licensed(since)
    return [
        Happening(
            name, since, CredentialRecorded(role, f"{clinic.name}-licence-{name}", first, last)
        )
        for name, role in STAFF
    ]


def certificate(since: datetime) -> Happening:
    """The clinic's one site may give esketamine, for the whole story and long after."""
    return Happening(SITE, since, SiteCertified(since + timedelta(days=3 * 365)))


def resource(clinic: Clinic, name: str) -> str:
    """The id of one of those in BOOKED in the clinic's calendar."""
    return f"{clinic.name}-{name}"


def person(clinic: Clinic, name: str, since: datetime) -> ResourceDeclared:
    kind, *also = BOOKED[name]
    _, last = _licensed(since)
    return ResourceDeclared(
        kind,
        clinic.zone,
        WEEK,
        site=SITE,
        also=tuple(also),
        practitioner=name,
        certificates=tuple(Certificate(HOLDS[each], last) for each in BOOKED[name]),
    )


def _site(clinic: Clinic, since: datetime) -> list[Happening]:
    closures = tuple(
        Closure(date(year, month, day), date(year, month, day), why)
        for year in range(since.year, since.year + 3)
        for month, day, why in HOLIDAYS
    )
    return [Happening(SITE, since, SiteDeclared(clinic.zone, OPEN, closures=closures))]


def _things(clinic: Clinic, since: datetime) -> list[Happening]:
    return [
        Happening(
            resource(clinic, f"{kind}-{n}"),
            since,
            ResourceDeclared(
                kind,
                clinic.zone,
                WEEK,
                site=SITE,
                room=resource(clinic, f"room-{n}") if kind == "chair" else "",
                places=GROUP_PLACES if f"{kind}-{n}" == GROUP_ROOM else 1,
            ),
        )
        for kind, count in THINGS.items()
        for n in range(1, count + 1)
    ]


def _people(clinic: Clinic, since: datetime) -> list[Happening]:
    return [
        Happening(resource(clinic, name), since, person(clinic, name, since)) for name in BOOKED
    ]


def _licensed(since: datetime) -> tuple[date, date]:
    return date(since.year - 1, 1, 1), date(since.year + 3, 12, 31)
