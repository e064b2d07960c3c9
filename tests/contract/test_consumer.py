"""The consumer loop on either store, over the broker in memory: every record ends somewhere."""

from datetime import timedelta
from itertools import pairwise

import pytest

from shared.codec.cloudevents import KafkaRecord, to_kafka
from shared.contracts import intake, site
from shared.contracts.envelope import Event
from shared.kernel.identifiers import derive
from shared.messaging.consumer import IDLE_WATCHES_MAX, Consumer
from shared.messaging.dead_letter import DeadLetters
from shared.messaging.deferrals import Deferrals
from shared.messaging.memory import MemoryBroker, MemorySubscription
from shared.messaging.relay import Relay
from shared.storage.journal import JOURNAL, records_of
from shared.storage.lanes import LANES, LETTERS
from shared.storage.memory import MemoryStore
from shared.storage.reads import Reads
from shared.storage.store import Store
from tests.kit.poison import POISON
from tests.kit.toy import NOW, ROUTES, WARDS, Clock, posted, runner

TOPIC = "intake.patient"


def published(*kinds: type[object], patient: str = "patient-1") -> list[KafkaRecord]:
    """The records that posting these events to a service of its own would publish."""
    upstream, broker = MemoryStore(), MemoryBroker()
    runner(upstream).run([posted(kind, patient) for kind in kinds])
    Relay("intake", "relay-1", upstream, broker, Clock()).turn()
    return [
        KafkaRecord(origin.id, origin.topic, origin.key, origin.value, origin.headers)
        for log in broker.logs.values()
        for origin in log
    ]


def consumer(store: Store, broker: MemoryBroker) -> Consumer:
    return Consumer(
        "outcomes",
        MemorySubscription(broker, "outcomes", [TOPIC]),
        runner(store, service="outcomes"),
        ROUTES,
        lambda: True,
        lambda _attempt: None,
    )


def heard(store: Store, patient: str = "patient-1") -> int:
    read = Reads(store, "riverside").get(WARDS, patient)
    return read.aggregate.heard if read else 0


def parked(store: Store) -> list[str]:
    return [each["_id"] for each in store.session().where(LANES, {"parked": True})]


def test_a_record_is_applied_once_however_often_it_comes(store: Store) -> None:
    broker = MemoryBroker()
    records = published(site.ReferralReceived, site.ConsentSigned)
    broker.publish([*records, *records])

    consumer(store, broker).turn()
    broker.committed.clear()
    consumer(store, broker).turn()

    assert heard(store) == 2
    assert parked(store) == []


@pytest.mark.parametrize("poison", POISON, ids=list(POISON))
def test_poison_never_stops_a_consumer_and_is_kept_byte_for_byte(store: Store, poison: str) -> None:
    broker = MemoryBroker(width=1)
    bad = POISON[poison]
    good = published(site.ReferralReceived, patient="patient-2")
    broker.publish([KafkaRecord("x", TOPIC, bad.key, bad.value, bad.headers), *good])

    consumer(store, broker).turn()

    assert heard(store, "patient-2") == 1
    [letter] = store.session().where(LETTERS, {"status": "parked"})
    assert (letter["key"], letter["value"]) == (bad.key, bad.value)
    [mirrored] = store.session().where(JOURNAL, {"unsent": True}, order="order")
    assert records_of(mirrored)[0].topic == "outcomes.dlq"


def test_a_patients_later_events_wait_behind_the_parked_one_and_others_flow(
    store: Store,
) -> None:
    broker = MemoryBroker()
    first, second, third = published(*[site.ReferralReceived] * 3)
    spoilt = KafkaRecord("x", TOPIC, first.key, b"{", first.headers)
    others = published(site.ReferralReceived, site.ConsentSigned, patient="patient-2")
    broker.publish([spoilt, second, third, *others])

    consumer(store, broker).turn()

    assert (heard(store), heard(store, "patient-2")) == (0, 2)
    assert parked(store) == ["patient-1"]
    assert len(store.session().where(LETTERS, {"status": "parked"})) == 3


def test_a_gap_parks_and_the_missing_event_opens_the_lane_again(store: Store) -> None:
    broker = MemoryBroker()
    first, second, third = published(*[site.ReferralReceived] * 3)
    broker.publish([second, third])
    consumer(store, broker).turn()
    assert (heard(store), parked(store)) == (0, ["patient-1"])

    broker.publish([first])
    consumer(store, broker).turn()
    applied = DeadLetters("outcomes", runner(store, service="outcomes"), ROUTES).sweep()

    assert (applied, heard(store), parked(store)) == (3, 3, [])


