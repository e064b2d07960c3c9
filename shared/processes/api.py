"""The api process: events in, reads out."""

from typing import Any

from shared.messaging.dead_letter import DeadLetters
from shared.processes.server import serve
from shared.processes.service import Service
from shared.runtime import clock, logs
from shared.runtime.settings import ServiceSettings
from shared.storage.mongo import MongoStore
from shared.web import events
from shared.web.app import Door, create_app
from shared.web.audit import http as audit
from shared.web.audit.trail import Trail
from shared.web.identity import Tokens
from shared.web.ingest import Ingest
from shared.web.operations import http as operations


def run(service: Service, settings: ServiceSettings) -> None:
    """Serves until SIGTERM, then finishes what it has begun."""
    serve(lambda _drain: application(service, settings), settings)


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
            Tokens.of(settings),
            {"mongodb": store.ping},
            [
                events.blueprint(ingest, store, lanes, settings.peer_urls),
                operations.blueprint(service.name, store, clock.utc_now),
                audit.blueprint(store),
                service.reads(store, policy),
            ],
            Trail(service.name, store, clock.utc_now, clock.random_token),
        )
    )
