"""Outcomes: the report of the network, of one clinic, or the newest release, and its pictures."""

import re
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, g, render_template, request
from werkzeug.exceptions import BadRequest

from services.console import presence
from services.console.network import pictures, report
from services.console.network.report import Asked
from services.console.places import Figure, Page, Place
from services.console.reading import Reader
from shared.runtime import clock
from shared.web.identity import Principal

blueprint = Blueprint("outcomes", __name__, url_prefix="/outcomes")
_NAME = re.compile(r"[a-z]{1,20}")


def may(principal: Principal) -> bool:
    scope = "records:read" if principal.clinic else "network:read"
    return scope in principal.scopes


reads = presence.needs(may, "people of a clinic (records:read) or the network (network:read)")


def figure(reader: Reader, who: Principal) -> Figure:
    """A report is too dear to be computed for a number every few seconds."""
    answer = reader.get(report.SERVICE, "/health/ready")
    if answer.fault:
        return Figure("Away", answer.fault, "unknown")
    words = "is the newest release" if report.is_analyst(who) else "is computed as you look"
    return Figure("Report", words, "ok")


page = Page(
    blueprint,
    Place(
        "/outcomes",
        "Outcomes",
        "Response and remission with their intervals, who was lost, and the plots.",
        may,
        figure,
    ),
)


@blueprint.get("")
@reads
def overview() -> Any:
    who, reader, asked = g.principal, presence.reader(), _asked(g.principal)
    charts = list(pictures.charts_of(who, asked))
    found = list(reader.services.pool.map(lambda each: pictures.shown(reader, each), charts))
    return render_template(
        "outcomes/page.html",
        report=report.report(reader, asked),
        asked=asked,
        charts=found,
        groupings=report.groupings(who),
        windows=report.WINDOWS,
        released=report.is_analyst(who),
        today=clock.utc_now().date(),
    )


@blueprint.get("/charts/<name>.svg")
@reads
def chart(name: str) -> Response:
    """The picture from analytics: what may be seen is decided there, by the reader's token."""
    if not _NAME.fullmatch(name):
        abort(404)
    status, drawing = pictures.drawn(presence.reader(), name, request.query_string.decode("ascii"))
    if status != 200:
        abort(status if status in (403, 404) else 503)
    return Response(drawing, content_type="image/svg+xml")


def _asked(who: Principal) -> Asked:
    known = report.groupings(who)
    by = request.args.get("by", next(iter(known)))
    window = request.args.get("window", "latest")
    if by not in known or window not in report.WINDOWS:
        raise BadRequest("The report is not grouped like this. Choose again from the page.")
    return Asked(by, window, _day() if not report.is_analyst(who) else None)


def _day() -> date | None:
    given = request.args.get("as_of", "")
    try:
        day = date.fromisoformat(given) if given else None
    except ValueError as error:
        raise BadRequest("The day is a date, as 2026-01-31. Choose again.") from error
    return day if day and day < clock.utc_now().date() else None
