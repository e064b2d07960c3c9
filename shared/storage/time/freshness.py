"""How old is what we know: up to when each partition that we hear is in our store.

One small document per (topic, partition), written by the consumer from the relays' heartbeats.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.contracts.topics import Topic, heard_by
from shared.kernel.errors import Conflict
from shared.storage.store import FRESHNESS, JOURNAL, LANES, Document, Session


@dataclass(frozen=True, slots=True)
class Beat:
    """Of this partition, all that its producer had committed by `until` is before this."""

    topic: str
    partition: int
    until: datetime
    partitions: int

    @property
    def key(self) -> str:
        return f"{self.topic}/{self.partition}"


def note(session: Session, beats: Iterable[Beat]) -> None:
    """Keeps the last beat of each partition, also where it is of an earlier time than the one
    before: then a clock was set back, or a partition is read again."""
    last = {each.key: _fields(each) for each in beats}
    known = {each["_id"] for each in session.find(FRESHNESS, last)}
    new = [{"_id": key, **fields} for key, fields in last.items() if key not in known]
    try:
        session.insert(FRESHNESS, new)
    except Conflict:
        return  # another member was first; the next beat is soon
    session.patch(FRESHNESS, {key: fields for key, fields in last.items() if key in known})


def heard_until(session: Session, service: str, producer: str) -> datetime | None:
    """Up to when this service has all that the producer told it; None: it cannot be said."""
    topics = [each for each in heard_by(service) if each.producer == producer]
    names = tuple(each.name for each in topics)
    found = session.where(FRESHNESS, {"topic": names}) if topics else []
    moments = [_complete(topic, found) for topic in topics]
    known = [each for each in moments if each is not None]
    return min(known) if known and len(known) == len(moments) else None


def is_withheld(session: Session, service: str, subject: str) -> bool:
    """Whether something heard of the subject waits here, parked or deferred: then what its
    aggregates say may be older than any heartbeat."""
    if any(lane["parked"] for lane in session.find(LANES, [subject])):
        return True
    waiting = {"verdict": "deferred", "subject": subject, "reader": service}
    return bool(session.where(JOURNAL, waiting, order="order", limit=1))


def known_until(session: Session, service: str, producer: str, subject: str) -> datetime | None:
    """Up to when this service knows all that the producer said about the subject."""
    until = heard_until(session, service, producer)
    return None if until is None or is_withheld(session, service, subject) else until


def _complete(topic: Topic, found: Sequence[Document]) -> datetime | None:
    mine = [each for each in found if each["topic"] == topic.name]
    partitions = max((each["partitions"] for each in mine), default=0)
    moments = [each["until"] for each in mine]
    return min(moments) if mine and len(mine) >= partitions else None


def _fields(beat: Beat) -> Document:
    return {
        "topic": beat.topic,
        "partition": beat.partition,
        "until": beat.until,
        "partitions": beat.partitions,
    }
