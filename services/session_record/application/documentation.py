"""The use cases of the written record: write, sign, amend, retract, and what tasks come of it.

An amendment that comes before what it amends waits for that event in the journal.
"""

from collections.abc import Callable
from dataclasses import replace

from services.session_record.application import tasks
from services.session_record.application.documents import ENCOUNTERS, HISTORIES, RECORDS
from services.session_record.domain.documentation import amending, records, rems, signing
from services.session_record.domain.documentation import commands as told
from services.session_record.domain.documentation.amending import Amended
from services.session_record.domain.documentation.records import Record
from services.session_record.domain.documentation.signing import Signing
from services.session_record.domain.documentation.therapy import check_therapy
from services.session_record.domain.encounter import Encounter
from shared.contracts.site import EntryKind
from shared.kernel.errors import NotYet
from shared.kernel.policy import Policy
from shared.storage.journal import JOURNAL
from shared.storage.steps import SITE, journal_id
from shared.storage.unit_of_work import UnitOfWork


def write(command: told.Write, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    if therapy := command.content.therapy:
        dose = uow.require(ENCOUNTERS, therapy.integrates) if therapy.integrates else None
        check_therapy(command, therapy, encounter, dose)
    uow.save(RECORDS, records.write(command, _record(encounter, uow), encounter))
    tasks.after_writing(command, encounter, uow, policy)


def sign(command: told.Sign, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    roles = _roles(command, uow)
    signing_ = Signing(command, _record(encounter, uow), encounter, roles)
    record, event = signing.sign(signing_, policy)
    uow.save(RECORDS, record, event)
    uow.save(ENCOUNTERS, replace(encounter, signed_at=command.at))
    tasks.complete(command, encounter, "record-unsigned", uow)


def amend(command: told.Amend, uow: UnitOfWork, policy: Policy) -> None:
    def decide(record: Record, encounter: Encounter, kind: EntryKind) -> Amended:
        return amending.amend(command, record, encounter, kind)

    _change(command, decide, uow, policy)


def retract(command: told.Retract, uow: UnitOfWork, policy: Policy) -> None:
    def decide(record: Record, encounter: Encounter, kind: EntryKind) -> Amended:
        return amending.retract(command, record, encounter, kind)

    _change(command, decide, uow, policy)


def submit_rems(command: told.SubmitRems, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    uow.save(RECORDS, rems.submit(command, _record(encounter, uow), encounter, policy))
    tasks.complete(command, encounter, "rems-form", uow)


def escalate(command: told.Escalate, uow: UnitOfWork) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    amending.check_escalation(command, encounter)
    tasks.complete(command, encounter, "sae-escalation", uow, about=command.entry)


def _change(
    command: told.Change,
    decide: Callable[[Record, Encounter, EntryKind], Amended],
    uow: UnitOfWork,
    policy: Policy,
) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    record = _record(encounter, uow)
    kind = amending.kind_of(command.entry, record, encounter)
    if kind is None:
        raise NotYet(JOURNAL, journal_id(command.entry, command.source, SITE))
    amended = decide(record, encounter, kind)
    uow.save(RECORDS, amended.record)
    uow.save(ENCOUNTERS, amended.encounter, *amended.told)
    if amended.before:
        history = uow.require(HISTORIES, encounter.patient_id)
        uow.save(HISTORIES, amending.reactions_of(history, amended.encounter))
        tasks.after_correction(command, amended, uow, policy)


def _record(encounter: Encounter, uow: UnitOfWork) -> Record:
    return uow.get(RECORDS, encounter.encounter_id) or records.record_of(encounter)
