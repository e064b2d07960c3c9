"""The api process: events in, reads out."""

from functools import partial
from typing import Any

from shared.messaging.dead_letter import DeadLetters
from shared.processes.server import serve
from shared.processes.service import Service
from shared.processes.watch import Watch
from shared.runtime import clock, logs
from shared.runtime.metrics import Dependency
from shared.runtime.process import Drain, background
from shared.runtime.settings import ServiceSettings
from shared.storage.mongo import MongoStore
from shared.web import events
from shared.web.app import Door, create_app
from shared.web.identity import Tokens
from shared.web.ingest import Ingest
from shared.web.operations import http as operations
from shared.web.operations.quota import Quota

EVERY_S = 5.0
"""How often it writes which sites it has seen, and says how it stands."""


def run(service: Service, settings: ServiceSettings) -> None:
    """Serves until SIGTERM, then finishes what it has begun."""
    serve(lambda drain: application(service, settings, drain), settings)


def application(service: Service, settings: ServiceSettings, drain: Drain) -> Any:
    """The WSGI application, with its own connection to the store."""
    logs.configure(service.name, "api", settings.log_level)
    store = MongoStore(settings.mongodb_uri)
    store.prepare(service.collections)
    policy = service.policy(settings)
    routes, runner = service.routes(policy), service.runner(store)
    quota = _quota(settings)
    ingest = Ingest(service.name, runner, routes, service.posted, policy, clock.utc_now, quota)
    lanes = DeadLetters(service.name, runner, routes)
    background("watch", partial(_watch(service, settings, store, ingest).run, drain, EVERY_S))
    return create_app(
        Door(
            service.name,
            Tokens.of(settings),
            {"mongodb": store.ping},
            [
                events.blueprint(ingest, store, lanes, settings.peer_urls),
                operations.blueprint(service.name, store, clock.utc_now),
                service.reads(store, policy),
            ],
        )
    )


def _quota(settings: ServiceSettings) -> Quota:
    return Quota(
        settings.quota_events_s,
        settings.quota_burst,
        settings.quota_bulk,
        settings.quota_bulk_per_clinic,
    )


def _watch(service: Service, settings: ServiceSettings, store: MongoStore, ingest: Ingest) -> Watch:
    return Watch(
        "api",
        settings.instance or clock.random_token(),
        store,
        store.ping,
        Dependency(service.name, "mongodb"),
        clock.utc_now,
        chore=ingest.sightings.flush,
    )
