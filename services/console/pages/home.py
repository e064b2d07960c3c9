"""The first page: where this reader may go, with one live number for each place."""

from typing import Any

from flask import Blueprint, g, render_template

from services.console import presence
from services.console.places import Page

blueprint = Blueprint("home", __name__)
page = Page(blueprint)


@blueprint.get("/")
def home() -> Any:
    return render_template("home/page.html", cards=_cards())


@blueprint.get("/cards")
def cards() -> Any:
    """The part that is live."""
    return render_template("home/cards.html", cards=_cards())


def _cards() -> list[Any]:
    reader, who = presence.reader(), g.principal
    return [(place, place.figure(reader, who)) for place in g.places]
