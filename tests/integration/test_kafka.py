"""The brokers' ports on a real Kafka, and the traps of the client that they must not fall into."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource

from shared.codec.cloudevents import KafkaRecord
from shared.contracts import site
from shared.contracts.topics import PATIENT, STREAM, TOPICS, beating
from shared.kernel.errors import Unavailable
from shared.local.engines import Engines
from shared.messaging.consumer import Consumer
from shared.messaging.kafka import KafkaPublisher, KafkaSubscription
from shared.messaging.kafka_topics import create_topics
from shared.messaging.relay import PAGE, Relay
from shared.storage.journal import JOURNAL, with_records
from shared.storage.lanes import LETTERS
from shared.storage.mongo import MongoStore
from shared.storage.reads import Reads
from shared.storage.store import FRESHNESS, Document
from shared.storage.unit_of_work import Staged
from tests.kit.eventually import eventually
from tests.kit.poison import POISON
from tests.kit.toy import COLLECTIONS, NOW, ROUTES, WARDS, Clock, posted, runner

TOPIC = "intake.patient"


@pytest.fixture
def kafka(engines: Engines) -> Engines:
    create_topics(engines.bootstrap_servers)
    return engines


@pytest.fixture
def publisher(kafka: Engines) -> Iterator[KafkaPublisher]:
    publisher = KafkaPublisher(kafka.bootstrap_servers, "test", delivery_timeout_s=3)
    yield publisher
    publisher.close()


def record(key: str = "k", value: bytes = b"{}", topic: str = TOPIC) -> KafkaRecord:
    return KafkaRecord("e", topic, key.encode(), value, (("a", b"1"),))


def subscribed(kafka: Engines, group: str = "") -> KafkaSubscription:
    return KafkaSubscription(kafka.bootstrap_servers, group or f"g-{uuid4().hex[:8]}", [TOPIC])


def test_topics_are_made_once_with_settings_that_refuse_bombs(kafka: Engines) -> None:
    create_topics(kafka.bootstrap_servers)
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)

    wanted = {topic.name for topic in TOPICS} | {"intake.dlq", "outcomes.dlq"}
    eventually(lambda: wanted <= set(admin.list_topics()))
    described = str(admin.describe_configs([ConfigResource("TOPIC", TOPIC)]))
    admin.close()

    assert "uncompressed" in described


def test_a_compressed_record_from_a_stranger_is_stored_plain(kafka: Engines) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, compression_type="zstd")
    producer.send(TOPIC, b"x" * 100_000, key=b"zstd").get(20)
    producer.close()
    members = subscribed(kafka)

    seen = eventually(lambda: [r for r in members.poll(0.5) if r.key == b"zstd"])
    members.close()

    assert seen[0].value == b"x" * 100_000


def test_after_an_outage_longer_than_the_delivery_timeout_publishing_goes_on(
    kafka: Engines, publisher: KafkaPublisher
) -> None:
    publisher.publish([record()])
    kafka.kafka.freeze()
    try:
        with pytest.raises(Unavailable):
            publisher.publish([record()])
    finally:
        kafka.kafka.thaw()

    def published() -> bool:
        try:
            return bool(publisher.publish([record()]))
        except Unavailable:
            return False

    assert eventually(published, within_s=20)


def test_a_new_member_goes_on_where_the_group_has_committed(
    kafka: Engines, publisher: KafkaPublisher
) -> None:
    group, key = f"g-{uuid4().hex[:8]}", uuid4().hex
    first = subscribed(kafka, group)
    publisher.publish([record(key, b"1")])
    seen = eventually(lambda: [r for r in first.poll(0.5) if r.key == key.encode()])
    first.commit(seen)
    first.close()
    publisher.publish([record(key, b"2")])

    second = subscribed(kafka, group)
    again = eventually(lambda: [r for r in second.poll(0.5) if r.key == key.encode()])
    second.close()

    assert [r.value for r in again] == [b"2"]


def test_holding_keeps_the_membership_and_loses_nothing(
    kafka: Engines, publisher: KafkaPublisher
) -> None:
    key = uuid4().hex
    member = subscribed(kafka)
    eventually(lambda: member.poll(0.2) or member.lag())
    publisher.publish([record(key)])
    for _ in range(5):
        member.hold()

    seen = eventually(lambda: [r for r in member.poll(0.5) if r.key == key.encode()])
    member.close()

    assert len(seen) == 1


def test_every_poison_through_a_real_broker_ends_in_a_lane_and_the_good_flow(
    kafka: Engines, publisher: KafkaPublisher, mongo_store: MongoStore
) -> None:
    patient, group = f"patient-{uuid4().hex[:6]}", "outcomes"
    sendable = [bad for bad in POISON.values() if bad.key or bad.value]
    for bad in sendable:
        publisher.publish([KafkaRecord("x", TOPIC, bad.key, bad.value, bad.headers)])
    upstream = MongoStore(f"{kafka.mongodb_uri.partition('?')[0].rstrip('/')}/up{uuid4().hex[:6]}")
    upstream.prepare([WARDS])
    runner(upstream).run([posted(site.ReferralReceived, patient) for _ in range(3)])
    Relay("intake", "relay-1", upstream, publisher, Clock()).turn()
    member = subscribed(kafka)
    consumer = Consumer(
        group, member, runner(mongo_store, service=group), ROUTES, lambda: True, lambda _: None
    )

    def settled() -> bool:
        consumer.turn()
        read = Reads(mongo_store, "riverside").get(WARDS, patient)
        letters = mongo_store.session().where(LETTERS, {"status": "parked"})
        heard = read.aggregate.heard if read else 0
        return heard == 3 and len(letters) >= len(sendable)

    assert eventually(settled)
    member.close()
    upstream.close()


def test_heartbeats_reach_every_partition_and_say_how_far_it_is_known(
    kafka: Engines, publisher: KafkaPublisher, mongo_store: MongoStore
) -> None:
    upstream = MongoStore(f"{kafka.mongodb_uri.partition('?')[0].rstrip('/')}/up{uuid4().hex[:6]}")
    upstream.prepare(COLLECTIONS)
    relay = Relay("intake", "relay-1", upstream, publisher, Clock())
    member = subscribed(kafka)
    consumer = Consumer(
        "outcomes",
        member,
        runner(mongo_store, service="outcomes"),
        ROUTES,
        lambda: True,
        lambda _: None,
    )
    relay.turn()
    assert relay.beat() == sum(topic.partitions for topic in beating("intake"))

    def known() -> bool:
        consumer.turn()
        reads = Reads(mongo_store, "riverside")
        return reads.known_until("outcomes", "intake", uuid4().hex) == NOW

    assert eventually(known)
    assert len(mongo_store.session().where(FRESHNESS, {})) == PATIENT.partitions
    member.close()
    upstream.close()


def test_a_topic_that_is_not_there_is_unavailable(publisher: KafkaPublisher) -> None:
    with pytest.raises(Unavailable):
        publisher.partitions("nothing.of-this")


def test_an_unmodified_consumer_reads_our_records(
    kafka: Engines, publisher: KafkaPublisher
) -> None:
    value = uuid4().hex.encode()
    publisher.publish([record("plain", value)])
    plain = KafkaConsumer(
        TOPIC,
        bootstrap_servers=kafka.bootstrap_servers,
        auto_offset_reset="earliest",
        consumer_timeout_ms=5000,
    )

    values = [each.value for each in plain]
    plain.close()

    assert value in values


def test_an_alert_overtakes_the_backlog_of_others_and_its_own_patient_stays_in_order(
    publisher: KafkaPublisher, mongo_store: MongoStore
) -> None:
    patient, name = f"patient-{uuid4().hex[:6]}", uuid4().hex[:6]
    backlog = [waiting(order, f"other-{name}-{order % 50}") for order in range(5 * PAGE)]
    own = [waiting(5 * PAGE, patient), waiting(5 * PAGE + 1, patient, urgent=True)]
    mongo_store.session().insert(JOURNAL, [*backlog, *own, waiting(5 * PAGE + 2, patient)])
    relay = Relay("intake", "relay-1", mongo_store, publisher, Clock())

    relay.turn()

    def unsent() -> list[Document]:
        return mongo_store.session().where(JOURNAL, {"unsent": True}, order="order")

    assert [each["order"] for each in unsent()] == list(range(PAGE, 5 * PAGE))
    while relay.turn():
        continue
    places = [each["places"] for each in mongo_store.session().where(JOURNAL, {}, order="order")]
    for key in {*(each["keys"][0] for each in backlog), patient}:
        mine = [
            place[0][1]
            for place, each in zip(places, [*backlog, *own], strict=False)
            if each["keys"] == [key]
        ]
        assert mine == sorted(mine)


def waiting(order: int, key: str, urgent: bool = False) -> Document:
    document = {"_id": f"step-{order:06}", "version": 1, "recorded_at": NOW}
    return with_records(document, Staged((record(key),), (), order, urgent))


def test_a_de_identified_topic_does_not_say_when_a_record_was_written(
    kafka: Engines, publisher: KafkaPublisher
) -> None:
    ((partition, offset),) = publisher.publish([record("timeless", topic=STREAM.name)])
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, group_id=None)
    place = TopicPartition(STREAM.name, partition)
    consumer.assign([place])
    consumer.seek(place, offset)

    polled = eventually(lambda: consumer.poll(timeout_ms=500))
    consumer.close(autocommit=False)

    (read,) = polled[place]
    assert (read.timestamp, read.timestamp_type) == (0, 0)
