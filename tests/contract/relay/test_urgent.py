"""What is urgent overtakes a backlog, and nobody's records are ever turned round (decision 19)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codec.cloudevents import KafkaRecord
from shared.contracts import intake, site
from shared.contracts.envelope import Event
from shared.contracts.topics import URGENT, beating
from shared.messaging import relay as relay_module
from shared.messaging.memory import MemoryBroker
from shared.messaging.relay import Relay
from shared.storage.journal import JOURNAL, with_records
from shared.storage.memory import MemorySession, MemoryStore
from shared.storage.store import Document, Store
from shared.storage.unit_of_work import Staged, UnitOfWork
from tests.kit.toy import NOW, WARDS, Clock, Ward, posted, route, runner

TOPIC = "intake.patient"
BACKLOG = 50_000


def step(order: int, keys: Sequence[str], urgent: bool = False) -> Document:
    """A journal document with a record of each key, numbered by its order."""
    records = tuple(
        KafkaRecord(f"{key}-{order}", TOPIC, key.encode(), str(order).encode(), ()) for key in keys
    )
    document = {"_id": f"step-{order:06}", "version": 1, "recorded_at": NOW}
    return with_records(document, Staged(records, (), order, urgent))


def relay(store: Store, broker: MemoryBroker) -> Relay:
    return Relay("intake", "relay-1", store, broker, Clock())


def sent(broker: MemoryBroker, key: str) -> list[int]:
    """The numbers of this key's records, as they stand on Kafka."""
    logs = broker.logs.values()
    return [int(each.value or b"") for log in logs for each in log if each.key == key.encode()]


def test_an_alert_goes_out_in_the_next_turn_whatever_waits_before_it() -> None:
    store, broker = MemoryStore(), MemoryBroker()
    backlog = [step(order, [f"patient-{order % 997}"]) for order in range(BACKLOG)]
    own = [step(BACKLOG + 1, ["patient-x"]), step(BACKLOG + 2, ["patient-x"], urgent=True)]
    store.session().insert(JOURNAL, [*backlog, *own])

    relay(store, broker).turn()

    assert sent(broker, "patient-x") == [BACKLOG + 1, BACKLOG + 2]
    assert len(store.session().where(JOURNAL, {"unsent": True})) == BACKLOG - relay_module.PAGE


def test_all_that_waits_of_the_patient_goes_before_it_in_order(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "PAGE", 4)
    broker = MemoryBroker()
    steps = [step(0, ["a"]), step(1, ["b"]), *(step(each, ["a"]) for each in (2, 3, 4))]
    last = [step(5, ["c"]), step(6, ["b"], urgent=True), step(7, ["c"])]
    store.session().insert(JOURNAL, [*steps, *last])
    relays = relay(store, broker)

    relays.turn()
    assert (sent(broker, "b"), sent(broker, "a"), sent(broker, "c")) == ([1, 6], [0, 2, 3], [])

    relays.turn()
    assert (sent(broker, "b"), sent(broker, "a"), sent(broker, "c")) == (
        [1, 6],
        [0, 2, 3, 4],
        [5, 7],
    )


def test_what_is_about_several_takes_along_what_waits_of_the_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "PAGE", 3)
    broker = MemoryBroker()
    crowd = [step(order, [f"patient-{order}"]) for order in range(3)]
    steps = [step(10, ["b"]), step(11, ["a", "b"]), step(12, ["a"], urgent=True)]
    store.session().insert(JOURNAL, [*crowd, *steps])

    relay(store, broker).turn()

    assert (sent(broker, "b"), sent(broker, "a")) == ([10, 11], [11, 12])


