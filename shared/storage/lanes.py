"""Dead-letter lanes: a record that cannot be applied waits here, and its patient's later ones too.

`lanes` has one small document per parked patient, `letters` one per record with its own bytes.
A mirror of each letter goes to `<group>.dlq` through the journal, like any other record.
"""

from datetime import datetime

from shared.codec.cloudevents import KafkaRecord
from shared.contracts.topics import dead_letter_topic
from shared.storage import store
from shared.storage.journal import JOURNAL, packed, record_fields, unpacked
from shared.storage.steps import Origin, Step
from shared.storage.store import Document, Session

LANES, LETTERS = store.LANES, store.LETTERS
GAP, BEHIND = "sequence-gap", "behind-a-parked-event"


def letter(origin: Origin, code: str, reason: str, parked_at: datetime) -> Document:
    """A record that waits, byte for byte. `order` is set by the batch that parks it."""
    return {
        "_id": origin.id,
        "version": 1,
        "lane": origin.lane,
        "topic": origin.topic,
        "partition": origin.partition,
        "offset": origin.offset,
        "key": origin.key,
        "value": origin.value,
        "headers": packed(origin.headers),
        "code": code,
        "reason": reason,
        "parked_at": parked_at,
        "status": "parked",
    }


def origin_of(document: Document) -> Origin:
    return Origin(
        document["topic"],
        document["partition"],
        document["offset"],
        document["key"],
        document["value"],
        unpacked(document["headers"]),
    )


def mirror(document: Document, group: str) -> Document:
    """The journal document that makes the relay send a letter to the dead-letter topic."""
    origin = origin_of(document)
    about = {
        "origin-topic": origin.topic,
        "origin-partition": str(origin.partition),
        "origin-offset": str(origin.offset),
        "error-class": document["code"],
        "reason": document["reason"],
    }
    headers = (*origin.headers, *((name, text.encode()) for name, text in about.items()))
    key = origin.key if origin.key is not None else origin.id.encode()  # a client sends no nothing
    record = KafkaRecord(
        f"letter:{origin.id}", dead_letter_topic(group), key, origin.value, headers
    )
    return {
        "_id": f"letter:{origin.id}||{group}",
        "version": 1,
        "reader": group,
        "verdict": "parked",
        "recorded_at": document["parked_at"],
        "records": [record_fields(record)],
        "unsent": True,
        "unsealed": True,
        "keys": [],
        "order": document["order"],
    }


class Parking:
    """The lanes of one batch: which are parked already, and what this batch adds."""

    def __init__(self, session: Session, group: str, steps: list[Step], now: datetime) -> None:
        self._session, self._group, self._now = session, group, now
        keys = {step.origin.lane for step in steps if step.origin}
        self._lanes = {lane["_id"]: lane for lane in session.find(LANES, keys)}
        self._blocked = {key for key, lane in self._lanes.items() if lane["parked"]}
        self._letters: list[Document] = []

    def blocks(self, origin: Origin) -> bool:
        return origin.lane in self._blocked

    def park(self, origin: Origin, code: str, reason: str) -> None:
        self._letters.append(letter(origin, code, reason, self._now))
        self._blocked.add(origin.lane)

    def write(self) -> None:
        ids = {each["_id"] for each in self._letters}
        known = {each["_id"] for each in self._session.find(LETTERS, ids)}
        fresh = [each for each in self._letters if each["_id"] not in known]
        start = int(self._now.timestamp() * 1_000_000)
        for position, each in enumerate(fresh):
            each["order"] = start + position
        self._session.insert(LETTERS, fresh)
        self._session.insert(JOURNAL, [mirror(each, self._group) for each in fresh])
        self._write_lanes(fresh)

    def _write_lanes(self, fresh: list[Document]) -> None:
        """Touches the lane of every letter, so that a release at the same time conflicts."""
        heads = {each["lane"]: each for each in reversed(fresh)}
        changed = [_lane(head, self._lanes.get(key)) for key, head in heads.items()]
        self._session.insert(LANES, [each for each in changed if each["version"] == 1])
        self._session.replace(LANES, [each for each in changed if each["version"] > 1])


def _lane(head: Document, before: Document | None) -> Document:
    if before and before["parked"]:
        return before | {"version": before["version"] + 1}
    return {
        "_id": head["lane"],
        "version": before["version"] + 1 if before else 1,
        "parked": True,
        "code": head["code"],
        "reason": head["reason"],
        "since": head["parked_at"],
    }
