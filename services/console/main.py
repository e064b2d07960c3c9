"""The composition root of the console: settings in, a WSGI application out."""

from typing import Any

import httpx2

from services.console.door import Door, create_console
from services.console.pages import (
    clinic,
    events,
    home,
    operations,
    outcomes,
    patients,
    policy,
    signin,
)
from services.console.reading import Services
from services.console.settings import Settings
from services.console.signing.provider import Provider
from services.console.signing.session import Sealer
from shared.kernel.policy import Policy
from shared.processes.server import serve
from shared.runtime import logs
from shared.runtime.environment import SettingsError
from shared.runtime.policy_file import load
from shared.web.identity import Tokens

NAME = "console"
PAGES = (
    home.page,
    clinic.page,
    patients.page,
    operations.page,
    outcomes.page,
    policy.page,
    signin.page,
    events.page,
)
"""In the order of the menu."""


def run(settings: Settings) -> None:
    """Serves until SIGTERM. Raises SettingsError and PolicyError before it begins."""
    sealer, in_force = _sealer(settings), load(settings.policy_file)
    serve(lambda _drain: application(settings, sealer, in_force), settings)


def application(settings: Settings, sealer: Sealer, in_force: Policy) -> Any:
    logs.configure(NAME, "web", settings.log_level)
    return create_console(
        Door(
            settings,
            sealer,
            Provider(settings, httpx2.Client()),
            Tokens.of(settings),
            Services.at(settings.service_urls),
            in_force,
        ),
        PAGES,
    )


def _sealer(settings: Settings) -> Sealer:
    try:
        return Sealer(settings.console_key)
    except ValueError as error:
        raise SettingsError(f"CONSOLE_KEY: {error}") from error