class Counted(MemoryStore):
    """`read`: the documents that were searched for so far."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[Document] = []

    def session(self) -> MemorySession:
        return CountedSession(self.collections, self.read)


class CountedSession(MemorySession):
    def __init__(self, collections: dict[str, dict[str, Document]], read: list[Document]) -> None:
        super().__init__(collections, writes_through=True)
        self._read = read

    def where(self, *asked: Any, **how: Any) -> list[Document]:
        found = super().where(*asked, **how)
        self._read += found
        return found


def test_however_far_people_hang_together_one_turn_reads_a_few_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay_module, "PAGE", 20)
    store, broker = Counted(), MemoryBroker()
    chain = [step(order, [f"p{order}", f"p{order + 1}"]) for order in range(200)]
    own = [step(200, ["x"]), step(201, ["p200"], urgent=True), step(202, ["x"], urgent=True)]
    store.session().insert(JOURNAL, [*chain, *own])
    relays = relay(store, broker)

    relays.turn()
    assert len(store.read) <= 20 * (2 + relay_module.ROUNDS)
    assert (sent(broker, "x"), sent(broker, "p200")) == ([200, 202], [])

    while relays.turn():
        pass
    assert sent(broker, "p200") == [199, 201]
    assert all(sent(broker, f"p{at}") == [at - 1, at] for at in range(1, 200))


def test_what_overtook_is_no_proof_that_all_before_it_was_sent(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "PAGE", 2)
    steps = [step(order, [f"patient-{order}"]) for order in range(3)]
    store.session().insert(JOURNAL, [*steps, step(9, ["patient-9"], urgent=True)])
    relays = relay(store, MemoryBroker())

    assert (relays.turn(), relays.beat()) == (3, 0)
    assert (relays.turn(), relays.beat()) == (1, 3 * len(beating("intake")))


def test_a_journal_from_before_there_was_an_urgent_lane_is_sent_as_it_stands_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "PAGE", 2)
    broker = MemoryBroker()
    old = [
        {name: value for name, value in step(order, ["a"]).items() if name != "keys"}
        for order in range(3)
    ]
    store.session().insert(JOURNAL, [*old, step(3, ["a"], urgent=True)])
    relays = relay(store, broker)

    relays.turn()
    relays.turn()

    assert sent(broker, "a") == [0, 1, 2, 3]


def test_a_sent_step_is_neither_unsent_nor_urgent(store: Store) -> None:
    store.session().insert(JOURNAL, [step(0, ["a"], urgent=True)])

    relay(store, MemoryBroker()).turn()

    [document] = store.session().where(JOURNAL, {})
    assert document.keys().isdisjoint({"unsent", "urgent", "keys"})


def test_a_step_that_says_something_urgent_is_marked_and_names_whom_it_is_about(
    store: Store,
) -> None:
    def alarm(event: Event, uow: UnitOfWork) -> None:
        raised = intake.SafetyHoldRaised(())
        uow.save(WARDS, Ward(event.subject), raised)

    alarming = replace(
        posted(site.ClearanceRevoked, "patient-9"), route=route(site.ClearanceRevoked, alarm)
    )
    runner(store).run([posted(site.ReferralReceived), alarming])

    found = store.session().where(JOURNAL, {"unsent": True}, order="order")
    assert intake.SafetyHoldRaised.type in URGENT
    assert {(*each["keys"], each.get("urgent", False)) for each in found} == {
        ("patient-1", False),
        ("patient-9", True),
    }


steps = st.tuples(
    st.lists(st.sampled_from("abcde"), min_size=1, max_size=2, unique=True), st.booleans()
)


@given(st.lists(st.lists(steps, max_size=8), min_size=1, max_size=5), st.integers(1, 4))
def test_records_of_one_patient_leave_in_order_whatever_is_urgent(
    arriving: list[list[tuple[list[str], bool]]], rounds: int
) -> None:
    store, broker = MemoryStore(), MemoryBroker(width=1)
    relays, order = relay(store, broker), 0
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(relay_module, "PAGE", 3)
        patched.setattr(relay_module, "ROUNDS", rounds)
        for batch in [*arriving, *([[]] * 20)]:
            documents = [step(order + at, *each) for at, each in enumerate(batch)]
            store.session().insert(JOURNAL, documents)
            order += len(batch)
            relays.turn()

    flat = [keys for batch in arriving for keys, _ in batch]
    for key in "abcde":
        assert sent(broker, key) == [at for at, keys in enumerate(flat) if key in keys]
