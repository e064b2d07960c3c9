"""Whole topics followed from given places by somebody who is no consumer group, a run at a time.

Part of the kafka door. Records stay as the client gives them until their columns are taken: one
object of ours per record would halve the speed of reading a topic anew.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, OffsetOutOfRangeError

from shared.kernel.errors import Unavailable
from shared.messaging.kafka import READING

_FAST = READING | {
    "auto_offset_reset": "none",  # a topic made anew must be noticed, not read from somewhere
    "max_poll_records": 5000,
    "fetch_max_bytes": 16 * 1024 * 1024,
    "max_partition_fetch_bytes": 4 * 1024 * 1024,
    "receive_message_max_bytes": 64 * 1024 * 1024,
}
_POLL_MS = 200
TopicPlaces = Mapping[str, Mapping[int, int]]
"""Per topic and partition, the offset that comes next."""


class MadeAnew(Exception):
    """The places are not of these topics: they, or the whole of Kafka, were made anew."""


@dataclass(frozen=True, slots=True)
class Run:
    """Records of one partition in order, as columns. `times_ms`: since 1970, as Kafka has them."""

    topic: str
    partition: int
    offsets: Sequence[int]
    times_ms: Sequence[int]
    keys: Sequence[bytes | None]
    values: Sequence[bytes | None]
    headers: Sequence[Sequence[tuple[str, bytes]]]


class TopicsTail:
    """Every partition of some topics. `identity`: of Kafka and of each topic, for as long as it
    is the same one."""

    def __init__(self, bootstrap_servers: str, topics: Sequence[str]) -> None:
        self._topics = topics
        self._settings = {"bootstrap_servers": bootstrap_servers, "client_id": "topics-tail"}

    @contextlib.contextmanager
    def opened(self) -> Iterator["Tailing"]:
        """Raises Unavailable, here and while it is read."""
        try:
            consumer = KafkaConsumer(**_FAST, **self._settings, group_id=None)
            try:
                yield Tailing(consumer, self._topics)
            finally:
                consumer.close(autocommit=False)
        except OffsetOutOfRangeError as error:
            raise MadeAnew from error
        except KafkaError as error:
            raise Unavailable("Kafka is away, or its topics are not there yet") from error


class Tailing:
    """A connection at work."""

    def __init__(self, consumer: Any, topics: Sequence[str]) -> None:
        self._consumer = consumer
        self._places = [
            TopicPartition(topic, number)
            for topic in topics
            for number in consumer.partitions_for_topic(topic) or ()
        ]
        if {each.topic for each in self._places} != set(topics):
            raise Unavailable("the topics are not there yet")
        consumer.assign(self._places)
        cluster = consumer._client.cluster  # what the client knows and does not say
        self.identity = {
            "": str(cluster.cluster_id),
            **{each: str(cluster.topic_id(each)) for each in topics},
        }

    def seek(self, after: TopicPlaces) -> None:
        """Raises MadeAnew where a topic ends before its place."""
        begins = self._consumer.beginning_offsets(self._places)
        ends = self._consumer.end_offsets(self._places)
        for place in self._places:
            start = after.get(place.topic, {}).get(place.partition, 0)
            if start > ends[place]:
                raise MadeAnew
            self._consumer.seek(place, max(start, begins[place]))

    def begins(self) -> dict[str, dict[int, int]]:
        """The oldest offset there is."""
        return _by_topic(self._consumer.beginning_offsets(self._places))

    def ends(self) -> dict[str, dict[int, int]]:
        return _by_topic(self._consumer.end_offsets(self._places))

    def poll(self) -> list[Run]:
        """What has come, after a fraction of a second at most."""
        polled = self._consumer.poll(timeout_ms=_POLL_MS)
        return [_run(place, records) for place, records in polled.items() if records]


def _by_topic(offsets: Mapping[Any, int]) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for place, offset in offsets.items():
        found.setdefault(place.topic, {})[place.partition] = offset
    return found


def _run(place: Any, records: Sequence[Any]) -> Run:
    return Run(
        place.topic,
        place.partition,
        [each.offset for each in records],
        [each.timestamp for each in records],
        [each.key for each in records],
        [each.value for each in records],
        [each.headers or () for each in records],
    )
