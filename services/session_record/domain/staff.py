"""Interim: replaced by the room's knowledge of staff when its branch is merged."""

from dataclasses import dataclass
from datetime import date

from shared.contracts.site import Role


@dataclass(frozen=True, slots=True)
class Credential:
    role: Role
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Practitioner:
    practitioner_id: str
    credentials: tuple[Credential, ...] = ()
