"""Rows of reads and steps of the journal are sealed once each, whoever seals and whatever dies."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from shared.contracts import site
from shared.kernel.errors import Conflict
from shared.storage.audit import chain
from shared.storage.audit.rows import digest, earlier_digest
from shared.storage.journal import JOURNAL
from shared.storage.store import AUDIT, AUDIT_CHAIN, LEASES, Session, Store
from tests.kit.audit.trail import SERVICE, blocks, read, seal_all
from tests.kit.toy import NOW, posted, runner


def sealed_ids(store: Store) -> list[str]:
    return [row[1] for block in blocks(store) for row in block["rows"]]


def test_what_was_read_and_what_was_decided_is_sealed_once(store: Store) -> None:
    steps = [posted(site.ReferralReceived), posted(site.ConsentWithdrawn)]
    runner(store).run(steps)
    rows = [read(store, number) for number in range(3)]

    sealed = seal_all(store)

    assert sealed == 5
    assert sorted(sealed_ids(store)) == sorted([*(e["_id"] for e in rows), *(s.id for s in steps)])
    assert not store.session().where(AUDIT, {"unsealed": True})
    assert not store.session().where(JOURNAL, {"unsealed": True})
    assert seal_all(store) == 0


def test_each_block_has_the_hash_of_the_one_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "PAGE", 2)
    for number in range(5):
        read(store, number)

    seal_all(store)

    found = blocks(store)
    assert [each["_id"] for each in found] == [1, 2, 3]
    befores = [chain.genesis(SERVICE), found[0]["hash"], found[1]["hash"]]
    assert [each["before"] for each in found] == befores
    assert [chain.hash_of(each) for each in found] == [each["hash"] for each in found]
    assert chain.head(store.session()) == chain.Head(3, found[2]["hash"], NOW)


def test_a_decision_after_a_deferral_is_sealed_again_and_both_can_be_told(store: Store) -> None:
    run, waits = runner(store), posted(site.ConsentSigned)
    run.run([waits])
    seal_all(store)
    [deferred] = store.session().find(JOURNAL, [waits.id])
    run.run([posted(site.ReferralReceived)])

    run.resume(waits, deferred)
    seal_all(store)

    [document] = store.session().find(JOURNAL, [waits.id])
    digests = [row[2] for block in blocks(store) for row in block["rows"] if row[1] == waits.id]
    assert document["verdict"] == "accepted"
    assert digests == [digest(JOURNAL, deferred), digest(JOURNAL, document)]
    assert earlier_digest(JOURNAL, document) == digests[0]


def test_a_deferral_that_waited_too_long_is_sealed_again(store: Store) -> None:
    run, waits = runner(store), posted(site.ConsentSigned)
    run.run([waits])
    seal_all(store)
    [deferred] = store.session().find(JOURNAL, [waits.id])

    run.refuse(deferred, "waited-too-long", "what it needs was never heard of")

    assert seal_all(store) == 1


def test_two_that_seal_at_once_neither_fork_nor_skip(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "PAGE", 3)
    rows = [read(store, number) for number in range(30)]
    together = Barrier(2)

    def work() -> None:
        together.wait()
        while store.session().where(AUDIT, {"unsealed": True}, limit=1):
            chain.seal(store, SERVICE, NOW)

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(work), both.submit(work)]:
            done.result()

    assert sorted(sealed_ids(store)) == [each["_id"] for each in rows]
    found = blocks(store)
    assert [each["before"] for each in found[1:]] == [each["hash"] for each in found[:-1]]


@pytest.mark.parametrize("point", [AUDIT_CHAIN, LEASES, AUDIT, JOURNAL])
def test_a_crash_while_sealing_leaves_nothing_of_the_block(
    store: Store, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(store, 1)
    runner(store).run([posted(site.ReferralReceived)])
    transact = store.transact

    def dies(work: object) -> object:
        def until(session: Session) -> object:
            crashing(session, point, monkeypatch)
            return work(session)  # type: ignore[operator]

        return transact(until)

    monkeypatch.setattr(store, "transact", dies)
    with pytest.raises(InterruptedError):
        chain.seal(store, SERVICE, NOW)
    monkeypatch.undo()

    assert (blocks(store), chain.head(store.session())) == ([], None)
    assert seal_all(store) == 2


def crashing(session: Session, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session dies with the first write to this collection."""
    for verb in ("insert", "replace", "patch"):
        goes_on = getattr(session, verb)

        def write(collection: str, what: object, goes_on: object = goes_on) -> None:
            goes_on(collection, what)  # type: ignore[operator]
            if collection == point:
                raise InterruptedError

        monkeypatch.setattr(session, verb, write)


def test_a_number_that_is_taken_is_never_taken_again(store: Store) -> None:
    read(store, 1)
    seal_all(store)

    with pytest.raises(Conflict):
        store.session().insert(AUDIT_CHAIN, [{"_id": 1}])
