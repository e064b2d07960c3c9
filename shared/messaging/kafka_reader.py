"""A topic read from its beginning by somebody who is no consumer group: analysts, inspections.

Part of the kafka door: partitions are assigned by hand and nothing is ever committed.
"""

from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from shared.kernel.errors import Unavailable
from shared.messaging.kafka import READING, origin_of
from shared.storage.steps import Origin

_POLL_MS = 500


class TopicReader:
    """One topic, every partition, order per key."""

    def __init__(self, bootstrap_servers: str, topic: str) -> None:
        self._topic = topic
        self._settings = {
            "bootstrap_servers": bootstrap_servers,
            "client_id": "topic-reader",
            "group_id": None,
        }

    def records(self, *, live: bool = False) -> Iterator[Origin]:
        """Up to the end as it is now; `live`: beyond it, for ever. Raises Unavailable."""
        try:
            consumer = KafkaConsumer(**READING, **self._settings)
            try:
                ends = self._assigned(consumer)
                while live or any(consumer.position(place) < end for place, end in ends.items()):
                    yield from _polled(consumer)
            finally:
                consumer.close(autocommit=False)
        except KafkaError as error:
            raise Unavailable("Kafka is away, or its topics are not there yet") from error

    def _assigned(self, consumer: Any) -> dict[TopicPartition, int]:
        """The end of every partition, now that they are all assigned and read from the start."""
        places = [
            TopicPartition(self._topic, n) for n in consumer.partitions_for_topic(self._topic)
        ]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends: dict[TopicPartition, int] = consumer.end_offsets(places)
        return ends


def _polled(consumer: Any) -> Iterator[Origin]:
    for records in consumer.poll(timeout_ms=_POLL_MS).values():
        yield from map(origin_of, records)
