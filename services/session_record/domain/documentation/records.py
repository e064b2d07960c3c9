"""The Record: what was written about one encounter. Entries are only ever added (SES-7).

What was measured is in the Encounter; this is beside it, with the signature that locks both.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.session_record.domain.commands import EncounterCommand
from services.session_record.domain.documentation.commands import Content, Write
from services.session_record.domain.encounter import Encounter, check_patient
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import ChartNote, EntryKind, RemsAnswers, Therapy
from shared.kernel.errors import Rejected
from shared.kernel.policy import PolicyReference


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing written. `entry_id` is the id of the event that brought it."""

    entry_id: str
    at: datetime
    author: str
    content: Content


@dataclass(frozen=True, slots=True)
class Amendment:
    """That `entry` counts no longer. `by` is the event that said so, and the entry instead of it
    where `change` is `amended`."""

    by: str
    at: datetime
    entry: str
    kind: EntryKind
    change: Literal["amended", "entered-in-error"]
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class Signature:
    at: datetime
    signer: str
    policy: PolicyReference


@dataclass(frozen=True, slots=True)
class Submission:
    """The esketamine REMS form as it was sent."""

    at: datetime
    confirmation: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who was told of a serious adverse event (`entry`), and by whom."""

    at: datetime
    entry: str
    escalated_to: str
    author: str


@dataclass(frozen=True, slots=True)
class Record:
    encounter_id: str
    patient_id: str
    course_id: str
    session: SessionKind
    entries: tuple[Entry, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    signature: Signature | None = None
    rems: Submission | None = None
    escalations: tuple[Escalation, ...] = ()

    def entry(self, entry_id: str) -> Entry | None:
        return next((each for each in self.entries if each.entry_id == entry_id), None)

    def amendment_of(self, entry_id: str) -> Amendment | None:
        return next((each for each in self.amendments if each.entry == entry_id), None)

    def standing(self) -> tuple[Entry, ...]:
        """The entries that count: neither amended nor entered in error."""
        over = {each.entry for each in self.amendments}
        return tuple(each for each in self.entries if each.entry_id not in over)

    def notes(self) -> Iterator[ChartNote]:
        return (each.content.note for each in self.standing() if each.content.note)

    def therapy(self) -> Iterator[Therapy]:
        return (each.content.therapy for each in self.standing() if each.content.therapy)

    def rems_answers(self) -> RemsAnswers | None:
        """The newest answers."""
        found = [each.content.rems_answers for each in self.standing()]
        return next((each for each in reversed(found) if each), None)


def record_of(encounter: Encounter) -> Record:
    """The empty record of an encounter."""
    return Record(
        encounter.encounter_id, encounter.patient_id, encounter.course_id, encounter.session
    )


def write(command: Write, record: Record, encounter: Encounter) -> Record:
    check_patient(command, encounter)
    check_unsigned(record)
    return with_entry(record, command, command.author, command.content)


def with_entry(record: Record, command: EncounterCommand, author: str, content: Content) -> Record:
    if record.entry(command.event_id):
        raise Rejected("entry-exists", "an entry of this event id is in the record already")
    entry = Entry(command.event_id, command.at, author, content)
    return replace(record, entries=(*record.entries, entry))


def check_unsigned(record: Record) -> None:
    if record.signature:
        words = "this record is signed: amend or retract an entry instead of adding one"
        raise Rejected("record-signed", words)
