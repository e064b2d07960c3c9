"""What the service heard (I2, I7, I9, I16): its inbox against the topics that it hears."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from shared.codec.cloudevents import from_kafka
from shared.contracts.topics import heard_by
from shared.kernel.errors import Malformed
from shared.messaging.broker import Log
from shared.messaging.consumer import beat_of
from shared.processes.invariants.finding import Finding
from shared.processes.invariants.paging import pages
from shared.storage.audit.chain import SEALED
from shared.storage.journal import JOURNAL
from shared.storage.lanes import LETTERS
from shared.storage.steps import Origin, journal_id
from shared.storage.store import Session

ONCE = "I2 each event has one step per reader, under the name that follows from it"
HANDLED = "I7 I9 all before the committed offsets was applied or waits in a lane"
ALIVE = "I16 nothing stands still: topics are read, records are sent, rows are sealed"
PATIENCE_S, LOOK_EVERY_S = 30, 1.0
_PAGE = 500


def once(session: Session) -> Finding:
    """Raises Unavailable."""
    finding = Finding(ONCE)
    for page in pages(session, JOURNAL, 2 * _PAGE):
        told = [each for each in page if "event_id" in each]
        finding.checked += len(told)
        finding.blame(
            f"{each['_id']} is a second step of {each['event_id']}"
            for each in told
            if each["_id"] != journal_id(each["event_id"], each["source"], each["reader"])
        )
    return finding


@dataclass(frozen=True)
class Heard:
    """`wait` pauses for so many seconds between two looks."""

    service: str
    session: Session
    log: Log
    wait: Callable[[float], object]

    def handled(self) -> Finding:
        """Raises Unavailable."""
        finding = Finding(HANDLED)
        for topic in heard_by(self.service):
            committed, spans = (
                self.log.offsets(self.service, topic.name),
                self.log.spans(topic.name),
            )
            mine = self._before(topic.name, committed, spans)
            while batch := list(islice(mine, _PAGE)):
                finding.checked += len(batch)
                finding.blame(
                    f"{each.id} is neither applied nor parked" for each in self._lost(batch)
                )
            cut = sum(min(first, committed.get(part, 0)) for part, (first, _) in spans.items())
            if cut:
                finding.notes.append(f"{cut} records of {topic.name} are past Kafka's retention")
        return finding

    def alive(self, now: datetime) -> Finding:
        """Waits a little for a consumer to catch up with what is there now. Raises Unavailable."""
        finding = Finding(ALIVE)
        for topic in heard_by(self.service):
            ends = {part: end for part, (first, end) in self.log.spans(topic.name).items() if end}
            finding.checked += len(ends)
            finding.blame(self._behind(topic.name, ends))
        for of, order, mark, what in _WAITING:
            finding.checked += 1
            first = self.session.where(of, {mark: True}, order=order, limit=1)
            age = (now - first[0][_MOMENT[of]]).total_seconds() if first else 0
            finding.blame([f"{what} for {age:.0f} s"] if age > PATIENCE_S else [])
        return finding

    def _before(
        self, topic: str, committed: dict[int, int], spans: dict[int, tuple[int, int]]
    ) -> Iterator[Origin]:
        if not any(first < committed.get(part, 0) for part, (first, _) in spans.items()):
            return
        for each in self.log.records(topic):
            if each.offset < committed.get(each.partition, 0) and beat_of(each) is None:
                yield each

    def _lost(self, batch: list[Origin]) -> Iterator[Origin]:
        names = {each.id: _step_of(each, self.service) for each in batch}
        applied = self.session.versions(JOURNAL, [name for name in names.values() if name])
        rest = [each for each in batch if names[each.id] not in applied]
        parked = self.session.versions(LETTERS, [each.id for each in rest]) if rest else {}
        return (each for each in rest if each.id not in parked)

    def _behind(self, topic: str, ends: dict[int, int]) -> Iterator[str]:
        for _ in range(int(PATIENCE_S / LOOK_EVERY_S)):
            committed = self.log.offsets(self.service, topic)
            left = {part: end for part, end in ends.items() if committed.get(part, 0) < end}
            if not left:
                return
            self.wait(LOOK_EVERY_S)
        for part, end in left.items():
            yield f"{topic}/{part} is read to {committed.get(part, 0)} of {end}"


_MOMENT = dict(SEALED)
_WAITING = (
    (JOURNAL, "order", "unsent", "a step waits to be sent"),
    *((of, order, "unsealed", f"a row of {of} waits to be sealed") for of, order in SEALED),
)


def _step_of(origin: Origin, group: str) -> str:
    """The name of the step that a record becomes; empty for one that cannot be read."""
    try:
        envelope, _ = from_kafka(origin.value, origin.headers)
    except Malformed:
        return ""
    return journal_id(envelope.id, envelope.source, group)
