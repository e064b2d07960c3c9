"""How old is what we know, on either store: what relays say, and what consumers make of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf
from typing import TypeVar

import pytest
from prometheus_client import REGISTRY

from shared.codec.cloudevents import KafkaRecord
from shared.contracts import site
from shared.contracts.envelope import Event
from shared.contracts.time import Heartbeat
from shared.contracts.topics import STREAM, beating
from shared.kernel.errors import Unavailable
from shared.messaging import relay as relay_module
from shared.messaging.consumer import Consumer
from shared.messaging.memory import MemoryBroker, MemorySubscription
from shared.messaging.relay import Relay
from shared.storage.journal import JOURNAL
from shared.storage.lanes import LETTERS
from shared.storage.memory import MemorySession, MemoryStore
from shared.storage.reads import Reads
from shared.storage.store import FRESHNESS, Store
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.toy import (
    NOW,
    ROUNDS,
    ROUTES,
    Clock,
    posted,
    route,
    runner,
)

T = TypeVar("T")
TOPIC = "intake.patient"
SECOND = timedelta(seconds=1)


def heartbeats(broker: MemoryBroker) -> list[tuple[str, int]]:
    """Where they are, by (topic, partition)."""
    beat = ("ce_type", Heartbeat.type.encode())
    return [place for place, log in broker.logs.items() for each in log if beat in each.headers]


class Upstream:
    """Intake as the others see it: what it posted to itself and relayed."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.store, self.clock = MemoryStore(), Clock()
        self.relay = Relay("intake", "relay-1", self.store, broker, self.clock)

    def post(self, *kinds: type[object], patient: str = "patient-1") -> None:
        runner(self.store, self.clock).run([posted(kind, patient) for kind in kinds])

    def beat(self) -> int:
        self.relay.turn()
        return self.relay.beat()


def consumer(store: Store, broker: MemoryBroker, batch: int = 500) -> Consumer:
    return Consumer(
        "outcomes",
        MemorySubscription(broker, "outcomes", [TOPIC], batch),
        runner(store, service="outcomes"),
        ROUTES,
        lambda: False,
        lambda _attempt: None,
    )


def known(store: Store, patient: str = "patient-1") -> datetime | None:
    return Reads(store, "riverside").known_until("outcomes", "intake", patient)


# ---- what the relay says ---------------------------------------------------------------------


def test_once_all_is_sent_the_relay_says_so_on_every_partition_that_somebody_hears(
    store: Store,
) -> None:
    broker, clock = MemoryBroker(), Clock()
    runner(store).run([posted(site.ReferralReceived)])
    relay = Relay("intake", "relay-1", store, broker, clock)
    relay.turn()
    clock.move(SECOND)

    assert relay.beat() == 3

    assert sorted(heartbeats(broker)) == [(TOPIC, 0), (TOPIC, 1), (TOPIC, 2)]
    said = [log[-1] for log in broker.logs.values()]
    assert {each.key for each in said} == {None}
    assert {each.value for each in said} == {b'{"until":"2026-03-02T12:00:00Z","partitions":3}'}


def test_the_analysts_stream_carries_none(store: Store) -> None:
    broker = MemoryBroker()
    relay = Relay("outcomes", "relay-1", store, broker, Clock())
    relay.turn()
    relay.beat()

    assert {topic for topic, _ in heartbeats(broker)} == {each.name for each in beating("outcomes")}
    assert STREAM.name not in {topic for topic, _ in broker.logs}


def test_nothing_is_said_while_more_waits_than_one_page(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "PAGE", 2)
    runner(store).run([posted(site.ReferralReceived, f"patient-{n}") for n in range(3)])
    relay = Relay("intake", "relay-1", store, MemoryBroker(), Clock())

    assert (relay.turn(), relay.beat()) == (2, 0)
    assert (relay.turn(), relay.beat()) == (1, 3)


class Away(MemoryBroker):
    """A broker that does not answer."""

    def publish(self, records: object) -> list[tuple[int, int]]:  # noqa: ARG002 - all fail
        raise Unavailable("away")


def test_nothing_is_said_after_a_turn_that_failed_or_by_a_relay_that_does_not_lead(
    store: Store,
) -> None:
    failing = Relay("intake", "relay-1", store, Away(), Clock())
    failing.turn()
    runner(store).run([posted(site.ReferralReceived)])
    with pytest.raises(Unavailable):
        failing.turn()
    standing_by = Relay("intake", "relay-2", store, MemoryBroker(), Clock())
    standing_by.turn()

    assert (failing.beat(), standing_by.beat()) == (0, 0)


# ---- what the consumer knows -----------------------------------------------------------------


def test_what_is_known_is_said_once_every_partition_was_heard_of(store: Store) -> None:
    broker = MemoryBroker()
    upstream = Upstream(broker)
    upstream.post(site.ReferralReceived)
    upstream.beat()
    member = consumer(store, broker, batch=2)

    before = []
    while member.turn():
        before.append(known(store))

    assert before == [None, NOW]


