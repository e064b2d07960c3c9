"""What intake does about people: register, erase, link, transfer, credential; one use case each.

Names are sealed before anything is saved, and unsealed only where a rule or a reader needs them.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.intake.application.documents import (
    IDENTITIES,
    MATCHES,
    PATIENTS,
    PERSONS,
    PRACTITIONERS,
    TRANSFERS,
)
from services.intake.domain.commands import RegisterPatient
from services.intake.domain.patient import Patient, register
from services.intake.domain.people import duplicates, likeness, transfer
from services.intake.domain.people import identity as identities
from services.intake.domain.people import person as persons
from services.intake.domain.people.commands import (
    AcceptTransfer,
    DecideDuplicate,
    EraseIdentity,
    NameEscort,
    OfferTransfer,
    RecordCredential,
    WithdrawTransfer,
)
from services.intake.domain.people.identity import Candidate, Identity, Particulars
from services.intake.domain.people.likeness import Looks, Match
from services.intake.domain.people.person import Member, Person
from services.intake.domain.people.practitioner import (
    Practitioner,
    Roles,
    record_credential,
    refuse_unless_licensed,
)
from services.intake.domain.people.transfer import transfer_id
from services.intake.domain.people.vault import Vault
from services.intake.domain.safety import end_clearance
from shared.contracts import site
from shared.contracts.intake import DuplicateSuspected, PatientErased
from shared.kernel.errors import NotYet, Reason, Rejected
from shared.storage.unit_of_work import UnitOfWork

ERASED = Reason(
    "erased",
    "The identity of the patient was erased: nobody can be treated under this patient id.",
    "erasure (the person's right)",
)


@dataclass(frozen=True, slots=True)
class Known:
    """A patient's identity and the person it belongs to."""

    identity: Identity
    person: Person

    def birth_date(self, vault: Vault) -> date:
        """Raises Rejected where the identity was erased."""
        persons.refuse_if_erased(self.person)
        cipher = vault.unlock(self.identity.key_id, self.person.keys[self.identity.key_id])
        return identities.birth_date(self.identity, cipher)

    def obstacles(self, clinic: str, at: datetime) -> tuple[Reason, ...]:
        return persons.obstacles(self.identity, self.person, clinic, at)


def present(uow: UnitOfWork, patient_id: str) -> Patient:
    """The patient, if this clinic has not given the patient over. Raises NotYet, Rejected."""
    patient = uow.require(PATIENTS, patient_id)
    if patient.transferred_to:
        raise Rejected(
            "transferred",
            f"The patient was transferred to clinic {patient.transferred_to}: post it there.",
        )
    return patient


def known(uow: UnitOfWork, patient_id: str) -> Known:
    identity = uow.require(IDENTITIES, patient_id)
    return Known(identity, _person_now(uow, identity.person_id))


def follow_clearance(uow: UnitOfWork, patient: Patient) -> None:
    """Before a patient is saved: a clearance granted or ended is the person's course (SCH-9)."""
    before = uow.get(PATIENTS, patient.id)
    if before and before.decisions == patient.decisions:
        return
    person = known(uow, patient.id).person
    followed = persons.followed(person, Member(uow.clinic, patient.id), patient)
    if followed != person:
        uow.save(PERSONS, followed)


def particulars(source: RegisterPatient | site.ReferralReceived) -> Particulars:
    return Particulars(
        source.given_name,
        source.family_name,
        source.birth_date,
        source.gender,
        source.record_number,
        source.phone,
        source.email,
        source.referrer,
    )


def register_patient(command: RegisterPatient, uow: UnitOfWork, vault: Vault) -> None:
    if uow.get(PATIENTS, command.patient_id):
        raise Rejected(
            "already-registered",
            "This patient id was referred before: post to the patient on file, or mint a new id"
            " for another person.",
        )
    about, member = particulars(command), Member(uow.clinic, command.patient_id)
    person_id = persons.person_id(uow.clinic, command.patient_id)
    wrapped, cipher = vault.create(person_id)
    looks = likeness.looks(vault, uow.clinic, about)
    suspects = _sighted(uow, looks, member, person_id)
    identity = identities.sealed(command.patient_id, person_id, about, cipher)
    uow.add(IDENTITIES, replace(identity, candidates=suspects) if suspects else identity)
    uow.add(PERSONS, Person(person_id, {person_id: wrapped}, (member,), looks.lookups))
    patient, events = register(command, person_id)
    suspected = (DuplicateSuspected(len(suspects)),) if suspects else ()
    uow.save(PATIENTS, patient, *events, *suspected)


def name_escort(command: NameEscort, uow: UnitOfWork, vault: Vault) -> None:
    patient = present(uow, command.patient_id)
    about = known(uow, command.patient_id)
    persons.refuse_if_erased(about.person)
    cipher = vault.unlock(about.identity.key_id, about.person.keys[about.identity.key_id])
    identity, named = identities.name_escort(command, about.identity, cipher)
    uow.save(IDENTITIES, identity)
    uow.save(PATIENTS, patient.heard(command.at), named)


