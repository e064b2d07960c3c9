"""The site agent as one object: post, sync, look. Everything `kap site` does, without a terminal.

Open it once per program: `with SiteAgent.open(Home.at()) as agent: agent.post(...)`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.site.agent.drafts import checked
from services.site.agent.home import Home
from services.site.agent.spool import Row, Spool, Spooled
from services.site.agent.sync import LAST_SYNC, Progress, Sync
from shared.client.calls import Calls
from shared.client.site import SiteClient
from shared.runtime.clock import random_token, utc_now

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

    def sync(self, told: Callable[[Progress], None] = lambda _: None) -> Progress:
        return Sync(self.home, self.spool, self.calls, told, self.now).drain()

    def client(self) -> SiteClient:
        """Reads what the network knows; posting goes through the spool."""
        return SiteClient(self.home.connection(self.calls), self.home.identity().source)

    def last_sync(self) -> dict[str, Any]:
        return self.spool.remarked(LAST_SYNC)
