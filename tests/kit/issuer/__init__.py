"""The development issuer in this process: a clock that tests set, and clients that reach it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import import_key

from shared.client.calls import Calls, Patience
from shared.client.enrolment import new_key
from shared.local.issuer.assertions import TYPE
from shared.local.issuer.clients import load_clients, write_private
from shared.local.issuer.tokens import Issuer
from shared.local.issuer.web.answers import Answer
from shared.local.issuer.web.asked import FORM, JSON, Asked
from shared.local.issuer.web.desk import Desk
from shared.local.issuer.web.server import server
from shared.runtime.process import background
from tests.kit.door import KEY

URL, CONSOLE = "http://issuer.test", "http://console.test"
SERVICES = {"intake": "http://intake.test"}
SITE_KEY = new_key()


@dataclass
class Clock:
    now: float = field(default_factory=lambda: float(int(time.time())))

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """An issuer at home in `home`; `restart` reads again what it kept there."""

    home: Path
    clock: Clock = field(default_factory=Clock)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        write_private(self.home / "key.json", json.dumps(KEY.as_dict(private=True)))
        self.restart()

    def restart(self) -> None:
        self.desk = Desk(Issuer(URL, self.home, CONSOLE, self.clock), SERVICES)

    @property
    def issuer(self) -> Issuer:
        return self.desk.issuer

    @property
    def network(self) -> dict[str, Any]:
        """As .run/network.json: with the credentials of the demo's clients."""
        clients = load_clients(self.home).values()
        known = {
            each.client_id: {"client_id": each.client_id, "client_secret": each.client_secret}
            for each in clients
        }
        return {**self.desk.network(), "clients": known}

    def calls(self, attempts: int = 1) -> Calls:
        transport = httpx2.MockTransport(self._through)
        return Calls(httpx2.Client(transport=transport), Patience(attempts, wait=lambda _s: None))

    def ask(self, method: str, path: str, bearer: str = "", **content: Any) -> tuple[int, Any]:
        body = json.dumps(content).encode() if content else b""
        authorizations = (f"Bearer {bearer}",) if bearer else ()
        answer = self.desk.answer(Asked(method, path, "", body, JSON, authorizations))
        return answer.status, json.loads(answer.body)

    def form(self, path: str, **fields: str) -> Answer:
        return self.desk.answer(Asked("POST", path, "", urlencode(fields).encode(), FORM))

    def token(self, **fields: str) -> tuple[int, Any]:
        answer = self.form("/token", **fields)
        return answer.status, json.loads(answer.body)

    def operations(self) -> str:
        """A token of operations."""
        return self.token_of("operations")

    def token_of(self, client_id: str) -> str:
        secret = load_clients(self.home)[client_id].client_secret
        given = {"client_id": client_id, "client_secret": secret}
        _, granted = self.token(grant_type="client_credentials", **given)
        return str(granted["access_token"])

    def code(self, site: str = "annex", **wanted: Any) -> str:
        _, told = self.ask(
            "POST", "/codes", self.operations(), clinic="riverside", site=site, **wanted
        )
        return str(told["code"])

    def register(self, code: str, key: dict[str, str] | None = None) -> tuple[int, Any]:
        return self.ask("POST", "/register", code, **metadata(key or SITE_KEY))

    def revoke(self, client_id: str) -> tuple[int, Any]:
        return self.ask("POST", "/revocations", self.operations(), client_id=client_id)

    def by_key(
        self, client_id: str, key: dict[str, str] | None = None, **changes: Any
    ) -> tuple[int, Any]:
        """What the token endpoint answers to an assertion of this client."""
        return self.asserted(self.assertion(client_id, key, **changes))

    def asserted(self, assertion: str) -> tuple[int, Any]:
        proof = {"client_assertion_type": TYPE, "client_assertion": assertion}
        return self.token(grant_type="client_credentials", **proof)

    def assertion(
        self,
        client_id: str,
        key: dict[str, str] | None = None,
        header: dict[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        claims = self.claims(client_id, **changes)
        signer = import_key(dict(key or SITE_KEY))
        return jwt.encode({"alg": "ES256", **(header or {})}, claims, signer)

    def claims(self, client_id: str, **changes: Any) -> dict[str, Any]:
        usual = {"iss": client_id, "sub": client_id, "aud": f"{URL}/token", "jti": "assertion-1"}
        times = {"iat": int(self.clock.now), "exp": int(self.clock.now) + 60}
        found = usual | times | changes
        return {name: value for name, value in found.items() if value is not None}

    def _through(self, request: httpx2.Request) -> httpx2.Response:
        parts = urlsplit(str(request.url))
        asked = Asked(
            request.method,
            parts.path,
            parts.query,
            request.content,
            request.headers.get("Content-Type", ""),
            tuple(request.headers.get_list("Authorization")),
        )
        answer = self.desk.answer(asked)
        return httpx2.Response(answer.status, headers=dict(answer.headers), content=answer.body)


def public(key: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in key.items() if name in ("kty", "crv", "x", "y")}


def metadata(key: dict[str, str]) -> dict[str, Any]:
    return {"client_name": "annex", "jwks": {"keys": [public(key)]}}


@contextmanager
def on_a_port(world: World) -> Iterator[dict[str, Any]]:
    """The issuer on a port of this machine; what network.json would say of it."""
    with server(world.desk, "127.0.0.1", 0) as running:
        background("issuer", running.serve_forever)
        url = f"http://127.0.0.1:{running.server_address[1]}"
        yield {**world.network, "issuer": url, "token_endpoint": f"{url}/token"}
        running.shutdown()
