"""The notary: seals what the service wrote and read, and anchors the head outside the store.

It works for whoever holds the relay's lease, so there is one at a time; were there two, the
chain's own transaction would let one of them through.
"""

from dataclasses import dataclass
from pathlib import Path

from shared.messaging.audit import anchors
from shared.messaging.relay import Relay
from shared.runtime import failpoints
from shared.storage.audit import chain

PAGES_AT_ONCE = 8
"""Between two turns of the relay: sealing must not hold up what is to be sent."""


@dataclass
class Notary:
    """`file`: where heads are written down beside Kafka; None: nowhere."""

    relay: Relay
    file: Path | None = None
    _anchored: int = 0

    def seal(self) -> int:
        """How many rows. Raises Unavailable."""
        relay, sealed = self.relay, 0
        if not relay.take_lead():
            return 0
        for _ in range(PAGES_AT_ONCE):
            rows = chain.seal(relay.store, relay.service, relay.clock())
            failpoints.reach("relay.after_seal")
            sealed += rows
            if rows < chain.PAGE:
                break
        return sealed

    def anchor(self) -> int:
        """Writes the head down, unless it was already: the number of its block, or 0."""
        head = chain.head(self.relay.store.session())
        if not self.relay.take_lead() or head is None or head.n == self._anchored:
            return 0
        self.relay.publisher.publish([anchors.record(self.relay.service, head)])
        failpoints.reach("relay.after_anchor")
        if self.file:
            anchors.write_line(self.file, head)
        self._anchored = head.n
        return head.n
