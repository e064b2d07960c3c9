"""The brokers' ports on kafka-python. The only room that knows it; every setting is explicit.

Rules learnt the hard way (decision 0004): bytes only, no library deserializers; a producer with
one failed future is thrown away; nothing is committed by itself; topics are made by us.
"""

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import crc32c  # noqa: F401 - without its C code kafka-python is 4 to 6 times slower: fail at start
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import CommitFailedError, KafkaError
from kafka.structs import OffsetAndMetadata

from shared.codec.cloudevents import KafkaRecord
from shared.contracts.topics import DEIDENTIFIED
from shared.kernel.errors import Unavailable
from shared.messaging.broker import Place
from shared.storage.steps import Origin

BATCH_MAX = 500
DELIVERY_TIMEOUT_S = 30
NO_TIME_MS = 0
"""The time of every record of a topic that must not say when."""
RECORD_MAX = 1024 * 1024
_PRODUCER = {
    "acks": "all",
    "enable_idempotence": True,
    "max_in_flight_requests_per_connection": 5,
    "max_block_ms": 5000,
    "reconnect_backoff_max_ms": 1000,
    "linger_ms": 5,
    "batch_size": 262_144,
    "max_request_size": 2 * RECORD_MAX,  # a dead letter is a record of full size and its origin
    "compression_type": None,
    "allow_auto_create_topics": False,
}
READING = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",  # a hole that retention tore shows as a sequence gap
    "max_poll_records": BATCH_MAX,
    "fetch_max_bytes": 4 * 1024 * 1024,
    "max_partition_fetch_bytes": 1024 * 1024,
    "receive_message_max_bytes": 16 * 1024 * 1024,
    "fetch_max_wait_ms": 100,
    "request_timeout_ms": 15_000,
    "reconnect_backoff_max_ms": 1000,
    "allow_auto_create_topics": False,
    "key_deserializer": None,
    "value_deserializer": None,
}
"""Of everybody who reads, group member or not."""
_MEMBER = READING | {
    "session_timeout_ms": 10_000,
    "heartbeat_interval_ms": 1000,
    "max_poll_interval_ms": 60_000,
}


class KafkaPublisher:
    """One producer, made on first use, dropped on the first failure."""

    def __init__(
        self, bootstrap_servers: str, client_id: str, delivery_timeout_s: int = DELIVERY_TIMEOUT_S
    ) -> None:
        self._timeout_s = delivery_timeout_s
        self._settings = {
            "bootstrap_servers": bootstrap_servers,
            "client_id": client_id,
            "request_timeout_ms": min(4000, delivery_timeout_s * 500),
            "delivery_timeout_ms": delivery_timeout_s * 1000,
        }
        self._producer: Any = None

    def publish(self, records: Sequence[KafkaRecord]) -> list[Place]:
        try:
            producer = self._client()
            futures = [
                producer.send(
                    r.topic,
                    r.value,
                    key=r.key,
                    headers=list(r.headers),
                    partition=r.partition,
                    timestamp_ms=NO_TIME_MS if r.topic in DEIDENTIFIED else None,
                )
                for r in records
            ]
            sent = [future.get(timeout=self._timeout_s + 1) for future in futures]
        except Exception as error:
            self.close()  # it may be wedged for ever; only a new one is sure to work
            raise Unavailable("Kafka did not acknowledge") from error
        return [(each.partition, each.offset) for each in sent]

    def partitions(self, topic: str) -> int:
        try:
            return len(self._client().partitions_for(topic))
        except Exception as error:
            self.close()
            raise Unavailable(f"Kafka does not say what partitions {topic} has") from error

    def close(self) -> None:
        producer, self._producer = self._producer, None
        if producer:
            with contextlib.suppress(Exception):  # a wedged one raises; it is gone all the same
                producer.close(timeout=1)

    def _client(self) -> Any:
        self._producer = self._producer or KafkaProducer(**_PRODUCER, **self._settings)
        return self._producer


class KafkaSubscription:
    """One member of a consumer group. `instance` makes its membership static."""

    def __init__(
        self, bootstrap_servers: str, group: str, topics: Sequence[str], instance: str = ""
    ) -> None:
        self._settings = {
            "bootstrap_servers": bootstrap_servers,
            "group_id": group,
            "group_instance_id": instance or None,
            "client_id": instance or group,
        }
        self._topics = list(topics)
        self._consumer: Any = None
        self._read_until: dict[tuple[str, int], datetime] = {}

    def poll(self, timeout_s: float) -> list[Origin]:
        try:
            consumer = self._client()
            if consumer.paused():
                consumer.resume(*consumer.paused())
            polled = consumer.poll(timeout_ms=int(timeout_s * 1000))
            _finish_join(consumer)
        except KafkaError as error:
            raise Unavailable("Kafka is away") from error
        for place, records in polled.items():
            last = datetime.fromtimestamp(records[-1].timestamp / 1000, UTC)
            self._read_until[place.topic, place.partition] = last
        return [origin_of(record) for records in polled.values() for record in records]

    def hold(self) -> None:
        try:
            consumer = self._client()
            consumer.pause(*consumer.assignment())
            consumer.poll(timeout_ms=0)
        except KafkaError as error:
            raise Unavailable("Kafka is away") from error

    def commit(self, records: Sequence[Origin]) -> None:
        ends: dict[Any, int] = {}
        for record in records:
            place = TopicPartition(record.topic, record.partition)
            ends[place] = max(ends.get(place, 0), record.offset + 1)
        offsets = {place: OffsetAndMetadata(end, "", -1) for place, end in ends.items()}
        try:
            self._client().commit(offsets)
        except CommitFailedError:
            return  # the partitions have a new owner, who will find these records done
        except KafkaError as error:
            raise Unavailable("Kafka is away") from error

    def lag(self) -> dict[tuple[str, int], int]:
        try:
            consumer = self._client()
            owned = list(consumer.assignment())
            ends = consumer.end_offsets(owned) if owned else {}
            return {
                (place.topic, place.partition): max(0, end - consumer.position(place))
                for place, end in ends.items()
            }
        except KafkaError as error:
            raise Unavailable("Kafka is away") from error

    def read_until(self) -> dict[tuple[str, int], datetime]:
        return dict(self._read_until)

    def restart(self) -> None:
        self._read_until = {}
        self.close()

    def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer:
            with contextlib.suppress(Exception):  # the coordinator may be gone; so are we
                consumer.close(autocommit=False, timeout_ms=2000)

    def _client(self) -> Any:
        if self._consumer is None:
            self._consumer = KafkaConsumer(*self._topics, **_MEMBER, **self._settings)
        return self._consumer


def _finish_join(consumer: Any) -> None:
    """Takes up a join that a poll's time-out left half-way (decision 4).

    kafka-python 3.0.12 resumes it only while it thinks that a join is needed; a leader that has
    done the assignment no longer does, and would own nothing for ever while looking alive.
    """
    coordinator = consumer._coordinator
    if coordinator.rejoining and not coordinator.need_rejoin():
        coordinator.request_rejoin()


def origin_of(record: Any) -> Origin:
    """A record of kafka-python as ours."""
    headers = tuple((name, value or b"") for name, value in record.headers or ())
    return Origin(record.topic, record.partition, record.offset, record.key, record.value, headers)
