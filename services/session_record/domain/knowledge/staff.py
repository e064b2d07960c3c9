"""Who may act as what, on which day: intake's credentials (SCH-6, INT-5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.session_record.domain.knowledge.told import KnowCredential
from shared.contracts.site import Role


@dataclass(frozen=True, slots=True)
class Credential:
    """`licence` tells two of one role apart; empty where intake has not said."""

    role: Role
    valid_from: date
    valid_until: date
    licence: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Which licence it is; where intake has not said, the one that begins then."""
        return self.role, self.licence or self.valid_from.isoformat()


@dataclass(frozen=True, slots=True)
class Practitioner:
    practitioner_id: str
    credentials: tuple[Credential, ...] = ()


@dataclass(frozen=True, slots=True)
class Staff:
    """The people an event names, as far as they are known, on the event's day at the clinic."""

    known: Mapping[str, Practitioner]
    day: date

    def is_credentialed(self, practitioner_id: str, roles: Iterable[str]) -> bool:
        found = self.known.get(practitioner_id)
        held = found.credentials if found else ()
        return any(
            each.role in roles and each.valid_from <= self.day <= each.valid_until for each in held
        )


def credentialed(practitioner: Practitioner, told: KnowCredential) -> Practitioner:
    """What is told of a licence stands in the place of what was told of it before."""
    credential = Credential(told.role, told.valid_from, told.valid_until, told.licence)
    others = tuple(each for each in practitioner.credentials if each.place != credential.place)
    return replace(practitioner, credentials=(*others, credential))


def day_at(moment: datetime, zone: str) -> date:
    """The day on the clinic's calendar."""
    return moment.astimezone(ZoneInfo(zone)).date()
