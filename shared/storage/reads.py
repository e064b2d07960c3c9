"""What queries may do: read one clinic's aggregates, or the network's, a page at a time."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.storage.documents import Collection
from shared.storage.store import Store

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
    """Committed state. `clinic` None: the whole network, for roles that may."""

    store: Store
    clinic: str | None

    def get(self, collection: Collection[T], aggregate_id: str) -> Read[T] | None:
        """The aggregate of the clinic, or None: another clinic's is as absent as no one's."""
        if self.clinic is None:
            return None
        key = collection.key(self.clinic, aggregate_id)
        found = self.store.session().find(collection.name, [key])
        return _read(collection, found[0]) if found else None

    def page(
        self, collection: Collection[T], *, after: str = "", limit: int = 0, **equals: object
    ) -> list[Read[T]]:
        """Aggregates whose state has these values, ascending by key, after cursor `after`."""
        fields = {f"state.{name}": value for name, value in equals.items()}
        if self.clinic is not None:
            fields["clinic"] = self.clinic
        found = self.store.session().where(
            collection.name, fields, after=after or None, limit=limit
        )
        return [_read(collection, document) for document in found]


def _read(collection: Collection[T], document: dict[str, object]) -> Read[T]:
    return Read(
        collection.aggregate(document),
        int(str(document["version"])),
        str(document["clinic"]),
        str(document["_id"]),
    )
