"""The events resource: post events, follow one, ask what is missing, look after the lanes."""

from collections.abc import Mapping
from typing import Any, Protocol

from flask import Response, abort, jsonify, request
from flask_smorest import Blueprint

from shared.storage.lanes import LANES
from shared.storage.store import Store
from shared.web import descriptions, gaps
from shared.web.ingest import BATCH, BINARY, NDJSON, STRUCTURED, Ingest
from shared.web.journey import journey
from shared.web.reading import needs, principal

_SHOWN = 200


class Lanes(Protocol):
    """The dead-letter lanes of a consumer group (see shared.messaging.dead_letter)."""

    def replay(self, lane: str) -> int: ...

    def discard(self, lane: str) -> int: ...


def blueprint(ingest: Ingest, store: Store, lanes: Lanes, peers: Mapping[str, str]) -> Blueprint:
    blp = Blueprint("events", __name__, url_prefix="/v1", description="Events of clinic sites")
    _add_events(blp, ingest, store, peers)
    _add_lanes(blp, store, lanes)
    return blp


def _add_events(blp: Blueprint, ingest: Ingest, store: Store, peers: Mapping[str, str]) -> None:
    @blp.post("/events")
    @blp.doc(requestBody=_request_body(ingest.posted), responses=_responses())
    @needs("events:write")
    def post_events() -> tuple[Response, int]:
        """Post one CloudEvent or many; the answer has a verdict for each, in order."""
        answer, status = ingest.take(request, principal())
        return jsonify(answer), status

    @blp.get("/events/<event_id>")
    @needs("events:read")
    def event_journey(event_id: str) -> Response:
        """Where an event has been: received, stored, published, and what each consumer did."""
        authorization = request.headers["Authorization"]
        found = journey(store.session(), event_id, principal().clinic, peers, authorization)
        return jsonify(found) if found else abort(404)

    @blp.get("/gaps")
    @needs("events:read")
    def sequence_gaps() -> Response:
        """The numbers missing among the site's last events, below `?below=`."""
        below = request.args.get("below", "")
        if not (below.isascii() and below.isdigit() and len(below) < 16):
            abort(422, "below is a whole number")
        source = f"/clinics/{principal().clinic}/sites/{principal().site}"
        missing = gaps.missing_of(store.session(), source, int(below))
        return jsonify({"source": source, "missing": missing})


def _add_lanes(blp: Blueprint, store: Store, lanes: Lanes) -> None:
    @blp.get("/lanes")
    @needs("ops:read")
    def parked_lanes() -> Response:
        """The parked dead-letter lanes: since when and why, never what is in them."""
        found = store.session().where(LANES, {"parked": True}, limit=_SHOWN)
        return jsonify(
            {
                "items": [
                    {
                        "lane": each["_id"],
                        "code": each["code"],
                        "reason": each["reason"],
                        "since": each["since"].isoformat(),
                    }
                    for each in found
                ]
            }
        )

    @blp.post("/lanes/<lane>/replay")
    @needs("ops:write")
    def replay_lane(lane: str) -> Response:
        """Apply what can be applied now; the lane opens once it is empty."""
        return jsonify({"applied": lanes.replay(lane)})

    @blp.post("/lanes/<lane>/discard")
    @needs("ops:write")
    def discard_lane(lane: str) -> Response:
        """Give up what waits in the lane; the bytes are kept."""
        return jsonify({"discarded": lanes.discard(lane)})


def _request_body(posted: frozenset[str]) -> dict[str, Any]:
    types = sorted(posted)
    one = {"oneOf": [descriptions.envelope_schema(each) for each in types]}
    examples = {each: {"value": descriptions.example(each)} for each in types}
    batch = {"type": "array", "items": one, "minItems": 1, "maxItems": 500}
    return {
        "required": True,
        "content": {
            STRUCTURED: {"schema": one, "examples": examples},
            BATCH: {"schema": batch},
            NDJSON: {"schema": {"type": "string", "description": "one event per line"}},
            BINARY: {"schema": {"type": "object", "description": "binary mode: ce- headers"}},
        },
    }


def _verdict() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["verdict"],
        "properties": {
            "verdict": {
                "type": "string",
                "enum": ["accepted", "duplicate", "deferred", "conflict", "rejected", "invalid"],
            },
            "id": {"type": "string"},
            "source": {"type": "string"},
            "receipt": {"type": "string"},
            "code": {"type": "string"},
            "reason": {"type": "string"},
            "path": {"type": "string", "description": "JSON Pointer to what is wrong"},
            "blockers": {"type": "array", "items": {"type": "object"}},
            "created": {"type": "array", "items": {"type": "string"}},
            "alternatives": {
                "type": "array",
                "items": {"type": "string"},
                "description": "what could be had instead: dosing-1 2026-12-01T14:00:00Z",
            },
            "first": {"type": "string", "description": "a duplicate's first verdict"},
        },
    }


def _responses() -> dict[str, Any]:
    verdict = _verdict()
    many = {
        "type": "object",
        "properties": {
            "verdicts": {"type": "array", "items": verdict},
            "gaps": {"type": "array", "items": {"type": "object"}},
        },
    }
    content = {"application/json": {"schema": {"anyOf": [verdict, many]}}}
    words = {
        "200": "a batch's verdicts, or a duplicate",
        "202": "accepted, or deferred until something else is heard",
        "400": "invalid",
        "409": "the id came before with other content",
        "412": "If-Match names a version that is no longer current",
        "422": "rejected by a rule",
    }
    answers: dict[str, Any] = {
        status: {"description": text, "content": content} for status, text in words.items()
    }
    return answers | {"429": _again()}


def _again() -> dict[str, Any]:
    words = "nothing was decided: too much at once; the same again after Retry-After seconds"
    seconds = {"schema": {"type": "integer", "minimum": 1}}
    content = {"application/problem+json": {"schema": {"type": "object"}}}
    return {"description": words, "headers": {"Retry-After": seconds}, "content": content}
