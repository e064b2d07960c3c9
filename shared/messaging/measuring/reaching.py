"""The brokers' ports with a note of whether Kafka answered, and how long it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.codec.cloudevents import KafkaRecord
from shared.messaging.broker import Place, Publisher, Subscription
from shared.runtime.metrics import Dependency
from shared.storage.steps import Origin


@dataclass(frozen=True)
class ReachingPublisher:
    """Every page and heartbeat tells."""

    publisher: Publisher
    kafka: Dependency

    def publish(self, records: Sequence[KafkaRecord]) -> list[Place]:
        with self.kafka.asked():
            return self.publisher.publish(records)

    def partitions(self, topic: str) -> int:
        with self.kafka.asked():
            return self.publisher.partitions(topic)

    def close(self) -> None:
        self.publisher.close()


@dataclass(frozen=True)
class ReachingSubscription:
    """A poll that finds nothing tells nothing; to ask for the ends of the logs does."""

    subscription: Subscription
    kafka: Dependency

    def poll(self, timeout_s: float) -> list[Origin]:
        return self.subscription.poll(timeout_s)

    def hold(self) -> None:
        self.subscription.hold()

    def commit(self, records: Sequence[Origin]) -> None:
        with self.kafka.asked():
            self.subscription.commit(records)

    def lag(self) -> dict[tuple[str, int], int]:
        with self.kafka.asked():
            return self.subscription.lag()

    def read_until(self) -> dict[tuple[str, int], datetime]:
        return self.subscription.read_until()

    def restart(self) -> None:
        self.subscription.restart()

    def close(self) -> None:
        self.subscription.close()