def test_it_is_as_old_as_the_partition_that_was_heard_of_longest_ago(store: Store) -> None:
    broker = MemoryBroker()
    upstream = Upstream(broker)
    upstream.beat()
    consumer(store, broker).turn()
    upstream.clock.move(SECOND)
    upstream.beat()
    broker.logs[TOPIC, 1].pop()

    consumer(store, broker).turn()

    assert known(store) == NOW


def test_a_partition_that_was_added_is_missed_until_it_is_heard_of(store: Store) -> None:
    broker = MemoryBroker()
    upstream = Upstream(broker)
    upstream.beat()
    broker.width = 4
    upstream.beat()
    new = broker.logs.pop((TOPIC, 3))
    consumer(store, broker).turn()
    assert known(store) is None

    broker.logs[TOPIC, 3] = new
    consumer(store, broker).turn()

    assert known(store) == NOW


def test_a_service_that_tells_nothing_here_is_not_known(store: Store) -> None:
    assert Reads(store, "riverside").known_until("intake", "scheduling", "patient-1") is None


def test_heartbeats_are_passed_over_and_leave_no_journal_and_no_lane(store: Store) -> None:
    broker = MemoryBroker()
    upstream = Upstream(broker)
    upstream.post(site.ReferralReceived)
    upstream.beat()

    consumer(store, broker).turn()

    assert [each["type"] for each in store.session().where(JOURNAL, {})] == [
        "intake.patient.registered.v1"
    ]
    assert store.session().where(LETTERS, {}) == []
    assert not any(consumer(store, broker).subscription.lag().values())


class AwayStore(MemoryStore):
    """Reads and single writes are answered, transactions are not."""

    def transact(self, work: Callable[[MemorySession], T]) -> T:  # noqa: ARG002 - none is begun
        raise Unavailable("away")


def test_a_heartbeat_is_not_believed_before_what_stands_before_it_is_stored() -> None:
    broker, store = MemoryBroker(), AwayStore()
    upstream = Upstream(broker)
    upstream.post(site.ReferralReceived)
    upstream.beat()

    consumer(store, broker).turn()

    assert store.session().where(FRESHNESS, {}) == []


def test_a_heartbeat_of_another_partition_is_parked_like_any_forgery(store: Store) -> None:
    broker = MemoryBroker(width=1)
    Upstream(broker).beat()
    [log] = broker.logs.values()
    strayed = KafkaRecord("x", TOPIC, None, log[0].value, log[0].headers, partition=1)
    broker.logs.clear()
    broker.publish([strayed])

    consumer(store, broker).turn()

    assert known(store) is None
    assert len(store.session().where(LETTERS, {"status": "parked"})) == 1


def test_of_a_patient_with_a_parked_event_nothing_is_known_for_sure(store: Store) -> None:
    broker = MemoryBroker()
    upstream = Upstream(broker)
    broker.publish([KafkaRecord("x", TOPIC, b"patient-1", b"{", ())])
    upstream.beat()

    consumer(store, broker).turn()

    assert (known(store), known(store, "patient-2")) == (None, NOW)


def test_of_a_patient_with_an_event_that_waits_nothing_is_known_for_sure(store: Store) -> None:
    broker = MemoryBroker()
    upstream = Upstream(broker)
    upstream.post(site.ReferralReceived)
    upstream.beat()
    member = consumer(store, broker)
    member.routes = {kind: replace(each, handle=_wait) for kind, each in ROUTES.items()}

    member.turn()

    assert (known(store), known(store, "patient-2")) == (None, NOW)


def test_a_clock_that_was_set_back_is_believed_at_its_next_beat(store: Store) -> None:
    broker = MemoryBroker()
    upstream = Upstream(broker)
    upstream.beat()
    upstream.clock.move(-timedelta(hours=1))
    upstream.beat()

    consumer(store, broker).turn()

    assert known(store) == NOW - timedelta(hours=1)


def test_a_use_case_sees_the_same_number(store: Store) -> None:
    broker, seen = MemoryBroker(), []
    Upstream(broker).beat()
    consumer(store, broker).turn()

    def ask(_event: Event, uow: UnitOfWork) -> None:
        seen.append((uow.known_until("intake"), uow.known_until("scheduling")))

    asking = route(site.ReferralReceived, ask)
    steps = [replace(posted(site.ReferralReceived), route=asking) for _ in range(2)]
    runner(store, service="outcomes").run(steps)

    assert seen == [(NOW, None), (NOW, None)]


def test_the_age_of_what_is_known_is_a_metric(store: Store) -> None:
    broker, clock = MemoryBroker(), Clock()
    member = consumer(store, broker)
    member.runner = runner(store, clock, "outcomes")
    member.watch()
    assert age_of("intake") == inf

    Upstream(broker).beat()
    member.turn()
    clock.move(20 * SECOND)
    member.watch()
    clock.move(SECOND)

    assert age_of("intake") == 21


def age_of(producer: str) -> float | None:
    return REGISTRY.get_sample_value(
        "knowledge_age_seconds", {"service": "outcomes", "producer": producer}
    )


def _wait(_command: object, uow: UnitOfWork) -> None:
    uow.require(ROUNDS, "nobody")
