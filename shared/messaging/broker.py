"""The broker as two ports: what a relay needs, and what a consumer needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.codec.cloudevents import KafkaRecord
from shared.storage.steps import Origin

Place = tuple[int, int]
"""(partition, offset) of an acknowledged record."""


class Publisher(Protocol):
    """Sends records so that they are durable, in order per key."""

    def publish(self, records: Sequence[KafkaRecord]) -> list[Place]:
        """Where each record is now. Raises Unavailable if any is not known to be stored;
        those that are may come again, never out of order."""

    def partitions(self, topic: str) -> int:
        """How many partitions the topic has. Raises Unavailable."""

    def close(self) -> None: ...


class Subscription(Protocol):
    """A member of a consumer group. Bytes in, decoding is the loop's business."""

    def poll(self, timeout_s: float) -> list[Origin]:
        """The next records, at most a batch; none if there is nothing."""

    def hold(self) -> None:
        """Stays a member without fetching: called while the store is away."""

    def commit(self, records: Sequence[Origin]) -> None:
        """Everything up to and with these records is in our store. Never raises for a
        rebalance: the next owner reads them again and finds them done."""

    def lag(self) -> dict[tuple[str, int], int]:
        """Records not yet read, by (topic, partition) that this member owns."""

    def read_until(self) -> dict[tuple[str, int], datetime]:
        """When the broker took the last record read, by (topic, partition); where it is known."""

    def restart(self) -> None:
        """Throws the client away and joins anew."""

    def close(self) -> None: ...
