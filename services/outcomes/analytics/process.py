"""The analytics process: a thread that feeds the columns, and the parts that answer from them."""

from collections.abc import Callable
from typing import Any

from services.outcomes.analytics.columns.empty import Empty
from services.outcomes.analytics.pictures.http import blueprint as charts
from services.outcomes.analytics.view import View
from services.outcomes.settings import Settings
from shared.contracts.topics import OUTCOMES
from shared.kernel.policy import Policy
from shared.processes.server import serve
from shared.runtime import clock, logs
from shared.runtime.policy_file import load
from shared.runtime.process import Drain
from shared.web.app import Door, create_app
from shared.web.identity import KeySource, Tokens

THREADS = 32
"""Each live connection of an analyst holds one."""
BLUEPRINTS: tuple[Callable[[View, Policy], Any], ...] = (charts,)
"""What the parts answer over HTTP."""


def run(settings: Settings) -> None:
    """Serves until SIGTERM."""
    serve(lambda drain: application(settings, drain), settings, THREADS)


def application(settings: Settings, _drain: Drain) -> Any:
    """The WSGI application on its columns."""
    logs.configure(OUTCOMES, "analytics", settings.log_level)
    policy = load(settings.policy_file)
    view = Empty(clock.utc_now)
    return create_app(
        Door(
            OUTCOMES,
            Tokens(settings.token_issuer, settings.token_audience, KeySource(settings.token_jwks)),
            {"columns": lambda: None},
            [blueprint(view, policy) for blueprint in BLUEPRINTS],
        )
    )
