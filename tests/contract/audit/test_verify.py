"""What `verify` says of a spine that is as it must be, and of one that is not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.codec.cloudevents import KafkaRecord
from shared.contracts import site
from shared.contracts.topics import PATIENT, SCHEDULING
from shared.messaging.consumer import Consumer
from shared.messaging.memory import MemoryBroker, MemorySubscription
from shared.messaging.relay import Relay
from shared.processes.invariants import heard, told
from shared.processes.invariants.finding import Finding
from shared.processes.invariants.heard import Heard
from shared.processes.invariants.scratch import Scratch
from shared.processes.invariants.told import Told
from shared.storage.journal import JOURNAL
from shared.storage.memory import MemoryStore
from shared.storage.store import LETTERS, Store
from tests.kit.toy import NOW, ROUTES, Clock, posted, runner

TOPIC = PATIENT.name
EVENTS = 4


def sent(store: Store) -> MemoryBroker:
    """Two patients with two events each, on Kafka."""
    broker = MemoryBroker()
    for number in range(EVENTS):
        runner(store).run([posted(site.ReferralReceived, f"patient-{number % 2}")])
    Relay("intake", "relay-1", store, broker, Clock()).turn()
    return broker


def look(store: Store, broker: MemoryBroker) -> dict[str, Finding]:
    scratch = Scratch(":memory:", told.TABLES)
    found = Told("intake", store.session(), broker, scratch).look()
    return {each.invariant: each for each in found}


def blamed(store: Store, broker: MemoryBroker) -> list[str]:
    return [name for name, each in look(store, broker).items() if each.violations]


def place(broker: MemoryBroker) -> tuple[list[Any], int]:
    """The log and the offset of the first record of a patient."""
    log = next(log for (topic, _), log in broker.logs.items() if topic == TOPIC and log)
    return log, 0


def test_what_was_sent_and_stands_there_is_as_it_must_be(store: Store) -> None:
    found = look(store, sent(store))

    assert {name: (each.checked, each.witnesses) for name, each in found.items()} == {
        told.PLACED: (EVENTS, []),
        told.CAUSED: (EVENTS, []),
        told.ORDERED: (EVENTS, []),
    }
    assert not any(each.notes for each in found.values())


def test_a_page_that_was_sent_twice_is_no_violation(store: Store) -> None:
    broker = sent(store)
    for log in broker.logs.values():
        log += [replace(each, offset=each.offset + len(log)) for each in list(log)]

    assert blamed(store, broker) == []


def changed(broker: MemoryBroker) -> None:
    log, at = place(broker)
    log[at] = replace(log[at], value=b'{"indication":"other"}')


def gone(broker: MemoryBroker) -> None:
    """As after the loss of Kafka's data: the log is shorter than what was acknowledged."""
    for log in broker.logs.values():
        log.clear()


def forged(broker: MemoryBroker) -> None:
    log, at = place(broker)
    headers = (*log[at].headers[:2], ("ce_id", b"forged"), *log[at].headers[3:])
    log.append(replace(log[at], offset=len(log), headers=headers))


def turned_round(broker: MemoryBroker) -> None:
    log, _ = place(broker)
    first, second = log[0], log[1]
    log[:2] = [replace(second, offset=0), replace(first, offset=1)]


@pytest.mark.parametrize(
    ("hurt", "invariants"),
    [
        (changed, {told.PLACED}),
        (gone, {told.PLACED}),
        (forged, {told.CAUSED, told.ORDERED}),
        (turned_round, {told.PLACED, told.ORDERED}),
    ],
)
def test_what_was_hurt_on_kafka_is_named(
    hurt: Callable[[MemoryBroker], None], invariants: set[str]
) -> None:
    store = MemoryStore()
    broker = sent(store)

    hurt(broker)

    assert set(blamed(store, broker)) == invariants


def test_a_step_that_is_gone_leaves_records_that_nothing_caused() -> None:
    store = MemoryStore()
    broker = sent(store)
    store.collections[JOURNAL].popitem()

    assert blamed(store, broker) == [told.CAUSED]


def test_what_kafka_no_longer_keeps_is_said_and_not_passed_over() -> None:
    class Short(MemoryBroker):
        def spans(self, topic: str) -> dict[int, tuple[int, int]]:
            return {part: (min(1, end), end) for part, (_, end) in super().spans(topic).items()}

        def records(self, topic: str) -> Any:
            return (each for each in super().records(topic) if each.offset > 0)

    store = MemoryStore()
    broker = Short(logs=sent(store).logs)

    found = look(store, broker)

    assert not any(each.violations for each in found.values())
    assert "past Kafka's retention" in found[told.PLACED].notes[0]
    assert found[told.PLACED].checked < EVENTS


def test_a_second_step_of_one_event_is_found(store: Store) -> None:
    sent(store)
    [first, *_] = store.session().where(JOURNAL, {})
    store.session().insert(JOURNAL, [first | {"_id": "another name"}])

    found = heard.once(store.session())

    assert (found.checked, found.violations) == (EVENTS + 1, 1)


def listening(store: Store, broker: MemoryBroker) -> Heard:
    """Scheduling, having heard all that is on the topic."""
    subscription = MemorySubscription(broker, SCHEDULING, [TOPIC])
    run = runner(store, service=SCHEDULING)
    Consumer(SCHEDULING, subscription, run, ROUTES, lambda: True, lambda _: None).turn()
    return Heard(SCHEDULING, store.session(), broker, lambda _: None)


def test_what_was_heard_is_applied_or_in_a_lane(store: Store) -> None:
    broker = sent(MemoryStore())
    poison = KafkaRecord("x", TOPIC, b"patient-9", b"{bad", (("ce_id", b"x"),))
    broker.publish([poison])

    hearing = listening(store, broker)

    assert len(store.session().where(LETTERS, {})) == 1
    assert (hearing.handled().checked, hearing.handled().witnesses) == (EVENTS + 1, [])
    assert hearing.alive(NOW).witnesses == []


@pytest.mark.parametrize("of", [JOURNAL, LETTERS])
def test_what_was_passed_by_without_a_trace_is_found(of: str) -> None:
    store, broker = MemoryStore(), sent(MemoryStore())
    broker.publish([KafkaRecord("x", TOPIC, b"patient-9", b"{bad", (("ce_id", b"x"),))])
    hearing = listening(store, broker)
    heard_ids = {heard._step_of(each, SCHEDULING) for each in broker.records(TOPIC)}
    lost = next(key for key in store.collections[of] if of == LETTERS or key in heard_ids)

    del store.collections[of][lost]

    assert hearing.handled().violations == 1


def test_a_consumer_that_stands_still_is_named(store: Store) -> None:
    broker = sent(MemoryStore())
    hearing = listening(store, broker)
    broker.publish([KafkaRecord("y", TOPIC, b"patient-9", b"{}", ())])

    [witness] = hearing.alive(NOW).witnesses

    assert witness.startswith(f"{TOPIC}/")
