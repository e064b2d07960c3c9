"""What queries may do: read one clinic's aggregates, or the network's, a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from shared.storage.documents import NETWORK, Collection
from shared.storage.store import Store
from shared.storage.time import freshness

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """An aggregate as it was read. `cursor` is where a page goes on after it."""

    aggregate: T
    version: int
    clinic: str
    cursor: str


@dataclass(frozen=True, slots=True)
class Reads:
    """Committed state. `clinic` None: the whole network, for roles that may.

    A clinic's reads of a collection of the network are a mistake of ours, and raise ValueError.
    """

    store: Store
    clinic: str | None

    def get(self, collection: Collection[T], aggregate_id: str) -> Read[T] | None:
        """The aggregate of the clinic, or None: another clinic's is as absent as no one's."""
        if self.clinic is None:
            return None
        self._must_be_a_clinics(collection)
        key = collection.key(self.clinic, aggregate_id)
        found = self.store.session().find(collection.name, [key])
        return _read(collection, found[0]) if found else None

    def several(self, collection: Collection[T], ids: Iterable[str]) -> list[Read[T]]:
        """The clinic's aggregates of these ids, as far as there are any, in no order."""
        keys = self._keys(collection, ids)
        found = self.store.session().find(collection.name, keys) if keys else []
        return [_read(collection, document) for document in found]

    def versions(self, collection: Collection[T], ids: Iterable[str]) -> dict[str, int]:
        """As `several`, but only the version of each: for who keeps what was read before."""
        keys = self._keys(collection, ids)
        found = self.store.session().versions(collection.name, keys) if keys else {}
        return {keys[key]: version for key, version in found.items()}

    def page(
        self, collection: Collection[T], *, after: str = "", limit: int = 0, **equals: object
    ) -> list[Read[T]]:
        """Aggregates whose state has these values, ascending by key, after cursor `after`."""
        fields = {f"state.{name}": value for name, value in equals.items()}
        if self.clinic is not None:
            self._must_be_a_clinics(collection)
            fields["clinic"] = self.clinic
        found = self.store.session().where(
            collection.name, fields, after=after or None, limit=limit
        )
        return [_read(collection, document) for document in found]

    def having(
        self, collection: Collection[T], field: str, *, since: object, limit: int, **equals: object
    ) -> list[Read[T]]:
        """The clinic's aggregates whose `field` of the state is beyond `since`, ascending by it;
        those that have none are left out. The field must be indexed."""
        self._must_be_a_clinics(collection)
        wanted = {f"state.{name}": value for name, value in equals.items()}
        found = self.store.session().where(
            collection.name,
            {"clinic": self.clinic, **wanted},
            order=f"state.{field}",
            after=since,
            limit=limit,
        )
        return [_read(collection, document) for document in found]

    def network_get(self, collection: Collection[T], aggregate_id: str) -> Read[T] | None:
        """The aggregate that belongs to the whole network; what of it the caller may see is for
        the caller's service to say."""
        if not collection.network:
            raise ValueError(f"{collection.name} belong to clinics: use get")
        key = collection.key(NETWORK, aggregate_id)
        found = self.store.session().find(collection.name, [key])
        return _read(collection, found[0]) if found else None

    def known_until(self, service: str, producer: str, subject: str) -> datetime | None:
        """As UnitOfWork.known_until, of this service about any subject."""
        return freshness.known_until(self.store.session(), service, producer, subject)

    def _keys(self, collection: Collection[T], ids: Iterable[str]) -> dict[str, str]:
        """The id of each key in the store."""
        if self.clinic is None:
            return {}
        self._must_be_a_clinics(collection)
        return {collection.key(self.clinic, each): each for each in ids}

    def _must_be_a_clinics(self, collection: Collection[T]) -> None:
        if collection.network:
            raise ValueError(f"{collection.name} belong to the network: use network_get")


def _read(collection: Collection[T], document: dict[str, object]) -> Read[T]:
    return Read(
        collection.aggregate(document),
        int(str(document["version"])),
        str(document["clinic"]),
        str(document["_id"]),
    )
