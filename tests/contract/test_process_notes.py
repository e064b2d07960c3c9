"""Process notes on either store: sealed there, versions inserted, nothing lost to a race."""

import base64
from dataclasses import replace
from datetime import datetime
from itertools import count

import pytest

from services.session_record.application.documents import ENCOUNTERS
from services.session_record.application.process_notes import NOTES, ProcessNotes
from services.session_record.domain.documentation.process_note import Authorship
from shared.codec.sealing import Keyring
from shared.kernel.errors import Conflict
from shared.storage.store import Store
from tests.kit.documentation import CLINIC, DOSE, NOON, a_finished

CANARY = "canary-in-the-mine-0451"
KEYRING = Keyring(base64.b64encode(bytes(32)).decode())
MINE = Authorship(CLINIC, "therapist-1", DOSE)


@pytest.fixture
def notes(store: Store) -> ProcessNotes:
    document = {
        "_id": ENCOUNTERS.key(CLINIC, DOSE),
        "clinic": CLINIC,
        "version": 1,
        "sequence": 0,
        "stamp": 0,
        "state": ENCOUNTERS.state(a_finished()),
    }
    store.session().insert(ENCOUNTERS.name, [document])
    numbers = count()
    return ProcessNotes(store, KEYRING, lambda: NOON, lambda: f"access-{next(numbers)}")


def test_what_was_written_is_read_version_by_version(notes: ProcessNotes) -> None:
    notes.write(MINE, "first")
    notes.write(MINE, "second")

    newest, first = notes.read(MINE), notes.read(MINE, 1)

    assert newest
    assert first
    assert (newest.text, newest.version, first.text) == ("second", 2, "first")
    assert notes.read(MINE, 3) is None


def test_nobody_else_has_it(notes: ProcessNotes) -> None:
    notes.write(MINE, CANARY)

    assert notes.read(Authorship(CLINIC, "therapist-2", DOSE)) is None
    assert notes.read(Authorship("harbor", "therapist-1", DOSE)) is None
    assert notes.write(Authorship("harbor", "therapist-1", DOSE), "mine") is None


def test_the_store_holds_no_word_of_it(notes: ProcessNotes) -> None:
    notes.write(MINE, CANARY)

    assert CANARY not in str(notes.store.session().where(NOTES.name, {}))


def test_of_two_versions_written_at_once_one_wins_and_the_other_is_told(
    notes: ProcessNotes,
) -> None:
    notes.write(MINE, "first")

    def overtaken() -> datetime:
        """The author's other device is quicker, after this one has counted the versions."""
        if not quicker.read(MINE, 2):
            quicker.write(MINE, "second, from the other device")
        return NOON

    quicker, slower = notes, replace(notes, clock=overtaken)
    with pytest.raises(Conflict):
        slower.write(MINE, "second")

    found = notes.read(MINE)
    assert found
    assert (found.text, found.version) == ("second, from the other device", 2)
