"""One look at a service's spine: what waits where, since when, who was seen, who is alive.

Every read is along an index and bounded, so that a console may ask every few seconds.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.contracts.topics import heard_by
from shared.storage.journal import JOURNAL
from shared.storage.lanes import LANES, LETTERS
from shared.storage.operations import processes
from shared.storage.operations.sightings import SITES_MAX
from shared.storage.store import SIGHTINGS, Document, Session
from shared.storage.time import freshness

COUNTED_MAX = 100_000


def overview(session: Session, service: str, now: datetime) -> dict[str, Any]:
    """The body of `GET /v1/operations`. Times are seconds (null: not known) or ISO 8601."""
    living = processes.living(session, now)
    return {
        "service": service,
        "at": now.isoformat(),
        "outbox": outbox(session, now),
        "lanes": lanes(session, now),
        "deferred": session.count(
            JOURNAL, {"verdict": "deferred"}, order="order", limit=COUNTED_MAX
        ),
        "consumer": _lag(living),
        "knowledge": _knowledge(session, service, now),
        "sites": [_site(each) for each in session.where(SIGHTINGS, {}, limit=SITES_MAX)],
        "health": {"mongodb": "ok", "kafka": _kafka(living)},
        "processes": [
            {"kind": each["kind"], "instance": each["instance"], "at": each["at"].isoformat()}
            for each in living
        ],
    }


def outbox(session: Session, now: datetime) -> dict[str, Any]:
    """Steps whose records are not on Kafka yet, and for how long the first has waited."""
    unsent = {"unsent": True}
    first = session.where(JOURNAL, unsent, order="order", limit=1)
    return {
        "waiting": session.count(JOURNAL, unsent, order="order", limit=COUNTED_MAX),
        "oldest_s": _age_s(first[0]["recorded_at"], now) if first else 0.0,
    }


def lanes(session: Session, now: datetime) -> dict[str, Any]:
    """Parked patients, the records that wait with them, and since when the first of them does."""
    first = session.where(LANES, {"parked": True}, order="since", limit=1)
    waiting = {"status": "parked"}
    return {
        "parked": session.count(LANES, {"parked": True}, order="since", limit=COUNTED_MAX),
        "letters": session.count(LETTERS, waiting, order="order", limit=COUNTED_MAX),
        "oldest_s": _age_s(first[0]["since"], now) if first else 0.0,
    }


def _knowledge(session: Session, service: str, now: datetime) -> list[dict[str, Any]]:
    producers = sorted({topic.producer for topic in heard_by(service)})
    until = {each: freshness.heard_until(session, service, each) for each in producers}
    return [
        {"producer": producer, "age_s": _age_s(moment, now) if moment else None}
        for producer, moment in until.items()
    ]


def _lag(living: Iterable[Document]) -> list[dict[str, Any]]:
    """Of each topic: the members' records together, and the oldest that any of them has."""
    found: dict[str, dict[str, Any]] = {}
    for each in (lag for document in living for lag in document["said"].get("lag", ())):
        own = found.setdefault(each["topic"], {"topic": each["topic"], "records": 0, "seconds": 0})
        own["records"] += each["records"]
        own["seconds"] = max(own["seconds"], each["seconds"])
    return [found[topic] for topic in sorted(found)]


def _kafka(living: Iterable[Document]) -> str:
    """What those say who work with it; `unknown` where none of them is alive to say it."""
    states = {state for each in living if (state := each["said"].get("kafka"))}
    return "away" if "away" in states else "ok" if states else "unknown"


def _site(document: Document) -> dict[str, Any]:
    return {
        "source": document["_id"],
        "clinic": document["clinic"],
        "last_at": document["last_at"].isoformat(),
        "last_sequence": document["last_sequence"],
        "missing": document["missing"],
    }


def _age_s(moment: datetime, now: datetime) -> float:
    return round(max(0.0, (now - moment).total_seconds()), 3)
