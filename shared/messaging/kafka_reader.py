"""Topics read from their beginning by somebody who is no consumer group: analysts, inspections.

Part of the kafka door: partitions are assigned by hand and nothing is ever committed.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from shared.kernel.errors import Unavailable
from shared.messaging.kafka import READING, origin_of
from shared.storage.steps import Origin

_POLL_MS = 500
T = TypeVar("T")


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


class KafkaLog:
    """See `shared.messaging.broker.Log`. Nothing is joined, and nothing is committed."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers

    def spans(self, topic: str) -> dict[int, tuple[int, int]]:
        def look(consumer: Any, places: list[TopicPartition]) -> dict[int, tuple[int, int]]:
            firsts, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
            return {each.partition: (firsts[each], ends[each]) for each in places}

        return self._asked(topic, None, look)

    def records(self, topic: str) -> Iterator[Origin]:
        return TopicReader(self._bootstrap_servers, topic).records()

    def offsets(self, group: str, topic: str) -> dict[int, int]:
        def look(consumer: Any, places: list[TopicPartition]) -> dict[int, int]:
            found = ((each.partition, consumer.committed(each)) for each in places)
            return {partition: offset for partition, offset in found if offset is not None}

        return self._asked(topic, group, look)

    def _asked(
        self, topic: str, group: str | None, look: Callable[[Any, list[TopicPartition]], T]
    ) -> T:
        settings = {"bootstrap_servers": self._bootstrap_servers, "client_id": "log"}
        try:
            consumer = KafkaConsumer(**READING, **settings, group_id=group)
            try:
                known = consumer.partitions_for_topic(topic) or ()
                return look(consumer, [TopicPartition(topic, each) for each in sorted(known)])
            finally:
                consumer.close(autocommit=False)
        except KafkaError as error:
            raise Unavailable("Kafka is away") from error
