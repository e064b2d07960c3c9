"""A patient's identity, sealed field by field under the person's data key.

Nothing of it is readable here without the vault; ids, relations and times are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from services.intake.domain.people.commands import NameEscort
from services.intake.domain.people.vault import Cipher
from shared.contracts.intake import EscortNamed

Likeness = Literal["family-and-birth-date", "full-name", "birth-date-and-phone", "record-number"]
Decided = Literal["", "same-person", "different-people"]


@dataclass(frozen=True, slots=True)
class Particulars:
    """Who somebody is, in clear: on its way in or out, never stored."""

    given_name: str
    family_name: str
    birth_date: date
    gender: str = ""
    record_number: str = ""
    phone: str = ""
    email: str = ""
    referrer: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Who takes the patient home. `name` and `phone` are sealed."""

    relation: str
    name: str
    phone: str
    named_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another patient id that may be the same person, and what a human said of it."""

    clinic: str
    patient_id: str
    person_id: str
    matched: tuple[Likeness, ...]
    decision: Decided = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """`sealed`: field name to ciphertext. `key_id`: under which of the person's keys."""

    patient_id: str
    person_id: str
    key_id: str
    sealed: Mapping[str, str]
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    candidates: tuple[Candidate, ...] = ()

    @property
    def undecided(self) -> tuple[Candidate, ...]:
        return tuple(each for each in self.candidates if not each.decision)


def sealed(patient_id: str, person_id: str, about: Particulars, cipher: Cipher) -> Identity:
    """What is empty is left out. A new person's key bears the person's id."""
    clear = {name: str(getattr(about, name)) for name in Particulars.__slots__}
    return Identity(
        patient_id,
        person_id,
        person_id,
        {name: cipher.seal(_place(patient_id, name), text) for name, text in clear.items() if text},
    )


def opened(identity: Identity, cipher: Cipher) -> Particulars:
    clear = {
        name: cipher.open(_place(identity.patient_id, name), text)
        for name, text in identity.sealed.items()
        if name != "birth_date"
    }
    return Particulars(birth_date=birth_date(identity, cipher), **clear)


def birth_date(identity: Identity, cipher: Cipher) -> date:
    name = "birth_date"
    text = cipher.open(_place(identity.patient_id, name), identity.sealed[name])
    return date.fromisoformat(text)


def name_escort(
    command: NameEscort, identity: Identity, cipher: Cipher
) -> tuple[Identity, EscortNamed]:
    """SCH-7: the latest word on a contact counts, in whatever order the words arrive."""
    held = identity.contacts.get(command.contact_id)
    named = EscortNamed(command.contact_id, command.relation)
    if held and held.named_at > command.at:
        return identity, named
    place = f"{identity.patient_id}/contacts/{command.contact_id}"
    contact = Contact(
        command.relation,
        cipher.seal(f"{place}/name", command.name),
        cipher.seal(f"{place}/phone", command.phone),
        command.at,
    )
    contacts = {**identity.contacts, command.contact_id: contact}
    return replace(identity, contacts=contacts), named


def opened_contact(identity: Identity, contact_id: str, cipher: Cipher) -> tuple[str, str]:
    """(name, telephone)."""
    contact, place = identity.contacts[contact_id], f"{identity.patient_id}/contacts/{contact_id}"
    return (
        cipher.open(f"{place}/name", contact.name),
        cipher.open(f"{place}/phone", contact.phone),
    )


def _place(patient_id: str, name: str) -> str:
    """What a ciphertext is bound to, beside its key: it opens for no other patient or field."""
    return f"{patient_id}/{name}"
