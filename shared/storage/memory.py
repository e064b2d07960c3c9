"""The store as a dictionary: for the simulation and the fast tests, held to MongoDB's behaviour."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import RLock
from typing import Any, TypeVar

from shared.kernel.errors import Conflict
from shared.storage.store import Document

T = TypeVar("T")


class MemoryStore:
    """Transactions run one after the other and roll back by forgetting a copy."""

    def __init__(self) -> None:
        self.collections: dict[str, dict[str, Document]] = {}
        self._lock = RLock()

    def transact(self, work: Callable[["MemorySession"], T]) -> T:
        with self._lock:
            session = MemorySession(self.collections)
            result = work(session)
            session.commit()
            return result

    def session(self) -> "MemorySession":
        return MemorySession(self.collections, writes_through=True)


class MemorySession:
    """Writes wait in `_written` until commit, and are read back from there."""

    def __init__(
        self, collections: dict[str, dict[str, Document]], *, writes_through: bool = False
    ) -> None:
        self._collections = collections
        self._written: dict[str, dict[str, Document]] = {}
        self._writes_through = writes_through

    def find(self, collection: str, ids: Iterable[str]) -> list[Document]:
        return [copy.copy(each) for key in set(ids) if (each := self._get(collection, key))]

    def versions(self, collection: str, ids: Iterable[str]) -> dict[str, int]:
        return {each["_id"]: each["version"] for each in self.find(collection, ids)}

    def where(
        self,
        collection: str,
        equals: Mapping[str, object],
        *,
        order: str = "_id",
        after: object = None,
        limit: int = 0,
    ) -> list[Document]:
        held = self._collections.get(collection, {}) | self._written.get(collection, {})
        found = [each for each in held.values() if _matches(each, equals)]
        if after is not None:
            found = [each for each in found if _is_after(_value(each, order), after)]
        found.sort(key=lambda each: _value(each, order))
        return [copy.copy(each) for each in (found[:limit] if limit else found)]

    def count(
        self,
        collection: str,
        equals: Mapping[str, object],
        *,
        order: str = "_id",
        after: object = None,
        limit: int,
    ) -> int:
        return len(self.where(collection, equals, order=order, after=after, limit=limit))

    def values(
        self,
        collection: str,
        field: str,
        equals: Mapping[str, object],
        *,
        after: object = None,
        limit: int = 0,
    ) -> list[Any]:
        found = self.where(collection, equals, order=field, after=after, limit=limit)
        return [_value(each, field) for each in found]

    def insert(self, collection: str, documents: Sequence[Document]) -> None:
        for document in documents:
            if self._get(collection, document["_id"]):
                raise Conflict(f"{collection}/{document['_id']} exists")
            self._put(collection, document)
        self._commit_if_alone()

    def replace(self, collection: str, documents: Sequence[Document]) -> None:
        for document in documents:
            before = self._get(collection, document["_id"])
            if before is None or before["version"] != document["version"] - 1:
                raise Conflict(f"{collection}/{document['_id']} has changed")
            self._put(collection, document)
        self._commit_if_alone()

    def patch(self, collection: str, changes: Mapping[str, Mapping[str, object]]) -> None:
        for key, fields in changes.items():
            if before := self._get(collection, key):
                changed = {k: v for k, v in (before | dict(fields)).items() if v is not None}
                self._put(collection, changed)
        self._commit_if_alone()

    def commit(self) -> None:
        for name, documents in self._written.items():
            self._collections.setdefault(name, {}).update(documents)
        self._written = {}

    def _commit_if_alone(self) -> None:
        if self._writes_through:
            self.commit()

    def _get(self, collection: str, key: str) -> Document | None:
        written = self._written.get(collection, {}).get(key)
        return written or self._collections.get(collection, {}).get(key)

    def _put(self, collection: str, document: Document) -> None:
        self._written.setdefault(collection, {})[document["_id"]] = document


def _matches(document: Document, equals: Mapping[str, object]) -> bool:
    return all(
        _equals(_value(document, name), wanted if isinstance(wanted, tuple) else (wanted,))
        for name, wanted in equals.items()
    )


def _equals(value: Any, wanted: tuple[object, ...]) -> bool:
    return value in wanted or (isinstance(value, list) and any(each in wanted for each in value))


def _is_after(value: Any, cursor: Any) -> bool:
    """Never where there is no value: a cursor passes over documents without the field."""
    if isinstance(value, list):
        return any(each > cursor for each in value)
    return value is not None and bool(value > cursor)


def _value(document: Document, path: str) -> Any:
    value: Any = document
    for name in path.split("."):
        if isinstance(value, list):  # as in MongoDB: the field of each of them
            value = [each[name] for each in value if isinstance(each, dict) and name in each]
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value
