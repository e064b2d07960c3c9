"""The journey of one event, hop by hop, for those whose clinic's it is."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from services.console import presence
from services.console.course.journey import journey_of
from services.console.places import Page, with_scope

blueprint = Blueprint("event", __name__, url_prefix="/events")
page = Page(blueprint)


reads = presence.needs(with_scope("events:read"), "people of a clinic (events:read)")


@blueprint.get("")
@reads
def find() -> Any:
    """One field: the id of an event, as the site knows it."""
    if asked := request.args.get("id", "").strip():
        return redirect(url_for("event.journey", event_id=asked), 303)
    return render_template("patients/find.html")


@blueprint.get("/<event_id>")
@reads
def journey(event_id: str) -> Any:
    found = journey_of(presence.reader(), event_id)
    if not found.hops and not found.faults:
        abort(404)
    return render_template("patients/event.html", journey=found)
