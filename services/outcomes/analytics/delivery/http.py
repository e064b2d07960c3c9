"""`GET /v1/stream`: server-sent events or pages of NDJSON, from any cursor on."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields, validate

from services.outcomes.analytics.delivery import sse
from services.outcomes.analytics.delivery.cursor import (
    LONGEST,
    CursorError,
    CursorExpired,
    Cursors,
    NotReadYet,
)
from services.outcomes.analytics.delivery.reading import Reader, Wanted
from services.outcomes.analytics.delivery.slots import LIVE, POLLS, Slots
from services.outcomes.analytics.view import Log, Places
from shared.codec import strict_json
from shared.contracts.outcomes import StreamIndication
from shared.runtime.logs import logger
from shared.web.identity import Principal
from shared.web.problems import problem
from shared.web.reading import needs, principal

NDJSON = "application/x-ndjson"
CURSOR, MORE = "Kap-Cursor", "Kap-More"
LIMIT, LIMIT_MAX = 1000, 5000
WAIT_MAX_S = 25
RETRY_AFTER_S = 5
_LIVE_FULL = (
    "Everybody who may listen at once does. Come again after Retry-After, or read pages of NDJSON"
    " (Accept: application/x-ndjson), which show the same a little later."
)
_NEITHER = "Accept text/event-stream for a live stream, or application/x-ndjson for pages of it."


class StreamQuery(Schema):
    class Meta:
        unknown = RAISE

    cursor = fields.String(load_default="", validate=validate.Length(max=LONGEST))
    limit = fields.Integer(load_default=LIMIT, validate=validate.Range(1, LIMIT_MAX))
    wait_s = fields.Float(load_default=0, validate=validate.Range(0, WAIT_MAX_S))
    instrument = fields.String(load_default="", validate=validate.Length(max=64))
    indication = fields.String(
        load_default="",
        validate=validate.OneOf(StreamIndication.__args__),  # type: ignore[attr-defined]
    )


@dataclass(frozen=True)
class Delivery:
    """What the route stands on. `caught_up`: whether all that Kafka had at the start is read.
    `stops`: true once the process was asked to stop. `is_revoked`: whether a reader whose stream
    goes on must be sent away."""

    log: Log
    cursors: Cursors
    caught_up: Callable[[], bool]
    stops: Callable[[], object]
    live: Slots = field(default_factory=lambda: Slots(LIVE))
    polls: Slots = field(default_factory=lambda: Slots(POLLS))
    clock_s: Callable[[], float] = time.monotonic
    is_revoked: Callable[[Principal], bool] = lambda _principal: False

    def reader(self, query: Mapping[str, Any]) -> Reader:
        return Reader(self.log, self.cursors, Wanted(query["instrument"], query["indication"]))

    def after(self, text: str) -> Places:
        return self.cursors.places(text, self.log, self.caught_up)


def blueprint(delivery: Delivery) -> Blueprint:
    blp = Blueprint("stream", __name__, url_prefix="/v1", description="The analysts' stream.")

    @blp.get("/stream")
    @blp.arguments(StreamQuery, location="query")
    @blp.doc(responses=_RESPONSES)
    @needs("stream:read")
    def stream(query: dict[str, Any]) -> Response:
        """Everything on the stream after a cursor, and then what comes: de-identified results,
        people, withdrawals. Without a cursor: from the beginning."""
        wanted = request.accept_mimetypes.best_match([NDJSON, sse.CONTENT_TYPE])
        if wanted is None and request.accept_mimetypes:
            return problem(406, "Not Acceptable", _NEITHER)
        try:
            after = delivery.after(request.headers.get("Last-Event-ID") or query["cursor"])
        except CursorError as error:
            return _refused(error)
        answer = _live if wanted == sse.CONTENT_TYPE else _page
        return answer(delivery, query, after)

    return blp


def _page(delivery: Delivery, query: Mapping[str, Any], after: Places) -> Response:
    waits = query["wait_s"] > 0 and delivery.polls.take()
    until_s = delivery.clock_s() + query["wait_s"] * waits
    try:
        page = delivery.reader(query).awaited(
            after,
            query["limit"],
            lambda: waits and not delivery.stops() and delivery.clock_s() < until_s,
        )
    finally:
        if waits:
            delivery.polls.give_back()
    _, upcoming = delivery.log.places()
    more = any(page.places.get(each, 0) < place for each, place in upcoming.items())
    _note("stream read", query, after, events=len(page.events))
    answer = Response(
        b"".join(strict_json.dumps(each) + b"\n" for each in page.events), content_type=NDJSON
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers[CURSOR] = delivery.cursors.text(page.places)
    answer.headers[MORE] = "true" if more else "false"
    if query["wait_s"] and not waits:
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _live(delivery: Delivery, query: Mapping[str, Any], after: Places) -> Response:
    if not delivery.live.take():
        full = problem(429, "Too Many Requests", _LIVE_FULL)
        full.headers["Retry-After"] = str(RETRY_AFTER_S)
        return full
    _note("stream read begins", query, after)
    reader = principal()
    live = sse.Live(
        delivery.reader(query),
        lambda: delivery.stops() or delivery.is_revoked(reader),
        delivery.clock_s,
    )
    answer = Response(live.text(after), content_type=sse.CONTENT_TYPE, headers=sse.HEADERS)

    @answer.call_on_close
    def closed() -> None:
        delivery.live.give_back()
        logger().info("stream read ends", who=reader.subject, events=live.sent)

    return answer


def _note(what: str, query: Mapping[str, Any], after: Places, **more: Any) -> None:
    """Who read the stream, from where on, and how much (reference 6): never what."""
    filters = {name: query[name] for name in ("instrument", "indication") if query[name]}
    places = {str(each): after[each] for each in sorted(after)}
    logger().info(what, who=principal().subject, after=places, **filters, **more)


def _refused(error: CursorError) -> Response:
    if isinstance(error, CursorExpired):
        return problem(410, "Gone", str(error), code="cursor-expired", oldest=error.oldest)
    if isinstance(error, NotReadYet):
        answer = problem(503, "Service Unavailable", str(error), code="not-read-yet")
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer
    return problem(400, "Bad Request", str(error), code="cursor-invalid")


_RESPONSES = {
    "200": {
        "description": "events: one per line, or as server-sent events; header Kap-Cursor: where"
        " the page ends, Kap-More: whether there is more now",
        "content": {
            NDJSON: {"schema": {"type": "string"}},
            sse.CONTENT_TYPE: {"schema": {"type": "string"}},
        },
    },
    "400": {"description": "cursor-invalid: no cursor of this stream"},
    "410": {"description": "cursor-expired: `oldest` is the cursor to go on from"},
    "429": {"description": "too many listen at once"},
    "503": {"description": "not-read-yet: send the same again after Retry-After"},
}
