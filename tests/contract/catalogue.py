"""Every event type with its example, and every service as the composition root puts it together."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask

from services.intake import main as intake
from services.outcomes import main as outcomes
from services.session_record import main as session_record
from shared.codec import schema, strict_json
from shared.codec.cloudevents import KafkaRecord, from_structured, to_kafka
from shared.contracts.topics import (
    INTAKE,
    OUTCOMES,
    POSTED,
    SERVICES,
    SESSION_RECORD,
    STREAM,
    TOPIC_OF,
)
from shared.kernel.clock import Clock
from shared.local.services import PACKAGES
from shared.messaging.dead_letter import DeadLetters
from shared.processes.service import Service
from shared.runtime.policy_file import load
from shared.storage.memory import MemoryStore
from shared.storage.runner import Runner
from shared.storage.steps import Step
from shared.web import events
from shared.web.app import Door, create_app
from shared.web.descriptions import CONTRACTS, example
from shared.web.identity import KeySource, Principal, Tokens
from shared.web.ingest import Ingest
from shared.web.operations import http as operations
from tests.kit.outcomes import KEYS
from tests.kit.people import VAULT

ROOT = Path(__file__).parents[2]
POLICY = load(ROOT / "deploy" / "policy" / "network.json")
NOW = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
"""After every example, so that none is of the future."""
TYPES = sorted(CONTRACTS)
EMITTED = sorted(TOPIC_OF)
NAMED = [each for each in EMITTED if TOPIC_OF[each] is not STREAM]
TAKEN = [(service, contract.type) for service in SERVICES for contract in POSTED[service]]
ROLES = frozenset(
    {"coordinator", "prescriber", "psychiatrist", "nurse", "therapist", "medical-director"}
)


SEALING: dict[str, Callable[[], Service]] = {
    INTAKE: partial(intake.service, VAULT),
    SESSION_RECORD: partial(session_record.service, VAULT),
    OUTCOMES: partial(outcomes.service, KEYS),
}
"""Those that need a key of their own to be put together."""


class AnyToken(Tokens):
    """Whoever asks is the site that the examples come from."""

    def __init__(self) -> None:
        super().__init__("", "", KeySource(""))

    def principal(self, headers: list[str]) -> Principal:  # noqa: ARG002 - all are let in
        scopes = frozenset({"events:write", "events:read", "records:read"})
        return Principal("riverside-main", "riverside", "main", ROLES, scopes)


def service_named(name: str) -> Service:
    if name in SEALING:
        return SEALING[name]()
    found: Service = import_module(f"services.{PACKAGES[name]}.main").SERVICE
    return found


def application(name: str, clock: Clock = lambda: NOW) -> Flask:
    """The service's whole HTTP door, over a store in memory."""
    service, store = service_named(name), MemoryStore()
    routes = service.routes(POLICY)
    tokens = (f"token-{number}" for number in itertools.count(1))
    runner = Runner(name, store, clock, lambda: next(tokens), lambda _attempt: None, _raise)
    ingest = Ingest(name, runner, routes, service.posted, POLICY, clock)
    lanes = DeadLetters(name, runner, routes)
    blueprints = [
        events.blueprint(ingest, store, lanes, {}),
        operations.blueprint(name, store, clock),
        service.reads(store, POLICY),
    ]
    return create_app(Door(name, AnyToken(), {}, blueprints))


def record_of(event_type: str) -> KafkaRecord:
    """The example as the unit of work would send it."""
    content, topic = example(event_type), TOPIC_OF[event_type]
    attributes = {name: content[name] for name in content if name not in ("data", "clinic")}
    envelope = from_structured({"time": "2026-01-01T00:00:00Z"} | attributes, "riverside")
    data = schema.load(CONTRACTS[event_type], content["data"], closed=True)
    return to_kafka(envelope.carrying(data), topic.name, named=topic is not STREAM)


def canonical(value: object) -> bytes:
    return strict_json.dumps(strict_json.loads(strict_json.dumps(value)))


def is_understood(answer: dict[str, Any]) -> bool:
    """Decided or kept, or asked for again because it names somebody and must wait."""
    taken = ("accepted", "deferred", "rejected")
    return answer["verdict"] in taken or answer["code"] == "not-yet"


def with_data(content: dict[str, Any], **data: Any) -> dict[str, Any]:
    return content | {"data": content["data"] | data}


def _raise(_step: Step, bug: Exception) -> str:
    raise bug
