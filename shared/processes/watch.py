"""What each process does beside its work: asks whether MongoDB answers, and says how it stands.

A thread of its own, so that it goes on while the work waits for somebody who is away.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable
from shared.runtime.logs import logger
from shared.runtime.metrics import Dependency
from shared.runtime.probe import Check
from shared.runtime.process import Drain
from shared.storage.operations import processes
from shared.storage.store import Document, Store

LAST_LOOK_S = 3.0
"""How long a process that ends waits for the last look."""


def _nothing() -> None:
    """Where there is nothing to do."""


@dataclass(frozen=True)
class Watch:
    """Of one process of `kind`. `tell`: what only it knows, for `GET /v1/operations`; `chore`:
    what else is to be done so often; `away`: what is to be done when the store cannot be asked."""

    kind: str
    instance: str
    store: Store
    ping: Check
    mongodb: Dependency
    clock: Clock
    tell: Callable[[], Document] = dict
    chore: Callable[[], None] = _nothing
    away: Callable[[], None] = _nothing

    def look(self) -> None:
        try:
            with self.mongodb.asked():
                self.ping()
            self.chore()
            session = self.store.session()
            processes.say(session, self.kind, self.instance, self.tell(), self.clock())
        except Unavailable:
            self.away()  # the work itself logs it
        except Exception as bug:  # noqa: BLE001 - the next look must come
            logger().error("watch fails", kind=self.kind, exc_info=bug)

    def run(self, drain: Drain, every_s: float = processes.EVERY_S) -> None:
        while not drain:
            self.look()
            drain.wait(every_s)
        self.look()
