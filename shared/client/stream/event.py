"""One event of the analysts' stream as a value, whichever way it came."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.codec import schema
from shared.contracts.outcomes import OutcomeResult, OutcomeSubject, SubjectWithdrawn

Told = OutcomeResult | OutcomeSubject | SubjectWithdrawn
_CONTRACTS: dict[str, Any] = {
    each.type: each for each in (OutcomeResult, OutcomeSubject, SubjectWithdrawn)
}


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """`cursor`: keep it once you have dealt with the event; reading goes on right behind it.
    Empty for what came from Kafka."""

    data: Told
    cursor: str = ""

    @property
    def type(self) -> str:
        return self.data.type


def event_of(type_: str, data: Mapping[str, Any], cursor: str = "") -> StreamEvent | None:
    """None for a type that is newer than this client; newer fields are passed over."""
    kind = _CONTRACTS.get(type_)
    return StreamEvent(schema.load(kind, data, closed=False), cursor) if kind else None
