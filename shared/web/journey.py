"""An event's journey: received, stored, on which topic at which offset, and what each consumer did.

A consumer's part is in its own service's journal, so the sender's own token asks its peers there.
"""

from collections.abc import Mapping
from typing import Any

import httpx2

from shared.contracts.topics import STREAM, TOPICS
from shared.storage.journal import JOURNAL, records_of
from shared.storage.store import Document, Session

PEER_TIMEOUT_S = 1.0
_MOST = 20
_HEARD_BY = {topic.name: topic.heard_by for topic in TOPICS}


def entries(session: Session, event_id: str, clinic: str) -> list[Document]:
    """What this service's journal knows of an event of the clinic, one entry per reader."""
    start = f"{event_id}|"
    found = session.where(JOURNAL, {}, after=start, limit=_MOST)
    return [
        each for each in found if each["_id"].startswith(start) and each.get("clinic") == clinic
    ]


def journey(
    session: Session, event_id: str, clinic: str, peers: Mapping[str, str], authorization: str
) -> dict[str, Any] | None:
    """The journey, or None if this clinic has no such event here."""
    known = entries(session, event_id, clinic)
    if not known:
        return None
    traceid = next((each["traceid"] for each in known if each.get("traceid")), "")
    return {
        "id": event_id,
        "traceid": traceid,
        "handled": [_handled(each, peers, authorization) for each in known],
    }


def _handled(document: Document, peers: Mapping[str, str], authorization: str) -> dict[str, Any]:
    records = records_of(document)
    places = document.get("places") or [None] * len(records)
    return {
        "by": document["reader"],
        "type": document["type"],
        "source": document["source"],
        "received_at": document["recorded_at"].isoformat(),
        "verdict": document["verdict"],
        "code": document["code"],
        "reason": document["reason"],
        "traceid": document.get("traceid", ""),
        "published": [
            _published(record, place, peers, authorization)
            for record, place in zip(records, places, strict=True)
        ],
    }


def _published(
    record: Any, place: list[int] | None, peers: Mapping[str, str], authorization: str
) -> dict[str, Any]:
    if record.topic == STREAM.name:  # its place would tie the patient to the analysts' token
        return {"topic": record.topic, "sent": place is not None}
    found: dict[str, Any] = {"id": record.event_id, "topic": record.topic, "sent": bool(place)}
    if place:
        found |= {"partition": place[0], "offset": place[1]}
    found["consumers"] = [
        {"service": name, **_asked(peers.get(name, ""), record.event_id, name, authorization)}
        for name in _HEARD_BY.get(record.topic, ())
    ]
    return found


def _asked(url: str, event_id: str, reader: str, authorization: str) -> dict[str, Any]:
    """What a peer says of the event: its verdict, `not yet`, or `unknown` if it is away."""
    if not url:
        return {"verdict": "unknown"}
    try:
        answer = httpx2.get(
            f"{url}/v1/events/{event_id}",
            headers={"Authorization": authorization},
            timeout=PEER_TIMEOUT_S,
        )
        handled = answer.json()["handled"] if answer.status_code == 200 else []
    except (httpx2.HTTPError, ValueError, KeyError):
        return {"verdict": "unknown"}
    mine = next((each for each in handled if each["by"] == reader), None)
    if mine is None:
        return {"verdict": "not yet"}
    return {name: mine[name] for name in ("verdict", "code", "received_at")}
