"""The memory broker with faults: records in part, twice or late; offsets lost; reading unruly.

What Kafka promises is kept: the order of a partition, and that nothing acknowledged is lost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shared.codec.cloudevents import KafkaRecord
from shared.kernel.errors import Unavailable
from shared.messaging.broker import Place
from shared.messaging.memory import MemoryBroker
from shared.storage.steps import Origin
from tests.simulation.faults import Faults

POLL_SIZES = (1, 2, 3, 5, 8, 13, 40)


@dataclass
class SimulatedPublisher:
    """A relay's producer. `late` is what it gave up and what will yet arrive."""

    broker: MemoryBroker
    faults: Faults
    rival: Callable[[], None]
    late: list[KafkaRecord] = field(default_factory=list)

    def publish(self, records: Sequence[KafkaRecord]) -> list[Place]:
        faults = self.faults
        faults.race("raced before publishing", self.rival)
        faults.away("broker away before appending")
        if faults.bites("broker away midway"):
            self.broker.publish(self._a_part(records))
            raise Unavailable("broker away midway")
        if faults.bites("broker appends after giving up"):
            self.late = list(records)
            raise Unavailable("broker gave up")
        places = self.broker.publish(records)
        self._arrive_late()
        faults.away("broker away after appending")
        faults.crash("crash before marking")
        faults.race("raced before marking", self.rival)
        return places

    def close(self) -> None:
        """Nothing to let go of."""

    def _a_part(self, records: Sequence[KafkaRecord]) -> list[KafkaRecord]:
        """A beginning of every partition's records: each has a leader of its own."""
        kept: list[KafkaRecord] = []
        stopped: set[bytes | None] = set()
        for record in records:
            if self.faults.dice.random() < 0.3:
                stopped.add(record.key)
            if record.key not in stopped:
                kept.append(record)
        return kept

    def _arrive_late(self) -> None:
        late, self.late = self.late, []
        self.broker.publish(late)


class SimulatedSubscription:
    """One member of a group. It reads some partitions now and others later, each in order."""

    def __init__(
        self,
        broker: MemoryBroker,
        group: str,
        topics: Sequence[str],
        faults: Faults,
        rival: Callable[[], None] = lambda: None,
    ) -> None:
        self._broker, self._group, self._topics = broker, group, frozenset(topics)
        self._faults, self._rival = faults, rival
        self._positions: dict[tuple[str, int], int] = {}

    def poll(self, timeout_s: float) -> list[Origin]:  # noqa: ARG002 - never anything to wait for
        self._faults.away("poll away")
        if self._faults.bites("partition read again"):
            self.restart()
        dice = self._faults.dice
        behind = [place for place, records in self.lag().items() if records]
        chosen = dice.sample(behind, dice.randint(1, len(behind))) if behind else []
        found: list[Origin] = []
        for _ in range(dice.choice(POLL_SIZES)):
            if not chosen:
                break
            place = dice.choice(chosen)
            found.append(self._broker.logs[place][self._position(place)])
            self._positions[place] = self._position(place) + 1
            if self._position(place) == len(self._broker.logs[place]):
                chosen.remove(place)
        return found

    def hold(self) -> None:
        """Membership costs nothing here."""

    def commit(self, records: Sequence[Origin]) -> None:
        self._faults.race("raced before the offset commit", self._rival)
        self._faults.crash("crash before the offset commit")
        self._faults.away("offset commit away")
        if self._faults.bites("offset commit lost"):
            return
        for record in records:
            key = (self._group, record.topic, record.partition)
            self._broker.committed[key] = max(self._broker.committed.get(key, 0), record.offset + 1)

    def lag(self) -> dict[tuple[str, int], int]:
        return {
            place: len(log) - self._position(place)
            for place, log in self._broker.logs.items()
            if place[0] in self._topics
        }

    def restart(self) -> None:
        self._positions = {}

    def close(self) -> None:
        self.restart()

    def _position(self, place: tuple[str, int]) -> int:
        known = self._positions.get(place)
        return self._broker.committed.get((self._group, *place), 0) if known is None else known
