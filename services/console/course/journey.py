"""One event's journey: at whose door it was, on which topics, and what each consumer made of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from services.console.course.moments import at
from services.console.reading import Reader
from shared.contracts.topics import SERVICES
from shared.storage.steps import SITE

Said = Mapping[str, Any]
VERDICTS = {
    "accepted": "ok",
    "duplicate": "ok",
    "ignored": "unknown",
    "rejected": "bad",
    "conflict": "bad",
    "invalid": "bad",
    "deferred": "warn",
    "not yet": "warn",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What one consumer did. `after`: so many seconds after the first door had it, or None."""

    service: str
    verdict: str
    state: str
    at: str | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """One event that came of it, and where it is on Kafka. `event_id` empty: not to be told."""

    event_id: str
    topic: str
    place: str
    state: str
    heard: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class Hop:
    service: str
    how: str
    type: str
    source: str
    received_at: str
    verdict: str
    state: str
    code: str
    reason: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Journey:
    event_id: str
    hops: tuple[Hop, ...]
    faults: tuple[str, ...]


def journey_of(reader: Reader, event_id: str) -> Journey:
    path = f"/v1/events/{quote(event_id, safe='')}"
    answers = reader.several((service, path) for service in SERVICES)
    handled = [
        (each, answer.service)
        for answer in answers
        if answer.data
        for each in answer.data["handled"]
    ]
    handled.sort(key=lambda each: str(each[0]["received_at"]))
    start = handled[0][0]["received_at"] if handled else ""
    return Journey(
        event_id,
        tuple(_hop(each, service, start) for each, service in handled),
        tuple(each.fault for each in answers if each.fault and each.status != 404),
    )


def _hop(said: Said, service: str, start: str) -> Hop:
    verdict = said["verdict"]
    return Hop(
        service,
        "was posted it" if said["by"] == SITE else "heard it from Kafka",
        said["type"],
        said["source"],
        f"{at(said['received_at']):%-d %b %Y, %H:%M:%S} UTC",
        verdict,
        VERDICTS.get(verdict, "unknown"),
        said["code"] or "",
        said["reason"] or "",
        tuple(_told(each, start) for each in said["published"]),
    )


def _told(said: Said, start: str) -> Told:
    is_placed = "partition" in said
    place = f"partition {said['partition']}, offset {said['offset']}" if is_placed else ""
    return Told(
        said.get("id", ""),
        said["topic"],
        place or ("sent" if said["sent"] else "waits in the outbox"),
        "ok" if said["sent"] else "warn",
        tuple(_heard(said.get("consumers", ()), start)),
    )


def _heard(consumers: Any, start: str) -> Iterator[Heard]:
    for each in consumers:
        when = each.get("received_at")
        after = (at(when) - at(start)).total_seconds() if when else None
        verdict = each["verdict"]
        state = VERDICTS.get(verdict, "unknown")
        yield Heard(each["service"], verdict, state, when, after)