def erase_identity(command: EraseIdentity, uow: UnitOfWork) -> None:
    patient, about = present(uow, command.patient_id), known(uow, command.patient_id)
    member = Member(uow.clinic, patient.id)
    erased = persons.erased(about.person, member, command.at)
    for lookup in about.person.lookups:
        match = uow.require(MATCHES, lookup)
        uow.save(MATCHES, likeness.forgotten(match, about.person.members))
    patient, ended = end_clearance(patient, command.at, (ERASED,))
    uow.save(PERSONS, erased)
    uow.save(IDENTITIES, Identity(patient.id, erased.id, about.identity.key_id, {}))
    uow.save(PATIENTS, patient.heard(command.at), *ended, PatientErased(command.reason))


def decide_duplicate(command: DecideDuplicate, uow: UnitOfWork) -> None:
    patient, about = present(uow, command.patient_id), known(uow, command.patient_id)
    candidate = duplicates.candidate_of(command, about.identity)
    if command.decision == "different-people":
        uow.save(IDENTITIES, duplicates.decided(command, about.identity, candidate))
        uow.save(PATIENTS, patient.heard(command.at))
        return
    other = _person_now(uow, candidate.person_id)
    if other.id == about.person.id:
        uow.save(IDENTITIES, duplicates.decided(command, about.identity, candidate))
        return
    member = Member(uow.clinic, patient.id)
    linked = duplicates.link(command, member, patient, about.identity, (about.person, other))
    uow.save(PERSONS, linked.left)
    uow.save(PERSONS, linked.joined)
    uow.save(IDENTITIES, linked.identity)
    uow.save(PATIENTS, linked.patient.heard(command.at), *linked.events)


def offer_transfer(command: OfferTransfer, uow: UnitOfWork) -> None:
    patient, about = present(uow, command.patient_id), known(uow, command.patient_id)
    persons.refuse_if_erased(about.person)
    given, offered, events = transfer.offer(command, uow.clinic, patient, about.identity)
    follow_clearance(uow, given)
    uow.save(TRANSFERS, offered)
    uow.save(PATIENTS, given.heard(command.at), *events)


def withdraw_transfer(command: WithdrawTransfer, uow: UnitOfWork) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    offered = uow.get(TRANSFERS, transfer_id(uow.clinic, patient.id))
    patient, withdrawn = transfer.withdraw(offered, patient)
    identity = uow.require(IDENTITIES, patient.id)
    uow.save(TRANSFERS, withdrawn)
    uow.save(PATIENTS, patient.heard(command.at), *transfer.introduction(patient, identity))


def accept_transfer(command: AcceptTransfer, uow: UnitOfWork) -> None:
    place = transfer_id(command.from_clinic, command.patient_id)
    offered = uow.get(TRANSFERS, place)
    if offered is None or offered.status != "offered" or offered.to_clinic != uow.clinic:
        # An offer to somebody else is as absent as none.
        raise NotYet(TRANSFERS.name, TRANSFERS.key(uow.clinic, place))
    patient, identity, accepted = transfer.accept(offered, command.at)
    person = _person_now(uow, identity.person_id)
    persons.refuse_if_erased(person)
    _refuse_if_somebody_else_is_here(uow, patient.id, person)
    before, after = (Member(each, patient.id) for each in (command.from_clinic, uow.clinic))
    for lookup in person.lookups:
        match = uow.require(MATCHES, lookup)
        uow.save(MATCHES, likeness.relocated(match, before, after))
    uow.save(PERSONS, persons.moved(person, before, after))
    uow.save(TRANSFERS, accepted)
    uow.save(IDENTITIES, identity)
    uow.save(PATIENTS, patient, *transfer.introduction(patient, identity))


def record_credentials(command: RecordCredential, uow: UnitOfWork) -> None:
    practitioner = uow.get(PRACTITIONERS, command.patient_id) or Practitioner(command.patient_id)
    uow.save(PRACTITIONERS, *record_credential(command, practitioner))


def refuse_unless_signed_by(signer: str, at: datetime, uow: UnitOfWork, roles: Roles) -> None:
    """INT-5. Raises Rejected."""
    refuse_unless_licensed(uow.get(PRACTITIONERS, signer), at, roles, signer)


def _refuse_if_somebody_else_is_here(uow: UnitOfWork, patient_id: str, person: Person) -> None:
    """A patient who was given over before comes back to the file that was left."""
    held = uow.get(PATIENTS, patient_id)
    if held and not (held.transferred_to and known(uow, patient_id).person.id == person.id):
        raise Rejected(
            "already-registered",
            "This clinic has a patient of this id: ask the giving clinic to withdraw the transfer.",
        )


def _sighted(
    uow: UnitOfWork, looks: Looks, member: Member, person_id: str
) -> tuple[Candidate, ...]:
    """Puts the newcomer where it will be looked up; who is alike already."""
    matches = [uow.get(MATCHES, lookup) or Match(lookup) for lookup in looks.lookups]
    for match in matches:
        uow.save(MATCHES, likeness.sighted(match, looks, member, person_id))
    return likeness.candidates(looks, matches, member)


def _person_now(uow: UnitOfWork, person_id: str) -> Person:
    """The person after all links since."""
    person = uow.require(PERSONS, person_id)
    while person.merged_into:
        person = uow.require(PERSONS, person.merged_into)
    return person
