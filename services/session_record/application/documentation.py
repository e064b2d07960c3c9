"""The use cases of the written record: write, sign, amend, retract, and what tasks come of it.

An amendment that comes before what it amends waits for that event in the journal.
"""

from dataclasses import replace
from zoneinfo import ZoneInfo

from services.session_record.application import tasks
from services.session_record.application.documents import (
    ENCOUNTERS,
    HISTORIES,
    PRACTITIONERS,
    RECORDS,
)
from services.session_record.domain.commands import EncounterCommand
from services.session_record.domain.documentation import (
    amending,
    escalation,
    records,
    rems,
    signing,
)
from services.session_record.domain.documentation import commands as told
from services.session_record.domain.documentation.amending import Amended
from services.session_record.domain.documentation.consequences import corrected_history
from services.session_record.domain.documentation.records import Record
from services.session_record.domain.documentation.signing import Signing
from services.session_record.domain.documentation.therapy import check_therapy
from services.session_record.domain.encounter import Encounter
from shared.contracts.site import EntryKind, Therapy
from shared.kernel.errors import NotYet
from shared.kernel.policy import Policy
from shared.storage.journal import JOURNAL
from shared.storage.steps import SITE, journal_id
from shared.storage.unit_of_work import UnitOfWork


def write(command: told.Write, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    _check(command, command.content.therapy, encounter, uow)
    uow.save(RECORDS, records.write(command, _record(encounter, uow), encounter))
    if command.content.therapy:
        tasks.after_therapy(command, command.content.therapy, encounter, uow, policy)


def sign(command: told.Sign, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    facts = Signing(command, _record(encounter, uow), encounter, _roles(command, encounter, uow))
    record, event = signing.sign(facts, policy)
    uow.save(RECORDS, record, event)
    uow.save(ENCOUNTERS, replace(encounter, signed_at=command.at))
    tasks.complete(command, "record-unsigned", uow)


def amend(command: told.Amend, uow: UnitOfWork, policy: Policy) -> None:
    encounter, record, kind = _entry(command, uow)
    said = command.content.therapy
    _check(command, said, encounter, uow)
    _save(command, amending.amend(command, record, encounter, kind, policy), uow, policy)
    if said:
        tasks.after_therapy(command, said, encounter, uow, policy)


def retract(command: told.Retract, uow: UnitOfWork, policy: Policy) -> None:
    encounter, record, kind = _entry(command, uow)
    _save(command, amending.retract(command, record, encounter, kind, policy), uow, policy)
    entry = record.entry(command.entry)
    if entry and entry.content.therapy:
        tasks.without_therapy(command, entry.content.therapy, encounter, uow)


def submit_rems(command: told.SubmitRems, uow: UnitOfWork, policy: Policy) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    uow.save(RECORDS, rems.submit(command, _record(encounter, uow), encounter, policy))
    tasks.complete(command, "rems-form", uow)


def escalate(command: told.Escalate, uow: UnitOfWork) -> None:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    if not escalation.is_known(command.entry, encounter):
        raise _not_yet(command.entry, command.source)
    uow.save(RECORDS, escalation.escalate(command, _record(encounter, uow), encounter))
    tasks.complete(command, "sae-escalation", uow, about=command.entry)


def _check(
    command: EncounterCommand, said: Therapy | None, encounter: Encounter, uow: UnitOfWork
) -> None:
    """What a therapist says holds together, and the dose that it is about is heard of."""
    if said:
        dose = uow.require(ENCOUNTERS, said.integrates) if said.integrates else None
        check_therapy(command, said, encounter, dose)


def _entry(command: told.Change, uow: UnitOfWork) -> tuple[Encounter, Record, EntryKind]:
    encounter = uow.require(ENCOUNTERS, command.encounter_id)
    record = _record(encounter, uow)
    kind = amending.kind_of(command.entry, record, encounter)
    if kind is None:
        raise _not_yet(command.entry, command.source)
    return encounter, record, kind


def _not_yet(entry: str, source: str) -> NotYet:
    return NotYet(JOURNAL, journal_id(entry, source, SITE))


def _save(command: told.Change, amended: Amended, uow: UnitOfWork, policy: Policy) -> None:
    before, after = uow.require(ENCOUNTERS, command.encounter_id), amended.encounter
    uow.save(RECORDS, amended.record)
    uow.save(ENCOUNTERS, after, *amended.told)
    if after != before:
        history = uow.require(HISTORIES, after.patient_id)
        uow.save(HISTORIES, corrected_history(history, after))
    if amended.before:
        tasks.after_correction(command, amended, uow, policy)


def _record(encounter: Encounter, uow: UnitOfWork) -> Record:
    return uow.get(RECORDS, encounter.encounter_id) or records.record_of(encounter)


def _roles(command: told.Sign, encounter: Encounter, uow: UnitOfWork) -> frozenset[str]:
    """In which roles the signer is credentialed on the day of signing, at the clinic."""
    practitioner = uow.get(PRACTITIONERS, command.signer)
    day = command.at.astimezone(ZoneInfo(encounter.zone)).date()
    held = practitioner.credentials if practitioner else ()
    return frozenset(each.role for each in held if each.valid_from <= day <= each.valid_until)
