"""A service's HTTP door on the toy routes, with real tokens signed by a key of the test's own."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from shared.contracts.topics import POSTED
from shared.kernel.errors import Unavailable
from shared.messaging.dead_letter import DeadLetters
from shared.runtime.policy_file import load
from shared.storage.memory import MemoryStore
from shared.storage.store import Store
from shared.web import events
from shared.web.app import Door, create_app
from shared.web.identity import KeySource, Tokens
from shared.web.ingest import Ingest
from shared.web.operations import http as operations
from shared.web.operations.quota import Quota
from tests.kit.toy import NOW, ROUTES, Clock, runner

POLICY = load(Path(__file__).parents[2] / "deploy" / "policy" / "network.json")
KEY = RSAKey.generate_key(2048, {"kid": "test-key", "use": "sig"})
ISSUER = "https://issuer.example"
SITE_SCOPES = "events:write events:read records:read"


def jwks_file(folder: Path) -> Path:
    file = folder / "jwks.json"
    file.write_text(str(KeySet([KEY]).as_dict(private=False)).replace("'", '"'))
    return file


def claims(**changes: Any) -> dict[str, Any]:
    now = int(datetime.now(UTC).timestamp())
    found = {
        "iss": ISSUER,
        "aud": "kap",
        "sub": "riverside-main",
        "iat": now,
        "nbf": now,
        "exp": now + 900,
        "scope": SITE_SCOPES,
        "clinic": "riverside",
        "site": "main",
        "roles": [
            *("coordinator", "prescriber", "psychiatrist", "nurse", "therapist"),
            "medical-director",
        ],
    }
    return {name: value for name, value in (found | changes).items() if value is not None}


def token(header: dict[str, Any] | None = None, key: Any = KEY, **changes: Any) -> str:
    base = {"alg": "RS256", "kid": "test-key", "typ": "at+jwt"}
    return jwt.encode(base | (header or {}), claims(**changes), key, algorithms=["RS256", "HS256"])


def bearer(**changes: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(**changes)}"}


@dataclass
class Toy:
    """The app and what stands behind it. `away` makes the store answer Unavailable."""

    folder: Path
    store: Store = field(default_factory=MemoryStore)
    clock: Clock = field(default_factory=Clock)
    quota: Quota = field(default_factory=Quota)

    def app(self) -> Flask:
        run = runner(self.store, self.clock)
        posted = frozenset(contract.type for contract in POSTED["intake"]) & frozenset(ROUTES)
        ingest = Ingest("intake", run, ROUTES, posted, POLICY, self.clock, self.quota)
        lanes = DeadLetters("intake", run, ROUTES)
        tokens = Tokens(ISSUER, "kap", KeySource(str(jwks_file(self.folder))))
        blueprints = [
            events.blueprint(ingest, self.store, lanes, {}),
            operations.blueprint("intake", self.store, self.clock),
        ]
        return create_app(Door("intake", tokens, {"mongodb": lambda: None}, blueprints))


class AwayStore(MemoryStore):
    """A store whose database is away."""

    def transact(self, work: Any) -> Any:  # noqa: ARG002 - the port's signature
        raise Unavailable("MongoDB is away")


def event(kind: str, data: Any, **attributes: Any) -> dict[str, Any]:
    """A structured CloudEvent of the riverside clinic's main site."""
    return {
        "specversion": "1.0",
        "id": "event-1",
        "source": "/clinics/riverside/sites/main",
        "type": kind,
        "subject": "patient-1",
        "time": NOW.isoformat(),
        "data": data,
    } | attributes
