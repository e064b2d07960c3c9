"""Replays over HTTP: operations starts one and asks how it stands. Every start is audited."""

from collections.abc import Callable
from typing import Any, get_args

from flask import Response, abort, jsonify
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields, validate

from services.outcomes.analytics.replay.replaying import Replays, Swap, as_json
from shared.kernel.errors import Rejected
from shared.runtime.clock import random_token
from shared.web.problems import problem
from shared.web.reading import needs

Note = Callable[[int], None]
"""Writes this act into the audit trail, with the HTTP status; 0: it is about to be done."""


class ReplayRequest(Schema):
    class Meta:
        unknown = RAISE

    swap = fields.String(load_default="no", validate=validate.OneOf(get_args(Swap)))
    reason = fields.String(required=True, validate=validate.Length(min=5, max=200))


def blueprint(replays: Replays, note: Note) -> Blueprint:
    blp = Blueprint("replay", __name__, url_prefix="/v1", description="The projection, once more")

    @blp.post("/replay")
    @blp.arguments(ReplayRequest)
    @needs("ops:write")
    def start(asked: dict[str, Any]) -> tuple[Response, int] | Response:
        """Builds the projection from the topics' beginning beside the one at work, and compares.

        `swap`: `no`, `equal` (take it if it is the same), `any` (also if it is not). Nothing is
        swapped where the topics do not have everything any more.
        """
        note(0)
        try:
            replay = replays.start(random_token(), asked["swap"])
        except Rejected as no:
            note(409)
            return problem(409, "No replay was started", no.reason, code=no.code)
        note(202)
        return jsonify(as_json(replay)), 202

    @blp.get("/replay/<replay_id>")
    @needs("ops:read")
    def one(replay_id: str) -> Response:
        """How far it is; at its end both checksums of every table, and whether it was swapped."""
        found = replays.of(replay_id)
        return jsonify(as_json(found)) if found else abort(404, "start one with POST /v1/replay")

    return blp
