"""What HTTP may read about people. Names leave by `identity` alone, which opens what was sealed."""

from dataclasses import dataclass
from datetime import date, datetime

from services.intake.application.documents import IDENTITIES, PERSONS, PRACTITIONERS
from services.intake.application.people import Known
from services.intake.domain.people.identity import (
    Candidate,
    Decided,
    Likeness,
    opened,
    opened_contact,
)
from services.intake.domain.people.person import Person, refuse_if_erased
from services.intake.domain.people.practitioner import Credential
from services.intake.domain.people.vault import Vault
from shared.storage.reads import Read, Reads


@dataclass(frozen=True, slots=True)
class ContactView:
    contact_id: str
    name: str
    phone: str
    relation: str


@dataclass(frozen=True, slots=True)
class IdentityView:
    """Who the patient is. `record_number`: the clinic's own (MRN)."""

    patient_id: str
    person_id: str
    given_name: str
    family_name: str
    birth_date: date
    gender: str
    record_number: str
    phone: str
    email: str
    referrer: str
    contacts: tuple[ContactView, ...]


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A patient who may be the same person; who that is, only the other clinic can say."""

    clinic: str
    patient_id: str
    matched: tuple[Likeness, ...]
    decision: Decided
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class DuplicatesView:
    patient_id: str
    undecided: int
    candidates: tuple[CandidateView, ...]


@dataclass(frozen=True, slots=True)
class PractitionerView:
    practitioner_id: str
    credentials: tuple[Credential, ...]


def known(reads: Reads, patient_id: str) -> Known | None:
    found = reads.get(IDENTITIES, patient_id)
    if found is None:
        return None
    return Known(found.aggregate, _person(reads, found.aggregate.person_id))


def identity(reads: Reads, vault: Vault, patient_id: str) -> Read[IdentityView] | None:
    """Raises Rejected where the identity was erased, Unreadable if it cannot be opened."""
    found = reads.get(IDENTITIES, patient_id)
    if found is None:
        return None
    held, person = found.aggregate, _person(reads, found.aggregate.person_id)
    refuse_if_erased(person)
    cipher = vault.unlock(held.key_id, person.keys[held.key_id])
    contacts = tuple(
        ContactView(contact_id, *opened_contact(held, contact_id, cipher), contact.relation)
        for contact_id, contact in sorted(held.contacts.items())
    )
    about = opened(held, cipher)
    clear = {name: getattr(about, name) for name in type(about).__slots__}
    view = IdentityView(patient_id, person.id, **clear, contacts=contacts)
    return Read(view, found.version, found.clinic, found.cursor)


def duplicates(reads: Reads, patient_id: str) -> Read[DuplicatesView] | None:
    found = reads.get(IDENTITIES, patient_id)
    if found is None:
        return None
    held = found.aggregate
    seen = tuple(_candidate(each) for each in held.candidates)
    view = DuplicatesView(patient_id, len(held.undecided), seen)
    return Read(view, found.version, found.clinic, found.cursor)


def practitioner(reads: Reads, practitioner_id: str) -> Read[PractitionerView] | None:
    found = reads.get(PRACTITIONERS, practitioner_id)
    if found is None:
        return None
    credentials = tuple(each for _, each in sorted(found.aggregate.credentials.items()))
    view = PractitionerView(practitioner_id, credentials)
    return Read(view, found.version, found.clinic, found.cursor)


def _candidate(each: Candidate) -> CandidateView:
    return CandidateView(
        each.clinic, each.patient_id, each.matched, each.decision, each.decided_by, each.decided_at
    )


def _person(reads: Reads, person_id: str) -> Person:
    """The person after all links since."""
    while True:
        found = reads.network_get(PERSONS, person_id)
        assert found, "every identity has its person"
        if not found.aggregate.merged_into:
            return found.aggregate
        person_id = found.aggregate.merged_into
