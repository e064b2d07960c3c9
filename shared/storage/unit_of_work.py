"""The unit of work: an identity map that many steps share and that is written once.

Handlers see only the `UnitOfWork` port. `Work` is its one implementation, over any store.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from shared.codec.cloudevents import KafkaRecord, to_kafka
from shared.contracts.envelope import Event
from shared.contracts.topics import TOPIC_OF, URGENT
from shared.kernel import trace_context
from shared.kernel.errors import NotYet
from shared.kernel.identifiers import derive
from shared.storage.documents import NETWORK, Collection
from shared.storage.store import Document, Session
from shared.storage.time.freshness import heard_until, is_withheld

T = TypeVar("T")
Key = tuple[str, str]
Need = tuple[Collection[Any], str]


class UnitOfWork(Protocol):
    """What a use case may do. Everything it sees and saves belongs to the event's clinic, or to
    the network where the collection says so."""

    @property
    def clinic(self) -> str:
        """The event's clinic."""

    @property
    def at(self) -> datetime:
        """When what the event says happened (decision 8)."""

    def get(self, collection: Collection[T], aggregate_id: str) -> T | None:
        """The aggregate, or None if this clinic has none of that id."""

    def ahead(self, collection: Collection[Any], aggregate_ids: Iterable[str]) -> None:
        """Reads at once what will be asked for one by one."""

    def require(self, collection: Collection[T], aggregate_id: str) -> T:
        """The aggregate; NotYet if it has not been heard of, which defers the event."""

    def find(self, collection: Collection[T], **equals: object) -> list[T]:
        """All aggregates of the clinic whose state has these values, ascending by id."""

    def save(self, collection: Collection[T], aggregate: T, *events: object) -> None:
        """Stages the aggregate's new state and the events (contract instances) it emits."""

    def add(self, collection: Collection[T], aggregate: T) -> None:
        """As `save`, of what cannot be there yet, so that nothing is read: if it is there after
        all, everything is refused with Conflict."""

    def known_until(self, producer: str) -> datetime | None:
        """Up to when all that the service `producer` said about the event's subject is known here.

        None: it cannot be said, because a partition was never heard of, or something about the
        subject waits here. Costs reads: ask where a decision rests on it.
        """

    def token(self) -> str:
        """A fresh random token that nobody can derive from anything."""


@dataclass(frozen=True, slots=True)
class Held:
    """One aggregate in the identity map; `aggregate` None: looked for and not there.

    `stamp` grows with every save of the document whatever the clocks say: the relay's order. It is
    not stored of what is de-identified, as it would tell by which step of whom it was saved: such a
    document must be saved together with one whose stamp gives them both their place.
    """

    collection: Collection[Any]
    clinic: str
    aggregate: Any = None
    version: int = 0
    sequence: int = 0
    stamp: int = 0
    changed: bool = False

    def document(self) -> Document:
        return {
            "_id": self.collection.key(self.clinic, self.collection.identity(self.aggregate)),
            "clinic": self.clinic,
            "version": self.version + 1,
            "sequence": self.sequence,
            "stamp": 0 if self.collection.deidentified else self.stamp,
            "state": self.collection.state(self.aggregate),
            **self.collection.wakes(self.aggregate),
        }


@dataclass(frozen=True, slots=True)
class Staged:
    """What one step did: the records it emits, what it created, its place in the relay's order.

    `urgent`: one of its records must not wait behind those of others (decision 19).
    """

    records: tuple[KafkaRecord, ...]
    created: tuple[str, ...]
    order: int
    urgent: bool = False


