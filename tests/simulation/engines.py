"""The memory store and broker with faults: what MongoDB and Kafka may do, at a dice's throw.

What they promise is kept: of two writers the second loses, a partition keeps its order, and
nothing acknowledged is lost.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from shared.codec.cloudevents import KafkaRecord
from shared.kernel.errors import Conflict, Unavailable
from shared.messaging.broker import Place
from shared.messaging.memory import MemoryBroker
from shared.storage.journal import JOURNAL
from shared.storage.memory import MemorySession, MemoryStore
from shared.storage.steps import SITE, Origin
from shared.storage.store import Document
from tests.simulation.faults import LONGEST_AWAY, LONGEST_BURST, Faults

T = TypeVar("T")
Collections = dict[str, dict[str, Document]]
POLL_SIZES = (1, 2, 3, 5, 8, 13, 40)
_DECIDED = ("accepted", "rejected", "ignored", "invalid")


class SimulatedStore(MemoryStore):
    """One service's database. `rival` lets another process of the service have its turn.

    A transaction that is raced sees the snapshot it began with. `applied` is what consumers
    decided, in the order of the commits: (reader, source, sequence). `caused` is what the relay
    must send, and when it was committed, but for what a clock that was set back says of it.
    `outbox` is all that it ever had to send, also what the journal keeps no copy of.
    """

    sessions: type["SimulatedSession"]

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self.faults = faults
        self.rival: Callable[[], None] = lambda: None
        self.waiting: dict[str, Document] = {}
        self.applied: list[tuple[str, str, int]] = []
        self.caused: list[tuple[datetime, Document]] = []
        self.outbox: dict[str, Document] = {}
        self.clock: Callable[[], datetime | None] = lambda: None
        self._conflicts = self._away = 0

    def transact(self, work: Callable[[MemorySession], T]) -> T:
        self._before()
        raced = self.faults.bites("raced in a transaction")
        seen = {name: dict(held) for name, held in self.collections.items()} if raced else None
        session = self.sessions(self, self.collections if seen is None else seen)
        result = work(session)
        self.faults.crash("crash in a transaction")
        self.faults.away("store away in a transaction")
        if seen is not None:
            self.rival()
            self.check_unchanged(session, seen)
        session.commit()
        self.faults.crash("crash after a commit")
        self.faults.away("store away after the commit")
        return result

    def session(self) -> "SimulatedSession":
        return self.sessions(self, self.collections, writes_through=True)

    def take(self, written: Collections) -> None:
        """Commits, and keeps the index of what the relay and the sweeps look for."""
        for name, documents in written.items():
            self.collections.setdefault(name, {}).update(documents)
        for key, document in written.get(JOURNAL, {}).items():
            verdict = document["verdict"]
            if verdict in _DECIDED and document["reader"] != SITE and "sent_at" not in document:
                self._note(document)
            if document.get("unsent"):
                self.outbox[key] = document
            if document.get("unsent") and (now := self.clock()):
                self.caused.append((now, document))
            if verdict == "deferred" or document.get("unsent"):
                self.waiting[key] = document
            else:
                self.waiting.pop(key, None)

    def _note(self, document: Document) -> None:
        if document["sequence"]:
            place = (document["reader"], document["source"], document["sequence"])
            self.applied.append(place)

    def _before(self) -> None:
        if self.faults.healed:
            return
        self.faults.away("store away before the commit")
        if self.faults.bites("store away for a while"):
            self._away = self.faults.dice.randint(2, LONGEST_AWAY)
        if self.faults.bites("conflict burst"):
            self._conflicts = self.faults.dice.randint(1, LONGEST_BURST)
        if self._away:
            self._away -= 1
            raise Unavailable("away for a while")
        if self._conflicts:
            self._conflicts -= 1
            raise Conflict("a burst")

    def check_unchanged(self, session: "SimulatedSession", seen: Collections) -> None:
        for name, documents in session.written.items():
            now, then = self.collections.get(name, {}), seen.get(name, {})
            if any(now.get(key) is not then.get(key) for key in documents):
                self.faults.lose_race()


class SimulatedSession(MemorySession):
    """As its parent; what waits in the journal is found by an index, as in MongoDB."""

    def __init__(
        self, store: SimulatedStore, collections: Collections, *, writes_through: bool = False
    ) -> None:
        super().__init__(collections, writes_through=writes_through)
        self._store = store

    @property
    def written(self) -> Collections:
        return self._written

    def where(
        self, collection: str, equals: Mapping[str, object], **options: Any
    ) -> list[Document]:
        if collection == JOURNAL and (equals.keys() & {"unsent", "verdict"}):
            waiting = MemorySession({JOURNAL: self._store.waiting})
            return waiting.where(collection, equals, **options)
        return super().where(collection, equals, **options)

    def insert(self, collection: str, documents: Sequence[Document]) -> None:
        self._outside(lambda: super(SimulatedSession, self).insert(collection, documents))

    def replace(self, collection: str, documents: Sequence[Document]) -> None:
        self._outside(lambda: super(SimulatedSession, self).replace(collection, documents))

    def patch(self, collection: str, changes: Mapping[str, Mapping[str, object]]) -> None:
        self._outside(lambda: super(SimulatedSession, self).patch(collection, changes))

    def commit(self) -> None:
        self._store.take(self._written)
        self._written = {}

    def _outside(self, write: Callable[[], None]) -> None:
        """A write with no transaction around it can fail, or end its process, by itself."""
        if not self._writes_through:
            write()
            return
        faults = self._store.faults
        faults.crash("crash before a write outside")
        faults.away("store away before a write outside")
        faults.race("raced before a write outside", self._store.rival)
        write()
        faults.crash("crash after a write outside")
        faults.away("store away after a write outside")


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

    def partitions(self, topic: str) -> int:
        return self.broker.partitions(topic)

    def close(self) -> None:
        """Nothing to let go of."""

    def _a_part(self, records: Sequence[KafkaRecord]) -> list[KafkaRecord]:
        """A beginning of every key's records: partitions fail one by one."""
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

    def read_until(self) -> dict[tuple[str, int], datetime]:
        return {}

    def restart(self) -> None:
        self._positions = {}

    def close(self) -> None:
        self.restart()

    def _position(self, place: tuple[str, int]) -> int:
        known = self._positions.get(place)
        return self._broker.committed.get((self._group, *place), 0) if known is None else known


SimulatedStore.sessions = SimulatedSession