def test_a_lane_can_be_given_up_and_the_patient_flows_again(store: Store) -> None:
    broker = MemoryBroker()
    [first] = published(site.ReferralReceived)
    broker.publish([KafkaRecord("x", TOPIC, first.key, b"{", first.headers)])
    consumer(store, broker).turn()

    discarded = DeadLetters("outcomes", runner(store, service="outcomes"), ROUTES).discard(
        "patient-1"
    )
    broker.publish([first])
    consumer(store, broker).turn()

    assert (discarded, heard(store), parked(store)) == (1, 1, [])


def test_what_the_relay_sends_is_in_order_and_marked_with_its_place(store: Store) -> None:
    broker = MemoryBroker()
    runner(store).run([posted(site.ReferralReceived) for _ in range(5)])
    relay = Relay("intake", "relay-1", store, broker, Clock())

    assert (relay.turn(), relay.turn()) == (5, 0)

    [log] = broker.logs.values()
    numbers = [int(dict(origin.headers)["ce_sequence"]) for origin in log]
    assert all(after == before + 1 for before, after in pairwise(numbers))
    document = store.session().where(JOURNAL, {"reader": "site"}, order="order")[0]
    assert document["places"] == [[log[0].partition, 0]]


def test_only_one_of_two_relays_sends(store: Store) -> None:
    broker = MemoryBroker()
    clock = Clock()
    first = Relay("intake", "relay-1", store, broker, clock)
    second = Relay("intake", "relay-2", store, broker, clock)
    runner(store).run([posted(site.ReferralReceived)])

    assert (first.turn(), second.turn()) == (1, 0)


def test_a_consumed_event_that_waits_holds_back_the_later_ones_of_its_source(
    store: Store,
) -> None:
    broker, clock = MemoryBroker(), Clock()
    source = "/clinics/riverside/intake/patients/patient-1"
    waiting = [
        to_kafka(
            Event(
                derive(source, str(n)),
                source,
                intake.ConsentRevoked.type,
                "patient-1",
                NOW,
                "riverside",
                intake.ConsentRevoked("patient-request"),
                n,
            ),
            TOPIC,
        )
        for n in (1, 2)
    ]
    broker.publish(waiting)
    consumer(store, broker).turn()
    run = runner(store, service="outcomes")
    sweep = Deferrals("outcomes", run, ROUTES, clock, timedelta(days=3)).sweep
    assert (sweep(), heard(store)) == (0, 0)

    run.run([posted(site.ReferralReceived)])

    assert (sweep(), heard(store), parked(store)) == (2, 2, [])


class Wedged(MemorySubscription):
    """A member that never gets a partition, as after a join that did not end."""

    restarts = 0

    def lag(self) -> dict[tuple[str, int], int]:
        return {}

    def restart(self) -> None:
        self.restarts += 1


def test_a_member_that_has_long_owned_nothing_is_restarted(store: Store) -> None:
    wedged = Wedged(MemoryBroker(), "outcomes", [TOPIC])
    watched = Consumer(
        "outcomes", wedged, runner(store), ROUTES, lambda: True, lambda _attempt: None
    )

    for _ in range(IDLE_WATCHES_MAX - 1):
        watched.watch()
    assert wedged.restarts == 0
    watched.watch()

    assert wedged.restarts == 1


def test_a_record_that_reuses_an_id_for_other_content_is_parked(store: Store) -> None:
    broker = MemoryBroker()
    [first] = published(site.ReferralReceived)
    forged = KafkaRecord(
        "x", TOPIC, first.key, b'{"indication":"chronic-depression"}', first.headers
    )
    broker.publish([first, forged])

    consumer(store, broker).turn()

    assert (heard(store), parked(store)) == (1, ["patient-1"])
    [letter] = store.session().where(LETTERS, {"status": "parked"})
    assert (letter["code"], letter["value"]) == ("id-reused", forged.value)


def test_what_kafka_told_waits_as_long_as_it_takes(store: Store) -> None:
    broker, clock = MemoryBroker(), Clock()
    source = "/clinics/riverside/intake/patients/patient-1"
    told = intake.ConsentRevoked("patient-request")
    event = Event(
        derive(source, "1"), source, told.type, "patient-1", NOW, "riverside", told, sequence=1
    )
    broker.publish([to_kafka(event, TOPIC)])
    consumer(store, broker).turn()
    run = runner(store, clock, "outcomes")
    sweep = Deferrals("outcomes", run, ROUTES, clock, timedelta(days=3)).sweep

    clock.move(timedelta(days=30))
    sweep()
    run.run([posted(site.ReferralReceived)])

    assert (sweep(), heard(store)) == (1, 1)