class Work:
    """The identity map of one transaction. One step at a time: `begin`, then `keep` or `drop`."""

    def __init__(
        self, service: str, session: Session, recorded_at: datetime, token: Callable[[], str]
    ) -> None:
        self._service = service
        self._session = session
        self._now_us = int(recorded_at.timestamp() * 1_000_000)
        self._held: dict[Key, Held] = {}
        self._staged: dict[Key, Held] = {}
        self._records: list[KafkaRecord] = []
        self._urgent = False
        self._heard: dict[str, datetime | None] = {}
        self._withheld: dict[str, bool] = {}
        self.token = token

    @property
    def clinic(self) -> str:
        return self._event.clinic

    @property
    def at(self) -> datetime:
        return self._event.time

    def prefetch(self, needs: Iterable[tuple[str, Need]]) -> None:
        """Loads what the steps said they will read: one `find` per collection."""
        wanted: dict[str, dict[str, Held]] = {}
        for clinic, (collection, aggregate_id) in needs:
            key = collection.key(clinic, aggregate_id)
            held = Held(collection, collection.owner(clinic))
            wanted.setdefault(collection.name, {})[key] = held
        for name, absent in wanted.items():
            self._held.update({(name, key): held for key, held in absent.items()})
            for document in self._session.find(name, absent):
                held = absent[document["_id"]]
                self._held[name, document["_id"]] = _loaded(held.collection, document)

    def begin(self, event: Event) -> None:
        self._event = event
        self.drop()

    def keep(self) -> Staged:
        """Takes the step's changes into the map; nothing is written before `write`."""
        order = max((held.stamp for held in self._staged.values()), default=self._now_us)
        staged = Staged(
            tuple(self._records),
            tuple(
                _reference(held)
                for key, held in self._staged.items()
                # What there is of the network is not for a clinic to know.
                if self._is_created(key) and not held.collection.network
            ),
            order,
            self._urgent,
        )
        # All of them, or the next step on the one with the lowest stamp would go out before this.
        self._held.update((key, _stamped(held, order)) for key, held in self._staged.items())
        self.drop()
        return staged

    def drop(self) -> None:
        self._staged, self._records, self._urgent = {}, [], False

    def get(self, collection: Collection[T], aggregate_id: str) -> T | None:
        aggregate: T | None = self._hold(collection, aggregate_id).aggregate
        return aggregate

    def ahead(self, collection: Collection[Any], aggregate_ids: Iterable[str]) -> None:
        unread = [
            (self.clinic, (collection, each))
            for each in aggregate_ids
            if self._key(collection, each) not in self._held.keys() | self._staged.keys()
        ]
        self.prefetch(unread)

    def require(self, collection: Collection[T], aggregate_id: str) -> T:
        aggregate = self.get(collection, aggregate_id)
        if aggregate is None:
            raise NotYet(collection.name, collection.key(self.clinic, aggregate_id))
        return aggregate

    def find(self, collection: Collection[T], **equals: object) -> list[T]:
        clinic = collection.owner(self.clinic)
        fields = {f"state.{name}": value for name, value in equals.items()} | {"clinic": clinic}
        for document in self._session.where(collection.name, fields):
            self._held.setdefault((collection.name, document["_id"]), _loaded(collection, document))
        known = {**self._held, **self._staged}
        return [
            held.aggregate
            for (name, _), held in sorted(known.items(), key=lambda item: item[0])
            if name == collection.name and held.clinic == clinic and _matches(held, equals)
        ]

    def save(self, collection: Collection[T], aggregate: T, *events: object) -> None:
        key = self._key(collection, collection.identity(aggregate))
        held = self._staged.get(key) or self._held.get(key)
        held = held or self._hold(collection, collection.identity(aggregate))
        for offset, data in enumerate(events, 1):
            self._records.append(self._record(collection, aggregate, held.sequence + offset, data))
        self._urgent |= any(_kind(each) in URGENT for each in events)
        self._staged[key] = Held(
            collection,
            held.clinic,
            aggregate,
            held.version,
            sequence=held.sequence + len(events),
            stamp=max(self._now_us, held.stamp + 1),
            changed=True,
        )

    def add(self, collection: Collection[T], aggregate: T) -> None:
        self._held.setdefault(
            self._key(collection, collection.identity(aggregate)),
            Held(collection, collection.owner(self.clinic)),
        )
        self.save(collection, aggregate)

    def known_until(self, producer: str) -> datetime | None:
        if producer not in self._heard:
            self._heard[producer] = heard_until(self._session, self._service, producer)
        until, subject = self._heard[producer], self._event.subject
        if until and subject not in self._withheld:
            self._withheld[subject] = is_withheld(self._session, self._service, subject)
        return None if self._withheld.get(subject) else until

    def write(self) -> None:
        """Writes every changed aggregate: one bulk write per collection."""
        changed = [held for held in self._held.values() if held.changed]
        for name in dict.fromkeys(held.collection.name for held in changed):
            mine = [held for held in changed if held.collection.name == name]
            self._session.insert(name, [held.document() for held in mine if _is_new(held)])
            self._session.replace(name, [held.document() for held in mine if not _is_new(held)])

    def version(self, need: Need) -> int:
        """The stored version of a document, 0 where there is none."""
        return self._hold(*need).version

    def _is_created(self, key: Key) -> bool:
        before = self._held.get(key)
        return before is None or before.aggregate is None

    def _key(self, collection: Collection[Any], aggregate_id: str) -> Key:
        return collection.name, collection.key(self.clinic, aggregate_id)

    def _hold(self, collection: Collection[Any], aggregate_id: str) -> Held:
        key = self._key(collection, aggregate_id)
        if key in self._staged:
            return self._staged[key]
        if key not in self._held:
            self.prefetch([(self.clinic, (collection, aggregate_id))])
        return self._held[key]

    def _record(
        self, collection: Collection[T], aggregate: T, sequence: int, data: Any
    ) -> KafkaRecord:
        cause, aggregate_id = self._event, collection.identity(aggregate)
        path = f"{self._service}/{collection.name}/{aggregate_id}"
        source = _source(collection, cause.clinic, path)
        event_id = derive(source, str(sequence))
        event = Event(
            id=event_id,
            source=source,
            type=data.type,
            subject=collection.subject(aggregate),
            time=cause.time,
            clinic=cause.clinic,
            data=data,
            sequence=sequence,
            correlationid=cause.correlationid or cause.id,
            causationid=cause.id,
            traceparent=trace_context.following(cause.traceparent, source, event_id),
        )
        return to_kafka(event, TOPIC_OF[data.type].name, named=not collection.deidentified)


def _loaded(collection: Collection[Any], document: Document) -> Held:
    return Held(
        collection,
        document["clinic"],
        collection.aggregate(document),
        document["version"],
        document["sequence"],
        document["stamp"],
    )


def _source(collection: Collection[Any], clinic: str, path: str) -> str:
    """Of whatever clinic's events, one document counts its own in one source."""
    if collection.deidentified:
        return f"/{path}"
    return f"/{NETWORK}/{path}" if collection.network else f"/clinics/{clinic}/{path}"


def _reference(held: Held) -> str:
    return f"{held.collection.name}/{held.collection.identity(held.aggregate)}"


def _stamped(held: Held, order: int) -> Held:
    return held if held.stamp == order else replace(held, stamp=order)


def _kind(data: Any) -> str:
    kind: str = data.type
    return kind


def _is_new(held: Held) -> bool:
    return held.version == 0


def _matches(held: Held, equals: dict[str, object]) -> bool:
    found = held.aggregate
    return found is not None and all(getattr(found, name) == v for name, v in equals.items())
