"""The relay: the journal's unsent records, in order, to Kafka; then they are marked as sent.

A crash between the two sends a page again, which consumers absorb. Order per aggregate holds
because a page is always the lowest unsent one, of all or of the patients whose news is urgent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.codec import strict_json
from shared.codec.cloudevents import KafkaRecord, to_kafka
from shared.contracts.envelope import Event
from shared.contracts.time import Heartbeat
from shared.contracts.topics import DEIDENTIFIED, TOPIC_OF, beating, lane_of
from shared.kernel import trace_context
from shared.kernel.clock import Clock
from shared.kernel.errors import Conflict, Unavailable
from shared.kernel.identifiers import derive
from shared.messaging.broker import Place, Publisher
from shared.runtime import failpoints, metrics, tracing
from shared.runtime.tracing import Span
from shared.storage.journal import JOURNAL, records_of
from shared.storage.steps import SITE
from shared.storage.store import LEASES, Document, Session, Store

PAGE, URGENT_PAGE = 1000, 100
LEASE = timedelta(seconds=15)


@dataclass
class Relay:
    """One service's relay. Only the holder of the lease sends: two would only double the work."""

    service: str
    holder: str
    store: Store
    publisher: Publisher
    clock: Clock
    _until: datetime | None = None
    _complete_until: datetime | None = None

    def turn(self) -> int:
        """Sends one page, and before it what must not wait behind a full one: how many records
        went out. Raises Unavailable, having marked nothing."""
        session, asked_at = self.store.session(), self.clock()
        self._complete_until = None
        if not self.take_lead():
            return 0
        page = session.where(JOURNAL, {"unsent": True}, order="order", limit=PAGE)
        if len(page) < PAGE:  # it is all that there is: once sent, all committed before is sent
            sent = self._send(session, page) if page else 0
            self._complete_until = asked_at
            return sent
        ahead = _ahead(session, page)
        first = {each["_id"] for each in ahead}
        return self._send(session, ahead + [each for each in page if each["_id"] not in first])

    def beat(self) -> int:
        """Says on every partition how far it is complete, unless more waits than the last turn
        could send: how many heartbeats went out."""
        until, self._complete_until = self._complete_until, None
        if until is None:
            return 0
        beats = [
            _heartbeat(self.service, topic.name, partition, Heartbeat(until, partitions))
            for topic in beating(self.service)
            for partitions in [self.publisher.partitions(topic.name)]
            for partition in range(partitions)
        ]
        self.publisher.publish(beats)
        return len(beats)

    def _send(self, session: Session, page: list[Document]) -> int:
        began = tracing.begun()
        records = [record for document in page for record in records_of(document)]
        try:
            places = self.publisher.publish(records)
        except Unavailable:
            metrics.RELAY_FAILURES.labels(self.service).inc()
            raise
        failpoints.reach("relay.after_publish")
        sent_at = self.clock()
        session.patch(JOURNAL, _marks(page, places, sent_at))
        self._count(page, records, sent_at)
        if began:
            _trace(self.service, page, began)
        return len(records)

    def _count(self, page: list[Document], records: list[KafkaRecord], sent_at: datetime) -> None:
        for record in records:
            metrics.RELAYED.labels(self.service, record.topic).inc()
            if labels := _told(record):
                metrics.TOLD.labels(self.service, *labels).inc()
        for document in page:
            if document.get("reader") == SITE:
                seconds = max(0.0, (sent_at - document["recorded_at"]).total_seconds())
                lane = lane_of(document["type"])
                metrics.END_TO_END.labels(self.service, lane).observe(seconds)

    @property
    def leads(self) -> bool:
        """Whether it holds the lease, as far as it knows: then nobody else does."""
        return self._until is not None and self.clock() < self._until

    def take_lead(self) -> bool:
        """Whether this relay holds the lease, or took it now."""
        session, now = self.store.session(), self.clock()
        if self._until and now < self._until - LEASE / 2:
            return True
        self._until = None
        found = session.find(LEASES, ["relay"])
        lease: Document = found[0] if found else {"_id": "relay", "version": 0}
        if found and lease["holder"] != self.holder and now < lease["until"]:
            return False
        mine = lease | {
            "holder": self.holder,
            "until": now + LEASE,
            "version": lease["version"] + 1,
        }
        try:
            (session.replace if found else session.insert)(LEASES, [mine])
        except Conflict:
            return False
        self._until = now + LEASE
        return True


