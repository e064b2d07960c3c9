"""What the relay process measures in the store: the service's spine, and its clinics.

Of a clinic one process alone may speak, the one that holds the relay's lease: two would make every
sum twice as large. Of the spine each relay speaks, so that one that stands still does not hide it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from shared.kernel.clock import Clock
from shared.kernel.policy import Policy
from shared.messaging.relay import Relay
from shared.processes.service import Service
from shared.runtime import metrics
from shared.runtime.metrics import Board, Reading
from shared.storage.operations import overview
from shared.storage.operations.numbering import look_for_gaps
from shared.storage.operations.sightings import SITES_MAX
from shared.storage.store import JOURNAL, SIGHTINGS, Session, Store


@dataclass
class Gauges:
    """Of one relay process."""

    service: Service
    policy: Policy
    relay: Relay
    store: Store
    clock: Clock
    _spine: Board = field(default_factory=Board)
    _clinics: Board = field(default_factory=Board)

    def look(self) -> None:
        """Raises Unavailable: then `away` is to be said."""
        session, now = self.store.session(), self.clock()
        self._spine.show(_spine(session, self.service.name, now))
        if not self.relay.leads:
            self._clinics.show(())
            return
        look_for_gaps(session, now)
        own = self.service.gauges(session, self.policy, now)
        self._clinics.show([*_sites(session, self.service.name), *own])

    def away(self) -> None:
        """What cannot be read now is not shown as it was."""
        self._spine.show(())
        self._clinics.show(())


def _spine(session: Session, service: str, now: datetime) -> Iterator[Reading]:
    lanes, deferred = overview.lanes(session, now), {"verdict": "deferred"}
    waiting = session.count(JOURNAL, deferred, order="order", limit=overview.COUNTED_MAX)
    yield metrics.OUTBOX_AGE, (service,), overview.outbox(session, now)["oldest_s"]
    yield metrics.LANES, (service,), lanes["parked"]
    yield metrics.LANES_LETTERS, (service,), lanes["letters"]
    yield metrics.LANES_OLDEST, (service,), lanes["oldest_s"]
    yield metrics.DEFERRED, (service,), waiting


def _sites(session: Session, service: str) -> Iterator[Reading]:
    """By clinic: when one of its sites was last seen, and how many numbers all of them lack."""
    last: dict[str, float] = defaultdict(float)
    missing: dict[str, int] = defaultdict(int)
    for each in session.where(SIGHTINGS, {}, limit=SITES_MAX):
        clinic = metrics.clinic(each["clinic"])
        last[clinic] = max(last[clinic], each["last_at"].timestamp())
        missing[clinic] += sum(end - first + 1 for first, end in each["missing"])
    for clinic, seen_at in last.items():
        yield metrics.LAST_EVENT, (service, clinic), seen_at
        yield metrics.MISSING, (service, clinic), missing[clinic]
