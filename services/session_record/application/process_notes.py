"""Process notes of one author: written as a new version each time, read by nobody else (SES-8).

Beside the journal and the unit of work on purpose: what passes through those may be published.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from services.session_record.application.documents import ENCOUNTERS
from services.session_record.domain.documentation.process_note import (
    Access,
    Authorship,
    NoteKey,
    SealedNote,
    name_of,
)
from services.session_record.domain.encounter import Encounter
from shared.kernel.clock import Clock
from shared.kernel.sealing import Cipher, Keys
from shared.storage.documents import Collection
from shared.storage.store import Document, Session, Store

KEYS = Collection[NoteKey](
    "process_note_keys",
    NoteKey,
    identity=lambda key: key.key_id,
    subject=lambda key: key.patient_id,
)
NOTES = Collection[SealedNote](
    "process_notes",
    SealedNote,
    identity=lambda note: note.note_id,
    subject=lambda note: note.patient_id,
    indexes=(("key_id",),),
)
ACCESSES = Collection[Access](
    "process_note_accesses",
    Access,
    identity=lambda access: access.access_id,
    subject=lambda access: access.patient_id,
)
COLLECTIONS: tuple[Collection[Any], ...] = (KEYS, NOTES, ACCESSES)


@dataclass(frozen=True, slots=True)
class WrittenNote:
    version: int
    written_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class ProcessNote:
    """The newest version, and the covers of all."""

    version: int
    written_at: datetime
    text: str
    versions: tuple[WrittenNote, ...]


@dataclass(frozen=True)
class ProcessNotes:
    store: Store
    keys: Keys
    clock: Clock
    token: Callable[[], str]

    def write(self, whose: Authorship, text: str) -> WrittenNote | None:
        """A new version. None: the clinic has no such encounter. Raises Conflict if the author
        wrote another version at the same time."""
        return self.store.transact(partial(self._write, whose=whose, text=text))

    def read(self, whose: Authorship, version: int | None = None) -> ProcessNote | None:
        """None: this author has none here. Raises Unreadable if it cannot be opened."""
        return self.store.transact(partial(self._read, whose=whose, version=version))

    def _write(self, session: Session, whose: Authorship, text: str) -> WrittenNote | None:
        encounter = _one(session, ENCOUNTERS, whose, whose.encounter_id)
        if encounter is None:
            return None
        cipher = self._cipher(session, whose, encounter)
        version = len(_versions(session, whose)) + 1
        sealed = cipher.seal(name_of(whose.key_id, version), text)
        name, digest = f"{whose.key_id}.{version}", sha256(sealed.encode()).hexdigest()
        note = SealedNote(
            name, encounter.patient_id, whose.key_id, version, self.clock(), sealed, digest
        )
        _insert(session, NOTES, whose, note)
        self._log(session, whose, note, "written")
        return _cover(note)

    def _read(self, session: Session, whose: Authorship, version: int | None) -> ProcessNote | None:
        versions = _versions(session, whose)
        wanted = [each for each in versions if version in (None, each.version)]
        key = _one(session, KEYS, whose, whose.key_id)
        if not wanted or key is None:
            return None
        note = wanted[-1]
        cipher = self.keys.unlock(whose.key_id, key.wrapped)
        text = cipher.open(name_of(whose.key_id, note.version), note.sealed)
        self._log(session, whose, note, "read")
        covers = tuple(_cover(each) for each in versions)
        return ProcessNote(note.version, note.written_at, text, covers)

    def _cipher(self, session: Session, whose: Authorship, encounter: Encounter) -> Cipher:
        key = _one(session, KEYS, whose, whose.key_id)
        if key:
            return self.keys.unlock(whose.key_id, key.wrapped)
        wrapped, cipher = self.keys.create(whose.key_id)
        _insert(session, KEYS, whose, NoteKey(whose.key_id, encounter.patient_id, wrapped))
        return cipher

    def _log(self, session: Session, whose: Authorship, note: SealedNote, action: Any) -> None:
        access = Access(
            self.token(),
            note.patient_id,
            whose.author,
            whose.encounter_id,
            action,
            self.clock(),
            note.version,
            note.sha256,
        )
        _insert(session, ACCESSES, whose, access)


def _one(session: Session, collection: Collection[Any], whose: Authorship, name: str) -> Any:
    found = session.find(collection.name, [collection.key(whose.clinic, name)])
    return collection.aggregate(found[0]) if found else None


def _versions(session: Session, whose: Authorship) -> list[SealedNote]:
    equals = {"clinic": whose.clinic, "state.key_id": whose.key_id}
    found = [NOTES.aggregate(each) for each in session.where(NOTES.name, equals)]
    return sorted(found, key=lambda each: each.version)


def _insert(session: Session, collection: Collection[Any], whose: Authorship, what: Any) -> None:
    document: Document = {
        "_id": collection.key(whose.clinic, collection.identity(what)),
        "clinic": whose.clinic,
        "version": 1,
        "sequence": 0,
        "stamp": 0,
        "state": collection.state(what),
    }
    session.insert(collection.name, [document])


def _cover(note: SealedNote) -> WrittenNote:
    return WrittenNote(note.version, note.written_at, note.sha256)
