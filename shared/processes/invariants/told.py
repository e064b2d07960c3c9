"""What the service told (I1, I3, I4, I5, I6, I10): its journal against its own topics.

The topics are read before the journal: what a record came of is in the journal by then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from shared.codec.cloudevents import KafkaRecord
from shared.contracts.topics import TOPICS, Topic, dead_letter_topic
from shared.kernel.identifiers import derive
from shared.messaging.broker import Log
from shared.messaging.consumer import beat_of
from shared.processes.invariants.finding import Finding
from shared.processes.invariants.paging import pages
from shared.processes.invariants.scratch import Scratch
from shared.storage.journal import JOURNAL, records_of
from shared.storage.steps import Origin
from shared.storage.store import Document, Session

TABLES = """
CREATE TABLE log (topic TEXT, part INT, place INT, id TEXT, source TEXT, number INT, hash TEXT,
explained INT, PRIMARY KEY (topic, part, place)) WITHOUT ROWID;
CREATE INDEX ids ON log (id);
"""
PLACED = "I1 I4 I6 I10 what was sent stands on Kafka where it was put, unchanged"
CAUSED = "I3 every record on the service's topics was caused by a step of its journal"
ORDERED = "I5 each source's events are numbered 1, 2, 3 without a gap, in order"
_PAGE = 1000
_AT = "SELECT id, hash FROM log WHERE topic = ? AND part = ? AND place = ?"
_EXPLAIN = "UPDATE log SET explained = 1 WHERE id = ?"
_GHOSTS = "SELECT topic, part, place FROM log WHERE explained = 0 ORDER BY topic, part, place"
_COUNT = "SELECT count(*) FROM log"
_NUMBERED = """
SELECT topic, part, place, id, source, number FROM log WHERE id != ''
ORDER BY topic, source, part, place
"""


@dataclass
class Told:
    """One look. `spans`: of each topic's partitions, what was there to be read."""

    service: str
    session: Session
    log: Log
    scratch: Scratch

    def look(self) -> list[Finding]:
        """Raises Unavailable."""
        own = [each for each in TOPICS if each.producer == self.service]
        named = [each.name for each in own if not each.deidentified]
        self._dlq = dead_letter_topic(self.service)
        self._spans = {name: self._kept(name) for name in (*named, self._dlq)}
        placed, caused, ordered = Finding(PLACED), Finding(CAUSED), Finding(ORDERED)
        for page in pages(self.session, JOURNAL, _PAGE):
            self._explain(page)
            placed.blame(self._misplaced(page, placed))
        caused.checked = ordered.checked = next(self.scratch.rows(_COUNT))[0]
        caused.blame(f"{t}/{p}/{at}: nothing caused it" for t, p, at in self.scratch.rows(_GHOSTS))
        ordered.blame(self._disordered())
        for finding in (placed, caused, ordered):
            finding.notes += [*self._cut(), *_left_out(own)]
        return [placed, caused, ordered]

    def _kept(self, topic: str) -> dict[int, tuple[int, int]]:
        """Notes the topic's records; what of them was there. What comes later is left alone."""
        spans = self.log.spans(topic)
        is_letters = topic == self._dlq
        rows = (_row(each, is_letters) for each in self._read(topic, spans))
        self.scratch.write("INSERT OR REPLACE INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        return spans

    def _read(self, topic: str, spans: dict[int, tuple[int, int]]) -> Iterator[Origin]:
        if not any(first < end for first, end in spans.values()):
            return
        for each in self.log.records(topic):
            _, end = spans.get(each.partition, (0, 0))
            if each.offset < end and beat_of(each) is None:
                yield each

    def _explain(self, page: list[Document]) -> None:
        ids = [(each.event_id,) for document in page for each in records_of(document)]
        self.scratch.write(_EXPLAIN, ids)

    def _misplaced(self, page: list[Document], finding: Finding) -> Iterator[str]:
        for document in page:
            records, places = records_of(document), document.get("places")
            if places is None or "unsent" in document:
                continue  # the relay has yet to send it
            if len(places) != len(records):
                yield f"{document['_id']}: {len(records)} records and {len(places)} places"
                continue
            for record, (part, place) in zip(records, places, strict=True):
                yield from self._compared(document["_id"], record, part, place, finding)

    def _compared(
        self, step: str, record: KafkaRecord, part: int, place: int, finding: Finding
    ) -> Iterator[str]:
        first, end = self._spans.get(record.topic, {}).get(part, (0, 0))
        if record.topic not in self._spans or place < first:
            return
        where = f"{record.topic}/{part}/{place}"
        if place >= end and self._is_later(record.topic, part, place):
            return  # sent while we read
        finding.checked += 1
        there = next(self.scratch.rows(_AT, record.topic, part, place), None)
        if there is None:
            yield f"{where}: {record.event_id} of {step} is not there"
        elif there[1] != _hash(record.value) or there[0] not in ("", record.event_id):
            yield f"{where}: it is not {record.event_id} of {step} as it was sent"

    def _is_later(self, topic: str, part: int, place: int) -> bool:
        return place < self.log.spans(topic).get(part, (0, 0))[1]

    def _disordered(self) -> Iterator[str]:
        """Of each source in its topic: the first of each number follows on the one before."""
        last, source = 0, ("", "")
        for topic, part, place, name, of, number in self.scratch.rows(_NUMBERED):
            if (topic, of) != source:
                source = topic, of
                cut = self._spans[topic].get(part, (0, 0))[0] > 0
                last = number - 1 if cut else 0
            if name != derive(of, str(number)):
                yield f"{topic}/{part}/{place}: {name} is not number {number} of {of}"
            elif number > last + 1:
                yield f"{topic}/{part}/{place}: {of} goes from {last} to {number}"
            last = max(last, number)

    def _cut(self) -> list[str]:
        """What Kafka no longer keeps cannot be compared."""
        cut = sum(first for spans in self._spans.values() for first, _ in spans.values())
        return [f"{cut} records are past Kafka's retention and were not looked at"] if cut else []


def _row(origin: Origin, is_letter: bool) -> tuple[Any, ...]:
    """A letter bears the headers of the record that it is of: its id is not its own."""
    headers = {name: value.decode("utf-8", "replace") for name, value in origin.headers}
    number = headers.get("ce_sequence", "")
    name = "" if is_letter else headers.get("ce_id", "?")
    return (
        *(origin.topic, origin.partition, origin.offset, name, headers.get("ce_source", "")),
        *(int(number) if number.isdigit() and len(number) < 16 else 0, _hash(origin.value)),
        int(is_letter),
    )


def _left_out(own: list[Topic]) -> list[str]:
    return [
        f"{each.name} is left out: the journal keeps nothing that leads to it"
        for each in own
        if each.deidentified
    ]


def _hash(value: bytes | None) -> str:
    return sha256(value or b"").hexdigest()