def _ahead(session: Session, page: list[Document]) -> list[Document]:
    """The lowest unsent steps of everybody whose news is urgent, without a gap.

    A step may be about several: what waits of the others goes with it. A journal that was written
    before steps named their keys is sent as it stands first.
    """
    if not all("keys" in each for each in page):
        return []
    urgent = session.where(JOURNAL, {"urgent": True}, order="order", limit=URGENT_PAGE)
    ahead, keys = urgent, _keys(urgent)
    while keys:
        fields = {"unsent": True, "keys": tuple(sorted(keys))}
        ahead = session.where(JOURNAL, fields, order="order", limit=PAGE)
        if keys.issuperset(_keys(ahead)):
            break
        keys |= _keys(ahead)
    return ahead


def _keys(steps: list[Document]) -> set[str]:
    return {key for each in steps for key in each["keys"]}


def _told(record: KafkaRecord) -> tuple[str, str, str] | None:
    """Clinic, type and reason of an event; None where it belongs to no clinic, and for a dead
    letter, of which nothing can be relied on."""
    headers = dict(record.headers)
    kind = headers.get("ce_type", b"").decode(errors="replace")
    topic = TOPIC_OF.get(kind)
    if topic is None or topic.name != record.topic:
        return None
    clinic, own = headers.get("ce_clinic", b"").decode(), topic.reasons
    said = strict_json.loads(record.value or b"{}").get("reason", "") if own else ""
    return (metrics.clinic(clinic), kind, said if said in own else "") if clinic else None


def _trace(service: str, page: list[Document], began: int) -> None:
    """The page as a span that links what it sent; each record as one in its event's trace, under
    the id that its consumers know it by."""
    sent = list(_parents(page))
    tracing.done(Span(f"relay {service}", began, "", links=[own for _, own, _ in sent]))
    for topic, own, within in sent:
        span_id = own.split("-")[2]
        tracing.done(Span(f"publish {topic}", began, within, "PRODUCER", span_id))


def _parents(page: list[Document]) -> Iterator[tuple[str, str, str]]:
    """(topic, traceparent, that of the step it comes of); a mirrored letter is nobody's news."""
    for document in page:
        for record in records_of(document):
            headers = dict(record.headers)
            own = trace_context.read(headers.get("ce_traceparent", b"").decode(errors="replace"))
            topic = TOPIC_OF.get(headers.get("ce_type", b"").decode(errors="replace"))
            if own and topic and topic.name == record.topic:
                step = replace(own, span_id=trace_context.span_of(document["_id"]))
                yield record.topic, str(own), str(step)


def _heartbeat(service: str, topic: str, partition: int, beat: Heartbeat) -> KafkaRecord:
    """It has no key, because it is about no patient."""
    source, place = f"/{service}/relay", f"{topic}/{partition}"
    event = Event(
        id=derive(f"{source}/{place}", beat.until.isoformat()),
        source=source,
        type=beat.type,
        subject=place,
        time=beat.until,
        clinic="",
        data=beat,
    )
    return replace(to_kafka(event, topic), key=None, partition=partition)


def _marks(
    page: list[Document], places: list[Place], sent_at: datetime
) -> dict[str, dict[str, object]]:
    """The change of each document: no longer unsent, and where its records are. Of what is
    de-identified nothing is kept: it would lead from the event's subject to the token."""
    marks: dict[str, dict[str, object]] = {}
    start = 0
    for document in page:
        records = document["records"]
        mine = places[start : start + len(records)]
        start += len(mine)
        sent = list(zip(records, mine, strict=True))
        kept = [(record, place) for record, place in sent if record[1] not in DEIDENTIFIED]
        marks[document["_id"]] = {
            "unsent": None,
            "keys": None,
            "urgent": None,
            "sent_at": sent_at,
            "places": [list(place) for _, place in kept],
            **({} if len(kept) == len(sent) else {"records": [record for record, _ in kept]}),
        }
    return marks
