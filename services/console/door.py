"""The Flask application of the console: who comes in, and what every answer carries."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, g

from services.console import presence
from services.console.frame import headers, mishaps
from services.console.places import Page, Place
from services.console.reading import Services
from services.console.settings import Settings
from services.console.signing.provider import Provider
from services.console.signing.session import Sealer
from services.console.words import FILTERS
from shared.kernel.policy import Policy
from shared.web.app import add_health, add_measures
from shared.web.identity import Tokens

NAME = "console"
FORM_MAX = 16_384


@dataclass(frozen=True)
class Door:
    """What the console is made of. Pages find it as `g.door`."""

    settings: Settings
    sealer: Sealer
    provider: Provider
    tokens: Tokens
    services: Services
    policy: Policy


def create_console(door: Door, pages: Sequence[Page]) -> Flask:
    app = Flask(__name__.rpartition(".")[0], static_url_path="/static")
    app.config.update(MAX_CONTENT_LENGTH=FORM_MAX, SEND_FILE_MAX_AGE_DEFAULT=3600)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.before_request
    def bring_door() -> None:
        g.door = door

    add_measures(app, NAME)
    presence.register(app)
    headers.register(app, door.settings)
    mishaps.register(app)
    add_health(app, {})
    for page in pages:
        app.register_blueprint(page.blueprint)
    _add_context(app, [page.place for page in pages if page.place])
    return app


def _add_context(app: Flask, places: Sequence[Place]) -> None:
    @app.before_request
    def know_places() -> None:
        who = g.get("principal")
        g.places = [place for place in places if who and place.may(who)]

    @app.context_processor
    def for_templates() -> dict[str, object]:
        """What every template may use."""
        return {
            "who": g.get("principal"),
            "places": g.get("places", []),
            "csrf": g.session.csrf if g.get("session") else "",
        }
