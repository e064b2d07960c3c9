"""What passing time makes the network say: how far a topic is complete, that an hour struck, and
how far the audit chain had come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from shared.contracts.shapes import Between, Text


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """All that the service had committed by `until` was sent before this, on every partition.

    `partitions` is how many the topic has. One goes to each of them, with no key: it is about no
    patient. It has no clinic, no sequence and no causation either.
    """

    type: ClassVar[str] = "network.relay.heartbeat.v1"
    until: datetime
    partitions: Annotated[int, Between(1, 10_000)]


@dataclass(frozen=True, slots=True)
class ClockStruck:
    """The hour at which this aggregate wanted to be looked at has come: the event's time.

    `struck_at`: when it was found to have come, later where nobody looked for a while. Internal
    to a service, as type `<service>.clock.struck.v1`; it is on no topic.
    """

    collection: Annotated[str, Text(64)]
    aggregate_id: Annotated[str, Text(200)]
    struck_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeadAnchored:
    """Block `n` of the service's audit chain, sealed at `at`, has this SHA-256.

    Whoever changes or cuts the chain later would have to change this too. It tells nothing of
    what is in the blocks, and is about no patient and of no clinic.
    """

    type: ClassVar[str] = "network.audit.head-anchored.v1"
    n: Annotated[int, Between(1, 2**53)]
    hash: Annotated[str, Text(64, r"[0-9a-f]{64}")]
    at: datetime
