"""The console on services that answer what a test says, with real sessions and signed tokens."""

import base64
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from flask.testing import FlaskClient

from services.console.door import Door, create_console
from services.console.main import PAGES
from services.console.reading import Services
from services.console.settings import Settings
from services.console.signing.provider import Provider
from services.console.signing.session import Sealer, Session, sealed
from shared.contracts.topics import SERVICES
from shared.runtime.policy_file import load
from shared.web.identity import KeySource, Tokens
from tests.kit.door import ISSUER, jwks_file, token

KEY = base64.b64encode(bytes(range(32))).decode()
POLICY_FILE = Path(__file__).parents[3] / "deploy" / "policy" / "network.json"
CSRF = "form-of-this-session"
Said = dict[tuple[str, str], tuple[int, Any]]

PEOPLE: Mapping[str, dict[str, Any]] = {
    "operations": {
        "scope": "network:read ops:read ops:write",
        "roles": ["operations"],
        "clinic": None,
    },
    "onlooker": {"scope": "network:read ops:read", "roles": ["operations"], "clinic": None},
    "analyst": {"scope": "network:read stream:read", "roles": ["analyst"], "clinic": None},
    "harbor-nurse": {"scope": "records:read", "roles": ["nurse"], "clinic": "harbor"},
}


def settings(**changes: Any) -> Settings:
    known = {
        "token_issuer": ISSUER,
        "token_endpoint": f"{ISSUER}/token",
        "token_jwks": "",
        "services": ",".join(f"{name}=http://{name}" for name in (*SERVICES, "analytics")),
        "console_key": KEY,
        "console_url": "http://console.example",
        "policy_file": POLICY_FILE,
    }
    return Settings(**{**known, **changes})


@dataclass
class Console:
    """`said`: what is answered to (service, path); (`issuer`, grant type) are the provider's.

    What is not in it is away. `asked`: every request that left the console.
    """

    folder: Path
    said: Said = field(default_factory=dict)
    asked: list[httpx2.Request] = field(default_factory=list)
    url: str = "http://console.example"

    def client(self) -> FlaskClient:
        known = settings(console_url=self.url)
        outside = httpx2.Client(transport=httpx2.MockTransport(self._answer))
        door = Door(
            known,
            Sealer(KEY),
            Provider(known, outside),
            Tokens(ISSUER, "kap", KeySource(str(jwks_file(self.folder)))),
            Services(known.service_urls, outside, ThreadPoolExecutor(2)),
            load(POLICY_FILE),
        )
        return create_console(door, PAGES).test_client()

    def client_of(self, person: str, **session: Any) -> FlaskClient:
        """Signed in. `session`: what of the session is otherwise."""
        client = self.client()
        client.set_cookie("console", cookie(person, **session), domain="localhost")
        return client

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        place = (request.url.host, request.url.path)
        if place == ("issuer.example", "/token"):
            form = dict(each.split("=") for each in request.content.decode().split("&") if each)
            place = ("issuer", form["grant_type"])
        if place not in self.said:
            raise httpx2.ConnectError("away")
        status, body = self.said[place]
        return httpx2.Response(status, json=body)


def access_token(person: str, **claims: Any) -> str:
    return token(sub=person, site=None, **{**PEOPLE[person], **claims})


def cookie(person: str, key: str = KEY, **changes: Any) -> str:
    """What the browser of somebody who is signed in holds."""
    never = 4_000_000_000.0
    known = {
        "access_token": access_token(person),
        "refresh_token": "",
        "good_until": never,
        "ends_at": never,
        "csrf": CSRF,
    }
    return sealed(Session(**{**known, **changes}), Sealer(key))


def operations(service: str, **changes: Any) -> dict[str, Any]:
    """`GET /v1/operations` of a service with which all is well."""
    at = "2026-11-24T12:00:00+00:00"
    return {
        "service": service,
        "at": at,
        "outbox": {"waiting": 0, "oldest_s": 0},
        "lanes": {"parked": 0, "letters": 0, "oldest_s": 0},
        "deferred": 0,
        "consumer": [{"topic": "intake.patient", "records": 0, "seconds": 0}],
        "knowledge": [{"producer": "intake", "age_s": 2.5}],
        "sites": [],
        "health": {"mongodb": "ok", "kafka": "ok"},
        "processes": [
            {"kind": kind, "instance": f"{service}-{kind}-1", "at": at}
            for kind in ("api", "consumer", "relay")
        ],
        **changes,
    }


def seen(clinic: str, **changes: Any) -> dict[str, Any]:
    """A site as one door knows it."""
    return {
        "source": f"/clinics/{clinic}/sites/main",
        "clinic": clinic,
        "last_at": "2026-11-24T11:59:00+00:00",
        "last_sequence": 12,
        "missing": [],
        **changes,
    }


def well(**changes: Any) -> Said:
    """A network with which all is well. `changes`: by service, with `_` for `-`."""
    told = {name: changes.get(name.replace("-", "_"), {}) for name in SERVICES}
    said: Said = {
        (name, "/v1/operations"): (200, operations(name, **more)) for name, more in told.items()
    }
    openings = {"items": [{"clinic": "harbor", "open": True}]}
    return said | {
        ("analytics", "/health/ready"): (200, {"columns": "ok"}),
        ("scheduling", "/v1/openings"): (200, openings),
    }
