"""A patient goes from one clinic to another: same patient id, same person, same file.

The giving clinic's clearance ends; the receiving clinic's own prescriber clears anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.intake.domain.evidence import work_up
from services.intake.domain.patient import Patient
from services.intake.domain.people.commands import OfferTransfer
from services.intake.domain.people.identity import Identity
from services.intake.domain.safety import coded, end_clearance
from shared.contracts.intake import (
    EscortNamed,
    PatientConsented,
    PatientRegistered,
    PatientScreened,
    PatientTransferred,
    SafetyHoldRaised,
    WorkUpKnown,
)
from shared.kernel.errors import Reason, Rejected


@dataclass(frozen=True, slots=True)
class File:
    """The patient's file as it was when it was offered."""

    patient: Patient
    identity: Identity


@dataclass(frozen=True, slots=True)
class Transfer:
    """The latest offer of a clinic's patient. `file` is there while it is offered."""

    patient_id: str
    from_clinic: str
    to_clinic: str
    reason: str
    offered_at: datetime
    status: Literal["offered", "accepted", "withdrawn"]
    file: File | None

    @property
    def id(self) -> str:
        return transfer_id(self.from_clinic, self.patient_id)


def transfer_id(from_clinic: str, patient_id: str) -> str:
    return f"{from_clinic}/{patient_id}"


def offer(
    command: OfferTransfer, clinic: str, patient: Patient, identity: Identity
) -> tuple[Patient, Transfer, tuple[object, ...]]:
    if command.to_clinic == clinic:
        raise Rejected("same-clinic", "The patient is here already: name the receiving clinic.")
    words = f"The patient was transferred to clinic {command.to_clinic}: it clears anew."
    reason = Reason("transferred", words, "SCH-9; transfer between clinics")
    patient, ended = end_clearance(patient, command.at, (reason,))
    file = File(patient.heard(command.at), identity)
    transfer = Transfer(
        command.patient_id,
        clinic,
        command.to_clinic,
        command.reason,
        command.at,
        "offered",
        file,
    )
    given = replace(patient, transferred_to=command.to_clinic)
    return given, transfer, (*ended, PatientTransferred(command.to_clinic))


def withdraw(transfer: Transfer | None, patient: Patient) -> tuple[Patient, Transfer]:
    """The clinic takes its patient back, as long as nobody has accepted."""
    if transfer is None or transfer.status != "offered":
        raise Rejected(
            "not-offered",
            "No transfer of this patient waits for an answer: there is nothing to withdraw.",
        )
    return replace(patient, transferred_to=""), replace(transfer, status="withdrawn", file=None)


def accept(transfer: Transfer, at: datetime) -> tuple[Patient, Identity, Transfer]:
    assert transfer.file, "what is offered has its file"
    patient = replace(transfer.file.patient, transferred_to="").heard(at)
    return patient, transfer.file.identity, replace(transfer, status="accepted", file=None)


def introduction(patient: Patient, identity: Identity) -> Iterator[object]:
    """What the other services of a clinic must hear of a patient who comes with a file."""
    yield PatientRegistered(patient.indication, identity.person_id)
    for held in patient.current(patient.screenings):
        yield PatientScreened(held.instrument, held.answers, held.total, held.at, held.id)
    for result in patient.current(patient.work_ups):
        yield WorkUpKnown(result.item, result.result, result.performed_at)
    for vitals in patient.current(patient.vital_signs):
        yield work_up.told(vitals)
    consent = patient.consent
    if consent and not consent.withdrawn_at and not consent.void:
        yield PatientConsented(
            consent.text_version, consent.route, consent.valid_until, consent.analysts_stream
        )
    for contact_id, contact in sorted(identity.contacts.items()):
        yield EscortNamed(contact_id, contact.relation)
    if patient.hold:
        yield SafetyHoldRaised(coded(patient.hold.reasons))
