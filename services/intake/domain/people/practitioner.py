"""Who may act as what at a clinic, and from when to when (INT-5).

A signature counts if its signer was licensed, in a role that may sign it, on the day it was given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from services.intake.domain.people.commands import RecordCredential
from shared.contracts.intake import PractitionerCredentialed
from shared.contracts.site import Role
from shared.kernel.errors import Rejected

Roles = tuple[Role, ...]
MAY_CLEAR: Roles = ("prescriber", "medical-clearer", "psychiatrist")
"""INT-5. A therapist alone may not."""
MAY_LIFT: Roles = ("psychiatrist",)
"""INT-8."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A licence to act in a role, from and until whole days. `recorded_at`: the event's time."""

    role: Role
    licence: str
    valid_from: date
    valid_until: date
    recorded_at: datetime

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until


@dataclass(frozen=True, slots=True)
class Practitioner:
    """`credentials` by role and licence: the latest word on each."""

    id: str
    credentials: Mapping[str, Credential] = field(default_factory=dict)


def record_credential(
    command: RecordCredential, known: Practitioner
) -> tuple[Practitioner, PractitionerCredentialed]:
    """The end of a credential stops signatures of that very day."""
    if command.valid_until < command.valid_from:
        raise Rejected(
            "never-valid", "The credential ends before it begins: correct its days, send it again."
        )
    place = f"{command.role}/{command.licence}"
    held = known.credentials.get(place)
    if held is None or held.recorded_at <= command.at:
        held = Credential(
            command.role, command.licence, command.valid_from, _last_day(command), command.at
        )
        known = replace(known, credentials={**known.credentials, place: held})
    return known, PractitionerCredentialed(
        known.id, held.role, held.valid_from, held.valid_until, held.licence
    )


def refuse_unless_licensed(
    practitioner: Practitioner | None, at: datetime, roles: Roles, signer: str
) -> None:
    """INT-5: on the day of the signature, however late it arrives."""
    if practitioner is None:
        raise Rejected(
            "signer-unknown",
            f"Nothing is on file about {signer}: record the credential, then sign again.",
        )
    fitting = [each for each in practitioner.credentials.values() if each.role in roles]
    if not fitting:
        raise Rejected(
            "signer-role",
            f"{signer} has no credential as {' or '.join(roles)}: one of these must sign this.",
        )
    if not any(each.holds_on(at.date()) for each in fitting):
        raise Rejected(
            "signer-not-licensed",
            f"{signer} was not licensed for this on {at:%Y-%m-%d}: record the renewed licence, or"
            " have somebody sign who is licensed.",
        )


def _last_day(command: RecordCredential) -> date:
    if not command.ended:
        return command.valid_until
    return min(command.valid_until, command.at.date() - timedelta(days=1))
