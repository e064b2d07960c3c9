"""CloudEvents 1.0: structured JSON at the door, binary mode on Kafka.

Our own small mapping; the official SDK is its judge in the tests.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from shared.codec import schema, strict_json
from shared.contracts.envelope import SPEC_VERSION, Event
from shared.kernel import trace_context
from shared.kernel.errors import Malformed

Headers = Sequence[tuple[str, bytes]]
CONTENT_TYPE = "application/json"
_ATTRIBUTES = ("specversion", "id", "source", "type", "subject", "time")
_OPTIONAL = (
    "datacontenttype",
    "dataschema",
    "sequence",
    "correlationid",
    "causationid",
    "traceparent",
)
_KNOWN = frozenset((*_ATTRIBUTES, *_OPTIONAL, "data"))
_LONGEST = {"id": 64, "source": 200, "type": 120, "subject": 64}
_IN_ID = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:")


@dataclass(frozen=True, slots=True)
class KafkaRecord:
    """Bytes ready to send, and the id of the event they carry.

    `partition` None: the key decides it.
    """

    event_id: str
    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event's attributes before its data is understood."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    clinic: str
    sequence: int | None
    correlationid: str
    causationid: str
    traceparent: str

    def carrying(self, data: object) -> Event:
        return Event(
            self.id,
            self.source,
            self.type,
            self.subject,
            self.time,
            self.clinic,
            data,
            self.sequence,
            self.correlationid,
            self.causationid,
            self.traceparent,
        )


def content_sha256(content: Mapping[str, object]) -> str:
    return sha256(strict_json.dumps(content)).hexdigest()


def meaning(envelope: Envelope, data: object) -> dict[str, object]:
    """What an event says, whatever the mode, spelling or trace it was sent with this time."""
    return {
        "type": envelope.type,
        "subject": envelope.subject,
        "time": envelope.time,
        "sequence": envelope.sequence,
        "data": data,
    }


def from_http_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The attributes of a request in binary mode: HTTP carries them percent-encoded."""
    try:
        return {
            name[3:].lower(): unquote(value, errors="strict")
            for name, value in headers
            if name.lower().startswith("ce-")
        }
    except UnicodeDecodeError as error:
        raise Malformed("/headers", "a header is not UTF-8 text") from error


def from_structured(content: object, clinic: str) -> Envelope:
    """The envelope of a structured event, posted by a site of `clinic`. Raises Malformed."""
    if not isinstance(content, dict):
        raise Malformed("", "an event is a JSON object")
    if unknown := sorted(set(content) - _KNOWN):
        raise Malformed(f"/{unknown[0]}", "unknown attribute")
    return _envelope(content, clinic)


def to_kafka(event: Event, topic: str, *, named: bool = True) -> KafkaRecord:
    """A record in binary mode. Not `named`: nothing that leads back to a person or clinic."""
    attributes = {
        "specversion": SPEC_VERSION,
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "subject": event.subject,
        "dataschema": f"/schemas/{event.type}",
        "sequence": str(event.sequence or ""),
    }
    if named:
        attributes |= {
            "time": event.time.isoformat().replace("+00:00", "Z"),
            "clinic": event.clinic,
            "correlationid": event.correlationid,
            "causationid": event.causationid,
            "traceparent": event.traceparent,
        }
    headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items() if value]
    return KafkaRecord(
        event.id,
        topic,
        event.subject.encode(),
        strict_json.dumps(event.data),
        (("content-type", CONTENT_TYPE.encode()), *headers),
    )


def from_kafka(value: bytes | None, headers: Headers) -> tuple[Envelope, Any]:
    """(envelope, decoded JSON) of a record in binary mode. Raises Malformed, nothing else."""
    if not value:
        raise Malformed("", "a record without a value")
    try:
        attributes = {k[3:]: v.decode() for k, v in headers if k.startswith("ce_")}
    except (UnicodeDecodeError, AttributeError) as error:
        raise Malformed("/headers", "a header is not UTF-8 text") from error
    return _envelope(attributes, attributes.get("clinic", "")), strict_json.loads(value)


def _envelope(attributes: Mapping[str, Any], clinic: str) -> Envelope:
    if attributes.get("specversion") != SPEC_VERSION:
        raise Malformed("/specversion", f"must be {SPEC_VERSION}")
    if set(_text(attributes, "id")) - _IN_ID:
        raise Malformed("/id", "has a character other than A-Z a-z 0-9 - _ . :")
    source = _text(attributes, "source")
    return Envelope(
        id=attributes["id"],
        source=source,
        type=_text(attributes, "type"),
        subject=_text(attributes, "subject"),
        time=_time(attributes),
        clinic=clinic,
        sequence=_sequence(attributes),
        correlationid=_text(attributes, "correlationid", required=False),
        causationid=_text(attributes, "causationid", required=False),
        traceparent=trace_context.settled(attributes.get("traceparent"), source, attributes["id"]),
    )


def _text(attributes: Mapping[str, Any], name: str, *, required: bool = True) -> str:
    value = attributes.get(name, "")
    if not isinstance(value, str) or not value.isprintable():
        raise Malformed(f"/{name}", "not plain text")
    if required and not value:
        raise Malformed(f"/{name}", "is missing")
    if len(value) > _LONGEST.get(name, 64):
        raise Malformed(f"/{name}", f"longer than {_LONGEST.get(name, 64)} characters")
    return value


def _time(attributes: Mapping[str, Any]) -> datetime:
    try:
        return schema.moment(attributes.get("time"))
    except ValueError as error:
        raise Malformed("/time", str(error)) from error


def _sequence(attributes: Mapping[str, Any]) -> int | None:
    value = attributes.get("sequence")
    if value is None:
        return None
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise Malformed("/sequence", "not a whole number from 1")
    if (number := int(text)) < 1:
        raise Malformed("/sequence", "not a whole number from 1")
    return number
