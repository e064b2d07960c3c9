"""The store as a port: few verbs that MongoDB and a dictionary can both keep exactly.

A document is a dict with `_id` and, if it is an aggregate's, `version`. Field names may be dotted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

Document = dict[str, Any]
T = TypeVar("T")
JOURNAL, LANES, LETTERS, LEASES, FRESHNESS, SIGHTINGS, PROCESSES = (
    "journal",
    "lanes",
    "letters",
    "leases",
    "freshness",
    "sightings",
    "processes",
)
OWN = (JOURNAL, LANES, LETTERS, LEASES, FRESHNESS, SIGHTINGS, PROCESSES)
"""The collections that every service has, whatever its aggregates."""


class Session(Protocol):
    """Reads and writes; inside `Store.transact` they are one atomic, isolated whole."""

    def find(self, collection: str, ids: Iterable[str]) -> list[Document]:
        """The documents that exist among `ids`, in no order."""

    def versions(self, collection: str, ids: Iterable[str]) -> dict[str, int]:
        """The version of every aggregate that exists among `ids`; nothing else of it is read."""

    def where(
        self,
        collection: str,
        equals: Mapping[str, object],
        *,
        order: str = "_id",
        after: object = None,
        limit: int = 0,
    ) -> list[Document]:
        """Documents whose fields equal the given values, ascending by `order`, from `after` on
        (which leaves out those that have no such field).

        A tuple as value means: equal to one of these. A field that is a list equals a value that
        is in it. `limit` 0: all.
        """

    def count(
        self,
        collection: str,
        equals: Mapping[str, object],
        *,
        order: str = "_id",
        after: object = None,
        limit: int,
    ) -> int:
        """How many `where` would find, counted to `limit` at most; none of them is sent.

        `order` says along which index.
        """

    def values(
        self,
        collection: str,
        field: str,
        equals: Mapping[str, object],
        *,
        after: object = None,
        limit: int = 0,
    ) -> list[Any]:
        """The values of one field of what `where` would find by it; nothing else is sent."""

    def insert(self, collection: str, documents: Sequence[Document]) -> None:
        """Adds new documents; an `_id` that exists already raises Conflict."""

    def replace(self, collection: str, documents: Sequence[Document]) -> None:
        """Replaces documents of the version before theirs; any other version raises Conflict."""

    def patch(self, collection: str, changes: Mapping[str, Mapping[str, object]]) -> None:
        """Sets fields of documents by id (None removes the field); unknown ids are passed over."""


class Store(Protocol):
    """One service's database."""

    def transact(self, work: Callable[[Session], T]) -> T:
        """Runs `work`, which must be repeatable and pure but for its session, all or nothing.

        Raises Conflict if a concurrent writer won, Unavailable if the outcome is not known.
        """

    def session(self) -> Session:
        """Outside any transaction: reads of committed state, each write durable by itself."""
