"""What scheduling can be told of its resources. `at` is when it happened."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.contracts.site import ResourceDeclared, Role, SiteDeclared


@dataclass(frozen=True, slots=True)
class DeclareResource:
    event_id: str
    at: datetime
    resource_id: str
    said: ResourceDeclared


@dataclass(frozen=True, slots=True)
class DeclareSite:
    event_id: str
    at: datetime
    site_id: str
    said: SiteDeclared


@dataclass(frozen=True, slots=True)
class KnowLicence:
    """Who may act as what, from when to when (days on the wall)."""

    event_id: str
    at: datetime
    practitioner: str
    role: Role
    valid_from: date
    valid_until: date
    licence: str = ""


@dataclass(frozen=True, slots=True)
class KnowSiteCertificate:
    event_id: str
    at: datetime
    site_id: str
    valid_until: datetime
