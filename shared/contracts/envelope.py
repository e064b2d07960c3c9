"""The event as every service sees it: CloudEvents 1.0 attributes, our extensions, typed data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

SPEC_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Event:
    """One CloudEvent.

    `source` and `id` together are unique. `sequence` counts without gaps within `source`.
    `subject` is the patient's id (a resource's or a token's where no patient is meant) and the
    Kafka key. `clinic` is set by us from the sender's credential and travels as an extension; it
    is empty on the analysts' stream. `data` is an instance of the contract class of `type`.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    clinic: str
    data: Any
    sequence: int | None = None
    correlationid: str = ""
    causationid: str = ""
    traceparent: str = ""
