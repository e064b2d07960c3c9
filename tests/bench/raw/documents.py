"""The very documents that our processes wrote, cut into the transactions that wrote them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo.database import Database

Document = dict[str, Any]
Key = tuple[str, str]
JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction: what it inserts and what it replaces, by collection."""

    inserts: dict[str, list[Document]] = field(default_factory=dict)
    replaces: dict[str, list[Document]] = field(default_factory=dict)
    events: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """`before` are the documents that must be there for the first replacement to find them."""

    before: dict[str, list[Document]]
    batches: list[Batch]


def written(
    database: Database[Document], groups: Sequence[Sequence[str]], aggregate: str
) -> Written:
    """The transactions that wrote these journal documents (a group each) and their state.

    `aggregate` is the collection whose document every accepted step of a patient rewrites.
    """
    journal = _found(database, JOURNAL, [key for group in groups for key in group])
    touched = [_touched([journal[key] for key in group], aggregate) for group in groups]
    state = _states(database, {key for keys in touched for key in keys})
    left = Counter(key for keys in touched for key in keys)
    before: dict[str, list[Document]] = defaultdict(list)
    batches = []
    seen: set[Key] = set()
    for group, keys in zip(groups, touched, strict=True):
        batch = Batch(inserts={JOURNAL: [journal[key] for key in group]}, events=len(group))
        for key in keys:
            left[key] -= 1
            document = state[key] | {"version": state[key]["version"] - left[key]}
            is_new = document["version"] == 1
            if not is_new and key not in seen:
                before[key[0]].append(document | {"version": document["version"] - 1})
            seen.add(key)
            (batch.inserts if is_new else batch.replaces).setdefault(key[0], []).append(document)
        batches.append(batch)
    return Written(dict(before), batches)


def without_state(done: Written) -> Written:
    """Only the journal documents: one document per event."""
    batches = [Batch({JOURNAL: each.inserts[JOURNAL]}, {}, each.events) for each in done.batches]
    return Written({}, batches)


def batches_of(database: Database[Document], since: Any) -> list[list[str]]:
    """Journal ids by transaction: all steps of a consumer's batch have one `recorded_at`."""
    groups: dict[Any, list[str]] = defaultdict(list)
    found = database[JOURNAL].find({"recorded_at": {"$gte": since}}, {"recorded_at": 1})
    for document in found.sort([("recorded_at", 1), ("order", 1)]):
        groups[document["recorded_at"]].append(document["_id"])
    return list(groups.values())


def _touched(documents: Sequence[Document], aggregate: str) -> list[Key]:
    """Each state document once, however many steps of the transaction changed it."""
    keys: dict[Key, None] = {}
    for document in documents:
        keys.update((key, None) for key in _state_keys(document, aggregate))
    return list(keys)


def _state_keys(document: Document, aggregate: str) -> Iterator[Key]:
    if document["verdict"] == "accepted":
        yield aggregate, f"{document['clinic']}/{document['subject']}"
        for reference in document["created"]:
            collection, _, identity = reference.partition("/")
            yield collection, f"{document['clinic']}/{identity}"


def _states(database: Database[Document], keys: set[Key]) -> dict[Key, Document]:
    by_collection: dict[str, list[str]] = defaultdict(list)
    for collection, identity in keys:
        by_collection[collection].append(identity)
    return {
        (collection, identity): document
        for collection, identities in by_collection.items()
        for identity, document in _found(database, collection, identities).items()
    }


def _found(database: Database[Document], collection: str, ids: list[str]) -> dict[str, Document]:
    return {each["_id"]: each for each in database[collection].find({"_id": {"$in": ids}})}
