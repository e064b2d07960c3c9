"""The api process: gunicorn with one worker and threads; clients are made after the fork."""

from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from shared.messaging.dead_letter import DeadLetters
from shared.processes.service import Service
from shared.runtime import clock, logs
from shared.runtime.process import settle
from shared.runtime.settings import ServiceSettings
from shared.storage.mongo import MongoStore
from shared.web import events
from shared.web.app import Door, create_app
from shared.web.identity import KeySource, Tokens
from shared.web.ingest import Ingest

_CONFIG = Path(__file__).parents[2] / "deploy" / "gunicorn.conf.py"


def run(service: Service, settings: ServiceSettings) -> None:
    """Serves until SIGTERM, then finishes what it has begun."""
    _Server(service, settings).run()


def application(service: Service, settings: ServiceSettings) -> Any:
    """The WSGI application, with its own connection to the store."""
    logs.configure(service.name, "api", settings.log_level)
    store = MongoStore(settings.mongodb_uri)
    store.prepare(service.collections)
    policy = service.policy(settings)
    routes, runner = service.routes(policy), service.runner(store)
    ingest = Ingest(service.name, runner, routes, service.posted, policy, clock.utc_now)
    lanes = DeadLetters(service.name, runner, routes)
    return create_app(
        Door(
            service.name,
            Tokens(settings.token_issuer, settings.token_audience, KeySource(settings.token_jwks)),
            {"mongodb": store.ping},
            [
                events.blueprint(ingest, store, lanes, settings.peer_urls),
                service.reads(store, policy),
            ],
        )
    )


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn, configured by deploy/gunicorn.conf.py; the app is made in the worker."""

    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self._service, self._settings = service, settings
        super().__init__()

    def load_config(self) -> None:
        values: dict[str, Any] = {}
        exec(_CONFIG.read_text(encoding="utf-8"), values)  # noqa: S102 - our own file
        for name in self.cfg.settings:
            if name in values:
                self.cfg.set(name, values[name])
        self.cfg.set("bind", f"{self._settings.http_host}:{self._settings.http_port}")

    def load(self) -> Any:
        app = application(self._service, self._settings)
        settle()
        return app
