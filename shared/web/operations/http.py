"""`GET /v1/operations`: how this service stands, for the operations team. Nothing of a patient."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from shared.kernel.clock import Clock
from shared.storage.operations.overview import overview
from shared.storage.store import Store
from shared.web.reading import needs

_SECONDS = {"type": ["number", "null"], "minimum": 0}
_NUMBER = {"type": "integer", "minimum": 0}
_TEXT = {"type": "string"}


def blueprint(service: str, store: Store, clock: Clock) -> Blueprint:
    blp = Blueprint("operations", __name__, url_prefix="/v1", description="How the service stands")

    @blp.get("/operations")
    @blp.doc(responses={"200": {"description": "now", "content": _content()}})
    @needs("ops:read")
    def operations() -> Response:
        """What waits where and since when, which sites were seen, and what is reachable."""
        return jsonify(overview(store.session(), service, clock()))

    return blp


def _content() -> dict[str, Any]:
    waiting = {"waiting": _NUMBER, "oldest_s": _SECONDS}
    lanes = {"parked": _NUMBER, "letters": _NUMBER, "oldest_s": _SECONDS}
    site = {
        "source": _TEXT,
        "clinic": _TEXT,
        "last_at": _TEXT,
        "last_sequence": _NUMBER,
        "missing": {"type": "array", "items": {"type": "array", "items": _NUMBER}},
    }
    members = {
        "service": _TEXT,
        "at": _TEXT,
        "outbox": _object(waiting),
        "lanes": _object(lanes),
        "deferred": _NUMBER,
        "consumer": _list({"topic": _TEXT, "records": _NUMBER, "seconds": _SECONDS}),
        "knowledge": _list({"producer": _TEXT, "age_s": _SECONDS}),
        "sites": _list(site),
        "health": _object({"mongodb": _TEXT, "kafka": _TEXT}),
        "processes": _list({"kind": _TEXT, "instance": _TEXT, "at": _TEXT}),
    }
    return {"application/json": {"schema": _object(members)}}


def _object(members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(members), "properties": members}


def _list(members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(members)}
