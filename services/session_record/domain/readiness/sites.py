"""A site of the clinic, and until when the esketamine REMS certifies it (SCH-5)."""

from dataclasses import dataclass
from datetime import datetime

from services.session_record.domain.commands import CertifySite


@dataclass(frozen=True, slots=True)
class Site:
    site_id: str
    certified_until: datetime | None = None


def certified(site_id: str, told: CertifySite) -> Site:
    """The newest certificate stands."""
    return Site(site_id, told.valid_until)
