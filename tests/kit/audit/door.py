"""A service's whole HTTP door with its audit trail, and callers who are let in by name."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from flask.testing import FlaskClient

from shared.messaging.dead_letter import DeadLetters
from shared.processes.service import Service
from shared.storage.store import AUDIT, Document, Store
from shared.web import events
from shared.web.app import Door, create_app
from shared.web.audit import http as audit
from shared.web.audit.trail import Trail
from shared.web.identity import KeySource, Principal, Tokens
from shared.web.ingest import Ingest
from shared.web.operations import http as operations
from tests.kit.door import POLICY
from tests.kit.toy import NOW, runner

NURSE = Principal(
    *("riverside-nurse", "riverside", "main", frozenset({"nurse"})),
    frozenset({"records:read", "identity:read", "events:read", "process-notes:author"}),
)
NEIGHBOUR = replace(NURSE, subject="harbor-nurse", clinic="harbor")
NOBODY = replace(NURSE, subject="visitor", scopes=frozenset())
OPERATIONS = Principal(
    *("operations", "", "", frozenset({"operations"})), frozenset({"ops:read", "ops:write"})
)
DIRECTOR = Principal(
    *("medical-director", "", "", frozenset({"medical-director"})),
    frozenset({"network:read", "records:break-glass", "identity:read", "process-notes:author"}),
)
CALLERS = {each.subject: each for each in (NURSE, NEIGHBOUR, NOBODY, OPERATIONS, DIRECTOR)}
GLASS = {"Break-Glass": "found unconscious, what was given", "Break-Glass-Clinic": "riverside"}


class Known(Tokens):
    """Whoever says a name is that caller."""

    def __init__(self) -> None:
        super().__init__("", "", KeySource(""))

    def principal(self, headers: list[str]) -> Principal:
        return CALLERS[headers[0]]


def client(
    service: Service, store: Store, now: Callable[[], datetime] = lambda: NOW
) -> FlaskClient:
    routes, run = service.routes(POLICY), runner(store, service=service.name)
    tokens = (f"{number:016}" for number in itertools.count(1))
    ingest = Ingest(service.name, run, routes, service.posted, POLICY, now)
    blueprints = [
        events.blueprint(ingest, store, DeadLetters(service.name, run, routes), {}),
        operations.blueprint(service.name, store, now),
        audit.blueprint(store),
        service.reads(store, POLICY),
    ]
    trail = Trail(service.name, store, now, lambda: next(tokens))
    return create_app(Door(service.name, Known(), {}, blueprints, trail)).test_client()


def by(who: Principal, **headers: str) -> dict[str, str]:
    return {"Authorization": who.subject, **headers}


def rows(store: Store) -> list[Document]:
    return store.session().where(AUDIT, {})
