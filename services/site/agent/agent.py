"""The site agent as one object: post, sync, look. Everything `kap site` does, without a terminal.

Open it once per program: `with SiteAgent.open(Home.at()) as agent: agent.post(...)`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.site.agent.drafts import checked
from services.site.agent.health import numbers
from services.site.agent.home import Home
from services.site.agent.spool import DISMISSED, TAKEN, TRAY, WAITING, Row, Spool, Spooled
from services.site.agent.sync import LAST_SYNC, Progress, Sync
from services.site.agent.tray import Tray
from shared.client.calls import Calls
from shared.client.errors import NotAnswering
from shared.client.site import SiteClient
from shared.contracts.topics import ROUTINE_LANE, SAFETY_LANE
from shared.runtime.clock import random_token, utc_now

LANES = (SAFETY_LANE, ROUTINE_LANE)
Told = Callable[[Progress], None]
WATCH_S = 2.0
"""How long a watching sync rests when nothing waits."""
AT_ONCE = 2
"""How often a post tries before the event is left to the next sync."""


@dataclass(frozen=True)
class SiteAgent:
    """`calls` brings connections and patience. `now` gives events without a time theirs."""

    home: Home
    spool: Spool
    calls: Calls
    now: Callable[[], datetime] = utc_now
    new_id: Callable[[], str] = random_token

    @classmethod
    def open(cls, home: Home, calls: Calls | None = None) -> "SiteAgent":
        """Raises NotEnrolled, SpoolFull, SpoolBusy."""
        home.identity()
        return cls(home, Spool(home.spool), calls or Calls())

    def __enter__(self) -> "SiteAgent":
        return self

    def __exit__(self, *_: object) -> None:
        self.spool.close()

    def post(self, drafts: Sequence[Any]) -> list[Spooled]:
        """Checked by contract, numbered and on the disk, all or none. Raises BadEvent, SpoolFull.

        A draft is a CloudEvent; `id`, `time` and `source` may be left out.
        """
        source, now = self.home.identity().source, self.now().isoformat()
        return self.spool.put([checked(each, source, self.new_id(), now) for each in drafts])

    def send(self, spooled: Sequence[Spooled]) -> list[Row]:
        """Tries to send these and what must go before them, once or twice. The rows as they are
        then. Raises NotAnswering, NotAllowed, SpoolBusy; they are kept in any case."""
        subjects = {row.subject for each in spooled if (row := self.spool.get(each.id))}
        patience = replace(self.calls.patience, attempts=AT_ONCE)
        Sync(self.home, self.spool, replace(self.calls, patience=patience)).drain(subjects)
        return self.rows(spooled)

    def rows(self, spooled: Sequence[Spooled]) -> list[Row]:
        return [row for each in spooled if (row := self.spool.get(each.id))]

    def sync(self, told: Told = lambda _: None) -> Progress:
        """Sends all that waits. Raises NotAnswering, NotAllowed, SpoolBusy; what is not answered
        stays."""
        return Sync(self.home, self.spool, self.calls, told, self.now).drain()

    def watch(
        self,
        told: Told = lambda _: None,
        away: Callable[[NotAnswering], None] = lambda _: None,
        goes_on: Callable[[], bool] = lambda: True,
    ) -> Progress:
        """Syncs as events come, until `goes_on` says no; `away` hears each time patience ends."""
        sync = Sync(self.home, self.spool, self.calls, told, self.now)
        while True:
            try:
                done = sync.drain()
            except NotAnswering as error:
                away(error)
                done = sync.progress()
            if not goes_on():
                return done
            self.calls.patience.wait(WATCH_S)

    def tray(self) -> Tray:
        return Tray(self.spool, self.home.identity().source, self.new_id)

    def align(self) -> dict[str, int]:
        """Goes on after the numbers that the network has of this site already."""
        return numbers.align(self.spool, self.client())

    def mend(self) -> tuple[int, dict[str, int]]:
        """Queues again what the network has lost, and aligns the numbers."""
        return numbers.mend(self.spool, self.client())

    def status(self, now: datetime) -> dict[str, Any]:
        counts, oldest = self.spool.counts(), self.spool.oldest_waiting()
        since = now - datetime.fromisoformat(oldest.spooled_at) if oldest else timedelta()
        return {
            "source": self.home.identity().source,
            "network": self.home.identity().network,
            "waiting": {lane: counts.get(WAITING, {}).get(lane, 0) for lane in LANES},
            "oldest_s": max(0, round(since.total_seconds())),
            "tray": sum(counts.get(TRAY, {}).values()),
            "taken": sum(counts.get(TAKEN, {}).values()),
            "dismissed": sum(counts.get(DISMISSED, {}).values()),
            "last_sync": self.spool.remarked(LAST_SYNC),
        }

    def client(self) -> SiteClient:
        """Reads what the network knows; posting goes through the spool."""
        return SiteClient(self.home.connection(self.calls), self.home.identity().source)
