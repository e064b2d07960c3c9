"""The errors that decide behaviour: each class is one way the door and the consumer must answer.

Anything that is not one of these is a bug of ours: a 500 at the door, the lane in a consumer.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule said no: a stable code, a sentence for a person, and where the rule comes from."""

    code: str
    words: str
    source: str = ""


class Rejected(Exception):
    """The domain said no, as designed. Recorded and answered; never retried or dead-lettered.

    `alternatives`: what could be had instead, and when: "dosing-1 2026-12-01T14:00:00Z".
    """

    def __init__(
        self,
        code: str,
        reason: str,
        blockers: tuple[Reason, ...] = (),
        alternatives: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"{code}: {reason}")
        self.code, self.reason, self.blockers = code, reason, blockers
        self.alternatives = alternatives


class Malformed(Exception):
    """Bytes or fields that break their contract. `path` is a JSON Pointer to the fault."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or '/'}: {reason}")
        self.path, self.reason = path, reason


class Conflict(Exception):
    """Somebody else changed it first, or the same id came with other content."""


class Unavailable(Exception):
    """Kafka, MongoDB or the network is away: nothing was decided, try again later."""


class NotYet(Exception):
    """The decision needs a document this service has not heard of yet: keep the event, wait."""

    def __init__(self, collection: str, document_id: str) -> None:
        super().__init__(f"waiting for {collection}/{document_id}")
        self.collection, self.document_id = collection, document_id
