"""The relay: the journal's unsent records, in order, to Kafka; then they are marked as sent.

A crash between the two sends a page again, which consumers absorb. Order per aggregate holds
because a page is always the lowest unsent one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kernel.clock import Clock
from shared.kernel.errors import Conflict
from shared.messaging.broker import Place, Publisher
from shared.runtime import failpoints, metrics
from shared.storage.journal import JOURNAL, records_of
from shared.storage.store import Document, Session, Store

PAGE = 1000
LEASES = "leases"
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

    def turn(self) -> int:
        """Sends one page: how many records went out. Raises Unavailable, having marked nothing."""
        session = self.store.session()
        if not self._leads(session):
            return 0
        page = session.where(JOURNAL, {"unsent": True}, order="order", limit=PAGE)
        if not page:
            return 0
        records = [record for document in page for record in records_of(document)]
        places = self.publisher.publish(records)
        failpoints.reach("relay.after_publish")
        session.patch(JOURNAL, _marks(page, places, self.clock()))
        for record in records:
            metrics.RELAYED.labels(self.service, record.topic).inc()
        return len(records)

    def measure(self) -> None:
        oldest = self.store.session().where(JOURNAL, {"unsent": True}, order="order", limit=1)
        age = (self.clock() - oldest[0]["recorded_at"]).total_seconds() if oldest else 0
        metrics.OUTBOX_AGE.labels(self.service).set(max(0, age))

    def _leads(self, session: Session) -> bool:
        now = self.clock()
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


def _marks(
    page: list[Document], places: list[Place], sent_at: datetime
) -> dict[str, dict[str, object]]:
    """The change of each document: no longer unsent, and where its records are."""
    marks: dict[str, dict[str, object]] = {}
    start = 0
    for document in page:
        mine = places[start : start + len(document["records"])]
        start += len(mine)
        marks[document["_id"]] = {
            "unsent": None,
            "sent_at": sent_at,
            "places": [list(place) for place in mine],
        }
    return marks
