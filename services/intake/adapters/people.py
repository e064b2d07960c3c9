"""The events about people that intake acts on, and what a batch of them reads at once.

Those that name somebody are `sealed`: the journal keeps neither their content nor a plain digest.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

from services.intake.application import people
from services.intake.application.documents import (
    IDENTITIES,
    MATCHES,
    PATIENTS,
    PERSONS,
    PRACTITIONERS,
    TRANSFERS,
)
from services.intake.domain import commands
from services.intake.domain.people import commands as asked
from services.intake.domain.people import likeness
from services.intake.domain.people.person import person_id
from services.intake.domain.people.transfer import transfer_id
from services.intake.domain.people.vault import Vault
from shared.contracts import site
from shared.contracts.envelope import Event
from shared.kernel.identifiers import derive
from shared.storage.steps import Route
from shared.storage.unit_of_work import Need

TEAM = frozenset({"coordinator", "nurse", "therapist", "prescriber"})
DESK = frozenset({"coordinator", "prescriber", "medical-director"})
DIRECTOR = frozenset({"medical-director"})
REFERENCES = frozenset({"amends", "retracts"})
"""Fields that name another posted event, of the same source."""


def person_routes(vault: Vault) -> Sequence[Route[Any]]:
    return (*_identity_routes(vault), *_moving_routes())


def _identity_routes(vault: Vault) -> Sequence[Route[Any]]:
    register = partial(people.register_patient, vault=vault)
    escort = partial(people.name_escort, vault=vault)
    refer, seal = translation(commands.RegisterPatient), vault.fingerprint
    erase, decide = translation(asked.EraseIdentity), translation(asked.DecideDuplicate)
    return (
        Route(site.ReferralReceived, refer, register, _newcomer(vault), TEAM, seal),
        Route(site.EscortIntroduced, translation(asked.NameEscort), escort, known, TEAM, seal),
        Route(site.IdentityErased, erase, people.erase_identity, known, DIRECTOR),
        Route(site.DuplicateDecided, decide, people.decide_duplicate, known, DESK),
    )


def _moving_routes() -> Sequence[Route[Any]]:
    offer, accept = translation(asked.OfferTransfer), translation(asked.AcceptTransfer)
    withdraw, record = translation(asked.WithdrawTransfer), translation(asked.RecordCredential)
    return (
        Route(site.TransferOffered, offer, people.offer_transfer, _given, DESK),
        Route(site.TransferAccepted, accept, people.accept_transfer, _taken, DESK),
        Route(site.TransferWithdrawn, withdraw, people.withdraw_transfer, _given, DESK),
        Route(site.CredentialRecorded, record, people.record_credentials, _practitioner, DIRECTOR),
    )


def translation(command: type[Any]) -> Callable[[Event], Any]:
    """From the event's attributes, and the fields of its data that the command asks for."""
    names = {each.name for each in fields(command)} - {"event_id", "at", "patient_id"}

    def translate(event: Event) -> Any:
        cause = derive(event.source, event.id)  # an id is unique within its source only
        asked = {name: getattr(event.data, name) for name in names}
        for name in REFERENCES & names:  # an empty one refers to nothing
            asked[name] = asked[name] and derive(event.source, asked[name])
        return command(event_id=cause, at=event.time, patient_id=event.subject, **asked)

    return translate


def known(event: Event) -> Sequence[Need]:
    """The patient, the identity, and the person of whoever was linked to nobody."""
    return [
        (PATIENTS, event.subject),
        (IDENTITIES, event.subject),
        (PERSONS, person_id(event.clinic, event.subject)),
    ]


def signed(event: Event) -> Sequence[Need]:
    return [*known(event), (PRACTITIONERS, event.data.signer)]


def _newcomer(vault: Vault) -> Callable[[Event], Sequence[Need]]:
    """Identity and person of a new patient are new as well: only who is alike is looked up."""

    def needs(event: Event) -> Sequence[Need]:
        looked_up = likeness.lookups(vault, event.clinic, people.particulars(event.data))
        alike = ((MATCHES, lookup) for lookup in looked_up if lookup)
        return [(PATIENTS, event.subject), *alike]

    return needs


def _given(event: Event) -> Sequence[Need]:
    return [*known(event), (TRANSFERS, transfer_id(event.clinic, event.subject))]


def _taken(event: Event) -> Sequence[Need]:
    offered_by = event.data.from_clinic
    return [
        (PATIENTS, event.subject),
        (IDENTITIES, event.subject),
        (PERSONS, person_id(offered_by, event.subject)),
        (TRANSFERS, transfer_id(offered_by, event.subject)),
    ]


def _practitioner(event: Event) -> Sequence[Need]:
    return [(PRACTITIONERS, event.subject)]
