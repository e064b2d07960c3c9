"""The memory store with snapshots, races and faults: what MongoDB may do, at a dice's throw.

A transaction that is raced sees the snapshot it began with; of two writers the second loses.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from shared.kernel.errors import Conflict, Unavailable
from shared.storage.journal import JOURNAL
from shared.storage.memory import MemorySession, MemoryStore
from shared.storage.steps import SITE
from shared.storage.store import Document
from tests.simulation.faults import LONGEST_AWAY, LONGEST_BURST, Faults

T = TypeVar("T")
Collections = dict[str, dict[str, Document]]
_DECIDED = ("accepted", "rejected", "ignored", "invalid")


class SimulatedStore(MemoryStore):
    """One service's database. `rival` lets another process of the service have its turn.

    `applied` is what consumers decided, in the order of the commits: (reader, source, sequence).
    """

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self.faults = faults
        self.rival: Callable[[], None] = lambda: None
        self.waiting: dict[str, Document] = {}
        self.applied: list[tuple[str, str, int]] = []
        self._conflicts = self._away = 0

    def transact(self, work: Callable[[MemorySession], T]) -> T:
        self._before()
        raced = self.faults.bites("raced in a transaction")
        seen = {name: dict(held) for name, held in self.collections.items()} if raced else None
        session = SimulatedSession(self, self.collections if seen is None else seen)
        result = work(session)
        self.faults.crash("crash in a transaction")
        self.faults.away("store away in a transaction")
        if seen is not None:
            self.rival()
            self._check_unchanged(session, seen)
        session.commit()
        self.faults.crash("crash after a commit")
        self.faults.away("store away after the commit")
        return result

    def session(self) -> "SimulatedSession":
        return SimulatedSession(self, self.collections, writes_through=True)

    def take(self, written: Collections) -> None:
        """Commits, and keeps the index of what the relay and the sweeps look for."""
        for name, documents in written.items():
            self.collections.setdefault(name, {}).update(documents)
        for key, document in written.get(JOURNAL, {}).items():
            verdict = document["verdict"]
            if verdict in _DECIDED and document["reader"] != SITE and "sent_at" not in document:
                self._note(document)
            if verdict == "deferred" or document.get("unsent"):
                self.waiting[key] = document
            else:
                self.waiting.pop(key, None)

    def _note(self, document: Document) -> None:
        place = (document["reader"], document["source"], document["sequence"] or 0)
        if document["sequence"]:
            self.applied.append(place)

    def _before(self) -> None:
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

    def _check_unchanged(self, session: "SimulatedSession", seen: Collections) -> None:
        for name, documents in session.written.items():
            now, then = self.collections.get(name, {}), seen.get(name, {})
            if any(now.get(key) is not then.get(key) for key in documents):
                self.faults.lose_race()


class SimulatedSession(MemorySession):
    """As its parent; the journal's two questions are answered from an index, as in MongoDB."""

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
        write()
        faults.crash("crash after a write outside")
        faults.away("store away after a write outside")
