"""Calendar feeds over HTTP: their addresses for the site, their content for a phone."""

from hashlib import sha256
from typing import Any

from flask import Response, abort, make_response
from flask_smorest import Blueprint

from services.scheduling.adapters import ical
from services.scheduling.adapters.schemas import FeedSchema, FeedsQuery
from services.scheduling.application.people import feeds
from shared.runtime import clock
from shared.storage.store import Store
from shared.web.reading import clinic_reads, needs, needs_no_token, page_of, paged


def add_feeds(blp: Blueprint, store: Store) -> None:
    @blp.get("/feeds")
    @blp.arguments(FeedsQuery, location="query")
    @blp.response(200, page_of(FeedSchema))
    @needs("records:read")
    def listed(query: dict[str, Any]) -> dict[str, Any]:
        """The open calendar feeds of the clinic, with the secret address of each."""
        return paged(feeds.feeds(clinic_reads(store), **query))

    @blp.get("/feeds/<token>.ics")
    @blp.doc(security=[])
    @blp.response(200, {"type": "string"}, content_type=ical.MEDIA_TYPE)
    @needs_no_token
    def feed(token: str) -> Response:
        """One calendar as iCalendar (RFC 5545), at its secret address: no token is sent."""
        found = feeds.calendar_at(store, token, clock.utc_now())
        return _answer(ical.calendar(found)) if found else abort(404)


def _answer(body: bytes) -> Response:
    """What is unchanged is not sent again: the entity tag is of the bytes."""
    answer = make_response(body)
    answer.content_type = ical.MEDIA_TYPE
    answer.set_etag(sha256(body).hexdigest()[:32])
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer
