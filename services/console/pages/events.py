"""The journey of one event, hop by hop, for those whose clinic's it is."""

from typing import Any

from flask import Blueprint, abort, render_template

from services.console import presence
from services.console.course.journey import journey_of
from services.console.places import Page, with_scope

blueprint = Blueprint("events", __name__, url_prefix="/events")
page = Page(blueprint)


@blueprint.get("/<event_id>")
@presence.needs(with_scope("events:read"), "people of a clinic (events:read)")
def journey(event_id: str) -> Any:
    found = journey_of(presence.reader(), event_id)
    if not found.hops and not found.faults:
        abort(404)
    return render_template("patients/event.html", journey=found)
