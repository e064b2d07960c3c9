"""Whatever is changed afterwards in what was sealed is found; what is erased on purpose is not."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from shared.contracts import site
from shared.contracts.topics import PATIENT as PATIENT_TOPIC
from shared.messaging import relay as relay_module
from shared.messaging.memory import MemoryBroker
from shared.messaging.relay import Relay
from shared.processes.invariants import sealed
from shared.processes.invariants.finding import Finding
from shared.processes.invariants.scratch import Scratch
from shared.storage.audit import chain
from shared.storage.journal import JOURNAL
from shared.storage.memory import MemoryStore
from shared.storage.store import AUDIT_CHAIN, Store
from tests.kit.audit.tampering import MUTATIONS, Collections, Hands
from tests.kit.audit.trail import SERVICE, blocks, read, seal_all
from tests.kit.intake import everything_on_file
from tests.kit.intake import posted as erased
from tests.kit.intake import runner as patients
from tests.kit.toy import Clock, posted, runner

TIMES = 10_000
EMPTY = ("DELETE FROM kept", "DELETE FROM blocks", "DELETE FROM anchors")


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "PAGE", 2)


def trail(store: Store) -> Store:
    """Reads and decisions in a few blocks; one step was deferred, sealed, and decided later."""
    run, waits = runner(store), posted(site.ConsentSigned)
    run.run([waits])
    seal_all(store)
    run.run([posted(site.ReferralReceived)])
    run.resume(waits, store.session().find(JOURNAL, [waits.id])[0])
    for number in range(3):
        read(store, number)
    seal_all(store)
    return store


def judged(store: Store, scratch: Scratch, anchored: bool = True) -> Finding:
    """With the head as it was when it was anchored, if it was."""
    anchors = {"a file": lambda: ANCHORS} if anchored else {}
    return sealed.look(store.session(), SERVICE, anchors, scratch)


ANCHORS: list[tuple[int, str]] = []


def anchor(store: Store) -> None:
    ANCHORS[:] = [(block["_id"], block["hash"]) for block in blocks(store)[-1:]]


@pytest.fixture
def scratch() -> Scratch:
    return Scratch(":memory:", sealed.TABLES)


@pytest.mark.usefixtures("small_pages")
def test_what_nobody_touched_is_as_it_was_sealed(store: Store, scratch: Scratch) -> None:
    trail(store)
    anchor(store)

    found = judged(store, scratch)

    assert (found.checked, found.violations, found.witnesses) == (5, 0, [])
    assert found.notes == ["1 anchors in a file, the last of block 4 of 4"]


@pytest.mark.usefixtures("small_pages")
def test_of_ten_thousand_changes_not_one_goes_unseen(scratch: Scratch) -> None:
    store = trail(MemoryStore())
    assert isinstance(store, MemoryStore)
    anchor(store)
    missed: Counter[str] = Counter()

    for number in range(TIMES):
        mutate = MUTATIONS[number % len(MUTATIONS)]
        changed = MemoryStore()
        changed.collections = _copied(store.collections)
        mutate(Hands(changed.collections, Random(number)))  # noqa: S311 - a die
        for statement in EMPTY:
            scratch.write(statement, [()])
        if not judged(changed, scratch).violations:
            missed[mutate.__name__, number] += 1  # type: ignore[index]

    assert missed == Counter()


def sealed_again(store: Store, scratch: Scratch) -> Finding:
    seal_all(store)
    anchor(store)
    return judged(store, scratch)


def test_an_erasure_leaves_the_chain_whole(store: Store, scratch: Scratch) -> None:
    run = patients(store)
    for step in everything_on_file():
        run.run([step])
    seal_all(store)

    [verdict] = run.run(
        [erased(site.IdentityErased(erased_by="coordinator-1", reason="patient-request"))]
    )

    assert verdict.verdict == "accepted"
    assert sealed_again(store, scratch).witnesses == []


def test_what_the_relay_forgets_on_purpose_leaves_the_chain_whole(
    store: Store, scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "DEIDENTIFIED", frozenset({PATIENT_TOPIC.name}))
    runner(store).run([posted(site.ReferralReceived)])
    seal_all(store)

    Relay(SERVICE, "relay-1", store, MemoryBroker(), Clock()).turn()

    [document] = store.session().where(JOURNAL, {})
    assert document["records"] == []
    assert sealed_again(store, scratch).witnesses == []


@pytest.mark.usefixtures("small_pages")
def test_a_tail_that_is_cut_off_is_seen_by_the_anchor_alone(scratch: Scratch) -> None:
    store = MemoryStore()
    for number in range(6):
        read(store, number)
    seal_all(store)
    anchor(store)

    Hands(store.collections, Random(1)).cut()  # noqa: S311 - a die

    assert "is not the one that was anchored in a file" in judged(store, scratch).witnesses[0]
    without = Scratch(":memory:", sealed.TABLES)
    found = judged(store, without, anchored=False)
    assert (found.violations, found.notes) == (
        0,
        ["no anchor is known: that the end of the chain was cut is not seen"],
    )


def test_what_is_read_and_sealed_during_the_look_is_no_violation(scratch: Scratch) -> None:
    """Rows that come between the rows' pages and the blocks'."""
    store = MemoryStore()
    trail(store)
    session, looks = store.session(), iter(range(100))
    where = session.where

    def meanwhile(collection: str, *arguments: Any, **options: Any) -> Any:
        found = where(collection, *arguments, **options)
        read(store, 10 + next(looks))
        seal_all(store)
        return found

    session.where = meanwhile  # type: ignore[method-assign]
    found = sealed.look(session, SERVICE, {}, scratch)

    assert found.witnesses == []


def test_what_waits_to_be_sealed_is_said(scratch: Scratch) -> None:
    store = MemoryStore()
    read(store, 1)

    assert judged(store, scratch, anchored=False).notes == [
        "1 rows wait to be sealed: nothing vouches for them yet"
    ]


def _copied(held: Collections) -> Collections:
    """Blocks are changed where they stand; other documents are replaced."""
    copied = {name: dict(documents) for name, documents in held.items()}
    copied[AUDIT_CHAIN] = {n: dict(block) for n, block in held[AUDIT_CHAIN].items()}
    return copied
