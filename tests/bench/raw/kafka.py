"""kafka-python alone, with the settings of our door to Kafka and real records of the journal."""

import time
from collections.abc import Sequence
from uuid import uuid4

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

from shared.codec.cloudevents import KafkaRecord
from shared.messaging.kafka import _MEMBER, _PRODUCER
from shared.messaging.kafka_topics import _CONFIGS
from tests.bench.measures import Run

PARTITIONS = 6


def produce_and_consume(
    bootstrap_servers: str, records: Sequence[KafkaRecord], limit_s: float
) -> tuple[Run, Run]:
    """To a topic of its own and back: every record acknowledged by all, then every one polled."""
    topic = f"bench.{uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap_servers)
    admin.create_topics([NewTopic(topic, PARTITIONS, 1, topic_configs=_CONFIGS)])
    try:
        produced = _produced(bootstrap_servers, topic, records)
        return produced, _consumed(bootstrap_servers, topic, len(records), limit_s)
    finally:
        admin.delete_topics([topic])
        admin.close()


def publish(bootstrap_servers: str, records: Sequence[KafkaRecord]) -> None:
    """To the topics that the records name."""
    producer = KafkaProducer(bootstrap_servers=bootstrap_servers, **_PRODUCER)
    sent = [producer.send(r.topic, r.value, key=r.key, headers=list(r.headers)) for r in records]
    for each in sent:
        each.get(timeout=30)
    producer.close()


def _produced(bootstrap_servers: str, topic: str, records: Sequence[KafkaRecord]) -> Run:
    producer = KafkaProducer(bootstrap_servers=bootstrap_servers, **_PRODUCER)
    producer.partitions_for(topic)
    began_s, cpu_s = time.monotonic(), time.process_time()
    sent = [producer.send(topic, r.value, key=r.key, headers=list(r.headers)) for r in records]
    for each in sent:
        each.get(timeout=30)
    seconds, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
    producer.close()
    return Run(len(records), seconds, cpu_s=cpu_s)


def _consumed(bootstrap_servers: str, topic: str, count: int, limit_s: float) -> Run:
    """The clock starts at the first records: joining the group is not the limit meant."""
    consumer = KafkaConsumer(
        topic, bootstrap_servers=bootstrap_servers, group_id=f"{topic}.readers", **_MEMBER
    )
    deadline = time.monotonic() + limit_s
    first = 0
    while not first and time.monotonic() < deadline:
        first = _polled(consumer)
    began_s, cpu_s, done = time.monotonic(), time.process_time(), 0
    while first + done < count and time.monotonic() < deadline:
        done += _polled(consumer)
    seconds, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
    consumer.close(autocommit=False)
    return Run(done, seconds, cpu_s=cpu_s)


def _polled(consumer: KafkaConsumer) -> int:
    return sum(len(each) for each in consumer.poll(timeout_ms=200).values())
