"""The lanes' routes: what waits and why, try again, repair, give up.

What an event says is shown to those alone who may change it, and as it was on Kafka: what is
sealed stays sealed. Every call is in the audit trail, acts before they are done.
"""

from base64 import b64encode
from typing import Any, Protocol

from flask import Response, abort, jsonify, request
from flask_smorest import Blueprint

from shared.codec import strict_json
from shared.kernel.errors import Malformed, Rejected
from shared.storage.journal import unpacked
from shared.storage.lanes import LANES, LETTERS
from shared.storage.store import Document, Session, Store
from shared.web.problems import problem
from shared.web.reading import needs, principal

SHOWN = 200
SHORTEST, LONGEST = 5, 200
ELSEWHERE = "no such lane is parked here: each service has its own, see GET /v1/lanes of the others"


class Lanes(Protocol):
    """The dead-letter lanes of a consumer group (see shared.messaging.dead_letter)."""

    def replay(self, lane: str) -> int: ...

    def discard(self, lane: str) -> int: ...

    def repair(self, lane: str, letter: str, value: object, by: str, reason: str) -> Document: ...


def add_lanes(blp: Blueprint, store: Store, lanes: Lanes) -> None:
    _add_reads(blp, store)
    _add_acts(blp, store, lanes)


def _add_reads(blp: Blueprint, store: Store) -> None:
    @blp.get("/lanes")
    @needs("ops:read")
    def parked_lanes() -> Response:
        """The parked dead-letter lanes: since when and why, never what is in them."""
        found = store.session().where(LANES, {"parked": True}, limit=SHOWN)
        return jsonify({"items": [_lane(each) for each in found]})

    @blp.get("/lanes/<path:lane>")
    @needs("ops:read")
    def one_lane(lane: str) -> Response:
        """Its letters in order, as they came; what they say only with `ops:write`."""
        session = store.session()
        known, may_see = _parked(session, lane), "ops:write" in principal().scopes
        waiting = {"lane": lane, "status": "parked"}
        letters = session.where(LETTERS, waiting, order="order", limit=SHOWN)
        shown = [_letter(each) | (_body(each["value"]) if may_see else {}) for each in letters]
        return jsonify(_lane(known) | {"letters": shown, "more": len(shown) == SHOWN})


def _add_acts(blp: Blueprint, store: Store, lanes: Lanes) -> None:
    @blp.post("/lanes/<path:lane>/replay")
    @needs("ops:write")
    def replay_lane(lane: str) -> Response:
        """Apply what can be applied now; the lane opens once it is empty."""
        _parked(store.session(), lane)
        return jsonify({"applied": lanes.replay(lane)})

    @blp.post("/lanes/<path:lane>/repair")
    @needs("ops:write")
    def repair_letter(lane: str) -> Response:
        """`{letter, value, reason}`: the first letter with another value, if it can be applied;
        else nothing is changed (409 says why). The original bytes are kept."""
        _parked(store.session(), lane)
        asked, reason = _asked(), _reason()
        letter = asked.get("letter")
        if not isinstance(letter, str) or "value" not in asked:
            abort(422, "letter: the id of the first letter; value: the whole value as JSON")
        try:
            return jsonify(lanes.repair(lane, letter, asked["value"], principal().subject, reason))
        except Rejected as no:
            return problem(409, "Not repaired", no.reason, code=no.code)

    @blp.post("/lanes/<path:lane>/discard")
    @needs("ops:write")
    def discard_lane(lane: str) -> Response:
        """`{reason}`: give up what waits in the lane; the bytes are kept."""
        _reason()
        _parked(store.session(), lane)
        return jsonify({"discarded": lanes.discard(lane)})


def _parked(session: Session, lane: str) -> Document:
    found = session.find(LANES, [lane])
    if not found or not found[0]["parked"]:
        abort(404, ELSEWHERE)
    return found[0]


def _asked() -> dict[str, Any]:
    try:
        asked = strict_json.loads(request.get_data(cache=True))
    except Malformed as fault:
        abort(400, str(fault))
    return asked if isinstance(asked, dict) else abort(422, "send a JSON object")


def _reason() -> str:
    reason = _asked().get("reason")
    if not isinstance(reason, str) or not SHORTEST <= len(reason.strip()) <= LONGEST:
        abort(422, f"reason: say why, in {SHORTEST} to {LONGEST} characters")
    return reason.strip()


def _lane(document: Document) -> dict[str, Any]:
    return {
        "lane": document["_id"],
        "code": document["code"],
        "reason": document["reason"],
        "since": document["since"].isoformat(),
    }


def _letter(document: Document) -> dict[str, Any]:
    named = {name: value.decode(errors="replace") for name, value in unpacked(document["headers"])}
    return {
        "id": document["_id"],
        **{name: document[name] for name in ("topic", "partition", "offset", "code", "reason")},
        "since": document["parked_at"].isoformat(),
        "type": named.get("ce_type", ""),
        "event_id": named.get("ce_id", ""),
    }


def _body(value: bytes | None) -> dict[str, Any]:
    """As text where it is text; bytes of no text as base64."""
    try:
        return {"body": None if value is None else value.decode()}
    except UnicodeDecodeError:
        return {"body": None, "body_base64": b64encode(value or b"").decode()}
