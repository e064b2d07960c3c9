"""A broker in memory: partitions by key, offsets, groups. For the simulation and fast tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from shared.codec.cloudevents import KafkaRecord
from shared.messaging.broker import Place
from shared.storage.steps import Origin


@dataclass
class MemoryBroker:
    """Logs by (topic, partition), and the committed offsets of each group. `width`: the number of
    partitions of every topic."""

    width: int = 3
    logs: dict[tuple[str, int], list[Origin]] = field(default_factory=dict)
    committed: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def publish(self, records: Sequence[KafkaRecord]) -> list[Place]:
        return [self._append(record) for record in records]

    def partitions(self, topic: str) -> int:  # noqa: ARG002 - all topics are alike here
        return self.width

    def close(self) -> None:
        """Nothing to let go of."""

    def _append(self, record: KafkaRecord) -> Place:
        by_key = crc32(record.key or b"") % self.width
        partition = by_key if record.partition is None else record.partition
        log = self.logs.setdefault((record.topic, partition), [])
        log.append(
            Origin(
                record.topic, partition, len(log), record.key, record.value, tuple(record.headers)
            )
        )
        return partition, len(log) - 1


class MemorySubscription:
    """One member of a group, owner of every partition. A new one starts at the last commit."""

    def __init__(
        self, broker: MemoryBroker, group: str, topics: Sequence[str], batch: int = 500
    ) -> None:
        self._broker, self._group, self._topics, self._batch = broker, group, topics, batch
        self._positions: dict[tuple[str, int], int] = {}

    def poll(self, timeout_s: float) -> list[Origin]:  # noqa: ARG002 - never anything to wait for
        found: list[Origin] = []
        for topic, partition in sorted(self._owned()):
            start = self._position(topic, partition)
            fresh = self._broker.logs[topic, partition][start : start + self._batch - len(found)]
            self._positions[topic, partition] = start + len(fresh)
            found += fresh
        return found

    def hold(self) -> None:
        """Membership costs nothing here."""

    def commit(self, records: Sequence[Origin]) -> None:
        for record in records:
            key = (self._group, record.topic, record.partition)
            self._broker.committed[key] = max(self._broker.committed.get(key, 0), record.offset + 1)

    def lag(self) -> dict[tuple[str, int], int]:
        return {
            (topic, partition): len(self._broker.logs[topic, partition])
            - self._position(topic, partition)
            for topic, partition in self._owned()
        }

    def read_until(self) -> dict[tuple[str, int], datetime]:
        return {}  # nobody notes here when a record came

    def restart(self) -> None:
        self._positions = {}

    def close(self) -> None:
        self.restart()

    def _owned(self) -> list[tuple[str, int]]:
        return [key for key in self._broker.logs if key[0] in self._topics]

    def _position(self, topic: str, partition: int) -> int:
        last = self._broker.committed.get((self._group, topic, partition), 0)
        return self._positions.get((topic, partition), last)
