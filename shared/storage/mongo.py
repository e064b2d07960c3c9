"""The store on MongoDB. The only room that knows pymongo; every durability setting is explicit.

Settings and their measured reasons: majority writes with journal, snapshot transactions.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from functools import cache
from typing import Any, TypeVar

from bson.codec_options import CodecOptions
from bson.errors import BSONError, InvalidDocument
from pymongo import ASCENDING, MongoClient, ReplaceOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection as Stored
from pymongo.database import Database
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from shared.kernel.errors import Conflict, Malformed, Unavailable
from shared.runtime import failpoints
from shared.storage.documents import Collection
from shared.storage.store import JOURNAL, LANES, LETTERS, OWN, PROCESSES, Document

T = TypeVar("T")
_DUPLICATE, _WRITE_CONFLICT, _NO_SUCH_TRANSACTION = 11000, 112, 251
_MAJORITY = WriteConcern(w="majority", j=True, wtimeout=10_000)
_COMMIT_MS_MAX = 5000
_CODEC: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
_COMMIT_ATTEMPTS = 3
_INDEXES: tuple[tuple[str, str, list[tuple[str, int]], dict[str, Any]], ...] = (
    (JOURNAL, "unsent", [("order", 1)], {"unsent": True}),
    (JOURNAL, "unsent_keys", [("keys", 1), ("order", 1)], {"unsent": True}),
    (JOURNAL, "urgent", [("order", 1)], {"urgent": True}),
    (JOURNAL, "deferred", [("order", 1)], {"verdict": "deferred"}),
    (JOURNAL, "site_sequence", [("source", 1), ("sequence", 1)], {"reader": "site"}),
    (LANES, "parked", [("since", 1)], {"parked": True}),
    (LETTERS, "waiting", [("order", 1)], {"status": "parked"}),
)
"""(collection, name, keys, of which documents)."""
_SILENT_FOR_S = 86_400
"""How long a process that has ended is remembered."""


class MongoStore:
    """One database. Made after fork, one per process."""

    def __init__(self, uri: str) -> None:
        self._client: MongoClient[Document] = MongoClient(
            uri,
            serverSelectionTimeoutMS=5000,
            socketTimeoutMS=20_000,
            connectTimeoutMS=3000,
            retryWrites=True,
            retryReads=True,
            tz_aware=True,
            uuidRepresentation="standard",
            appname="kap",
        )
        self._database: Database[Document] = self._client.get_default_database().with_options(
            codec_options=_CODEC,
            read_concern=ReadConcern("majority"),
            write_concern=_MAJORITY,
            read_preference=ReadPreference.PRIMARY,
        )
        self._named = cache(self._database.get_collection)

    def transact(self, work: Callable[["MongoSession"], T]) -> T:
        try:
            with self._client.start_session() as session:
                with session.start_transaction(
                    ReadConcern("snapshot"), _MAJORITY, ReadPreference.PRIMARY, _COMMIT_MS_MAX
                ):
                    result = work(MongoSession(self._named, session))
                    failpoints.reach("store.before_commit")
                    _commit(session)
                return result
        except (PyMongoError, BSONError, OverflowError) as error:
            raise _ours(error) from error

    def session(self) -> "MongoSession":
        return MongoSession(self._named, None)

    def ping(self) -> None:
        """Raises Unavailable if there is no primary to write to."""
        try:
            self._client.admin.command("ping")
        except PyMongoError as error:
            raise _ours(error) from error

    def prepare(self, collections: Sequence[Collection[Any]]) -> None:
        """Creates collections and indexes (a transaction must find them there)."""
        try:
            present = set(self._database.list_collection_names())
            for name in {*OWN, *(each.name for each in collections)} - present:
                self._create(name)
            for name, index, keys, where in _INDEXES:
                self._database[name].create_index(keys, name=index, partialFilterExpression=where)
            self._database[LETTERS].create_index([("lane", 1), ("order", 1)], name="lane")
            self._database[PROCESSES].create_index(
                [("at", 1)], name="at", expireAfterSeconds=_SILENT_FOR_S
            )
            for collection in collections:
                self._index(collection)
        except PyMongoError as error:
            raise _ours(error) from error

    def close(self) -> None:
        self._client.close()

    def _index(self, collection: Collection[Any]) -> None:
        within = self._database[collection.name]
        for fields in collection.indexes:
            within.create_index(
                [("clinic", ASCENDING), *((f"state.{each}", ASCENDING) for each in fields)],
                name="_".join(fields),
            )
        if collection.wake:
            within.create_index([("wake_at", ASCENDING)], name="wake_at", sparse=True)

    def _create(self, name: str) -> None:
        try:
            self._database.create_collection(name, check_exists=False)
        except OperationFailure as error:
            if error.code != 48:  # NamespaceExists: another process of this service was first
                raise


class MongoSession:
    """See `shared.storage.store.Session`.

    One document is written with the driver's command for one: its bulk writes cost twice as much.
    """

    def __init__(
        self, named: Callable[[str], Stored[Document]], session: ClientSession | None
    ) -> None:
        self._named, self._session = named, session

    def find(self, collection: str, ids: Iterable[str]) -> list[Document]:
        wanted = list(ids)
        if not wanted:
            return []
        one_or_any = wanted[0] if len(wanted) == 1 else {"$in": wanted}
        return self._read(collection, {"_id": one_or_any}, "_id", 0)

    def versions(self, collection: str, ids: Iterable[str]) -> dict[str, int]:
        """The field stands before the state, so that none of it is looked through."""
        query: Document = {"_id": {"$in": list(ids)}}
        cursor = self._named(collection).find(query, {"version": 1}, session=self._session)
        return self._write(lambda: {each["_id"]: each["version"] for each in cursor})

    def where(
        self,
        collection: str,
        equals: Mapping[str, object],
        *,
        order: str = "_id",
        after: object = None,
        limit: int = 0,
    ) -> list[Document]:
        return self._read(collection, _query(equals, order, after), order, limit)

    def count(
        self,
        collection: str,
        equals: Mapping[str, object],
        *,
        order: str = "_id",
        after: object = None,
        limit: int,
    ) -> int:
        stages: list[Document] = [
            {"$match": _query(equals, order, after)},
            {"$sort": {order: ASCENDING}},
            {"$limit": limit},
            {"$count": "found"},
        ]
        within = self._named(collection)
        found = self._write(lambda: list(within.aggregate(stages, session=self._session)))
        return int(found[0]["found"]) if found else 0

    def values(
        self,
        collection: str,
        field: str,
        equals: Mapping[str, object],
        *,
        after: object = None,
        limit: int = 0,
    ) -> list[Any]:
        query = _query(equals, field, after)
        found = self._read(collection, query, field, limit, {"_id": 0, field: 1})
        return [_at(each, field) for each in found]

    def insert(self, collection: str, documents: Sequence[Document]) -> None:
        into = self._named(collection)
        if len(documents) == 1:
            self._write(lambda: into.insert_one(documents[0], session=self._session))
        elif documents:
            self._write(lambda: into.insert_many(documents, ordered=True, session=self._session))

    def replace(self, collection: str, documents: Sequence[Document]) -> None:
        if not documents:
            return
        within, changes = self._named(collection), [(_before(each), each) for each in documents]
        if len(documents) == 1:
            found = self._write(lambda: within.replace_one(*changes[0], session=self._session))
            matched = found.matched_count
        else:
            requests = [ReplaceOne(*each) for each in changes]
            done = self._write(lambda: within.bulk_write(requests, session=self._session))
            matched = done.matched_count
        if matched != len(documents):
            raise Conflict(f"a document of {collection} has changed")

    def patch(self, collection: str, changes: Mapping[str, Mapping[str, object]]) -> None:
        if changes:
            requests = [UpdateOne({"_id": key}, _update(fields)) for key, fields in changes.items()]
            self._write(
                lambda: self._named(collection).bulk_write(
                    requests, ordered=False, session=self._session
                )
            )

    def _read(
        self,
        collection: str,
        query: dict[str, object],
        order: str,
        limit: int,
        only: Mapping[str, int] | None = None,
    ) -> list[Document]:
        cursor = self._named(collection).find(query, only, session=self._session, limit=limit)
        if order != "_id" or "_id" not in query:
            cursor = cursor.sort(order, ASCENDING)
        return self._write(lambda: list(cursor))

    def _write(self, action: Callable[[], T]) -> T:
        if self._session:
            return action()  # errors are translated once, around the whole transaction
        try:
            return action()
        except (PyMongoError, BSONError, OverflowError) as error:
            raise _ours(error) from error


def _query(equals: Mapping[str, object], order: str, after: object) -> dict[str, object]:
    query: dict[str, object] = {
        name: {"$in": list(wanted)} if isinstance(wanted, tuple) else wanted
        for name, wanted in equals.items()
    }
    if after is not None:
        query[order] = {"$gt": after}
    return query


def _at(document: Document, path: str) -> Any:
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _before(document: Document) -> dict[str, object]:
    """What finds the version that this one replaces."""
    return {"_id": document["_id"], "version": document["version"] - 1}


def _update(fields: Mapping[str, object]) -> dict[str, dict[str, object]]:
    changes: dict[str, dict[str, object]] = {
        "$set": {name: value for name, value in fields.items() if value is not None},
        "$unset": {name: "" for name, value in fields.items() if value is None},
    }
    return {operator: values for operator, values in changes.items() if values}


def _commit(session: ClientSession) -> None:
    """Commits; an unknown result is asked again, which MongoDB answers without doing it twice."""
    for attempt in range(1, _COMMIT_ATTEMPTS + 1):
        try:
            session.commit_transaction()
            return
        except PyMongoError as error:
            unknown = error.has_error_label("UnknownTransactionCommitResult")
            if not unknown or attempt == _COMMIT_ATTEMPTS:
                raise


def _ours(error: Exception) -> Exception:
    """The kernel's word for a driver's error. Texts are ours: a driver's may quote a document."""
    if isinstance(error, DuplicateKeyError | BulkWriteError) or _code(error) in (
        _WRITE_CONFLICT,
        _DUPLICATE,
        _NO_SUCH_TRANSACTION,
    ):
        return Conflict("a concurrent writer won")
    if isinstance(
        error, AutoReconnect | ConnectionFailure | ServerSelectionTimeoutError | ExecutionTimeout
    ):
        return Unavailable("MongoDB is away")
    if isinstance(error, InvalidDocument | BSONError | OverflowError):
        return Malformed("", "a value that the store cannot hold")
    if isinstance(error, InvalidOperation):
        return Unavailable("the MongoDB client is closed")
    return Unavailable(f"MongoDB refused: code {_code(error)}")


def _code(error: Exception) -> int | None:
    return error.code if isinstance(error, OperationFailure) else None
