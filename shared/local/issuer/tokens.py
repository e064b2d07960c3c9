"""Who gets which token: every grant, without any HTTP in it."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization, RSAKey

from shared.local.issuer import assertions
from shared.local.issuer.clients import Client, demo_people, load_clients, write_private
from shared.local.issuer.enrolment import Enrolment, as_client
from shared.local.issuer.ledger import Ledger, State
from shared.local.issuer.refusal import Refused, must
from shared.local.issuer.revocations import Revocations
from shared.local.issuer.signin import CLIENT_ID, SignIns

AUDIENCE = "kap"
LIFETIME_S = 15 * 60
NOBODY = Client(client_id="", client_secret="", roles=(), scopes=(), site="")
GRANTS = ("client_credentials", "authorization_code", "refresh_token")
REVOKED = "this client was revoked: ask operations"


class Issuer:
    """`home` keeps the key, the clients and the ledger; `console` is where people come from."""

    def __init__(
        self, url: str, home: Path, console: str = "", now: Callable[[], float] = time.time
    ) -> None:
        self.url, self.now = url, now
        self._key, self._clients, self._people_by_id = (
            load_key(home),
            load_clients(home),
            demo_people(),
        )
        self.ledger = Ledger(home)
        self.enrolment = Enrolment(url, self.ledger, now)
        self.revocations = Revocations(self.ledger, {*self._clients, *self._people_by_id}, now)
        self.sign_ins = SignIns(console, tuple(self._people_by_id), self.ledger, now)

    @property
    def people(self) -> list[Client]:
        return list(self._people_by_id.values())

    def grant(self, form: Mapping[str, str]) -> dict[str, str | int]:
        """The answer of the token endpoint. Raises Refused.

        The clock is read first: a revocation that this token escapes is then later than it is.
        """
        must("grant_type" in form, "invalid_request", "grant_type is missing")
        kind, now = form["grant_type"], int(self.now())
        must(kind in GRANTS, "unsupported_grant_type", f"offered: {', '.join(GRANTS)}")
        if kind != "client_credentials":
            person, renewal = self.sign_ins.granted(form)
            return self._answer(self._people_by_id[person], CLIENT_ID, form, now) | {
                "refresh_token": renewal
            }
        client = self._authenticated(form)
        return self._answer(client, client.client_id, form, now)

    def public_keys(self) -> KeySetSerialization:
        return KeySet([self._key]).as_dict(private=False)

    def check_bearer(self, token: str, scope: str) -> str:
        """Whose access token of ours this is; it must carry the scope. Raises Refused."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["RS256"]).claims
            expected = claims["iss"] == self.url and claims["aud"] == AUDIENCE
            sub, issued, expires = str(claims["sub"]), int(claims["iat"]), int(claims["exp"])
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Refused(
                "invalid_token", "a bearer token of this issuer is needed", 401
            ) from error
        with self.ledger.look() as state:
            is_revoked = issued <= state.revoked.get(sub, -1)
        is_good = expected and self.now() < expires and not is_revoked
        must(
            is_good, "invalid_token", "this token has run out or was revoked: ask for another", 401
        )
        has_scope = scope in str(claims["scope"]).split()
        must(has_scope, "insufficient_scope", f"this needs the scope {scope}", 403)
        return sub

    def _authenticated(self, form: Mapping[str, str]) -> Client:
        if "client_assertion" in form or "client_assertion_type" in form:
            return self._by_key(form)
        client = self._clients.get(form.get("client_id", ""), NOBODY)
        given = form.get("client_secret", "").encode()
        # Compared for an unknown client too: the time taken must not tell who exists.
        is_right = secrets.compare_digest(given, client.client_secret.encode())
        is_known = client is not NOBODY and is_right
        must(is_known, "invalid_client", "unknown client or wrong secret", 401)
        with self.ledger.look() as state:
            must(client.client_id not in state.revoked, "invalid_client", REVOKED, 401)
        return client

    def _by_key(self, form: Mapping[str, str]) -> Client:
        is_ours = form.get("client_assertion_type") == assertions.TYPE
        must(is_ours, "invalid_request", f"client_assertion_type is {assertions.TYPE}")
        must("client_secret" not in form, "invalid_request", "a client proves itself in one way")
        text = form.get("client_assertion", "")
        client_id = assertions.client_named(text)
        is_same = form.get("client_id", client_id) == client_id
        must(is_same, "invalid_client", "client_id is not who signed client_assertion", 401)
        with self.ledger.change() as state:
            site = state.sites.get(client_id)
            if site is None:
                raise Refused("invalid_client", "unknown client: enrol with a code", 401)
            must(client_id not in state.revoked, "invalid_client", REVOKED, 401)
            self._use(state, text, site.jwk)
        return as_client(site)

    def _use(self, state: State, assertion: str, jwk: Mapping[str, str]) -> None:
        """Each assertion once: what was seen on the wire cannot be said again."""
        now, audiences = self.now(), (f"{self.url}/token", self.url)
        jti, expires = assertions.proven(assertion, jwk, audiences, now)
        used = f"{jwk['kid']} {jti}"
        is_new = used not in state.used_assertions
        must(is_new, "invalid_client", "client_assertion was used already: sign a new one", 401)
        state.used_assertions = {
            key: until for key, until in state.used_assertions.items() if now < until
        } | {used: expires + assertions.SKEW_S}

    def _answer(
        self, client: Client, client_id: str, form: Mapping[str, str], now: int
    ) -> dict[str, str | int]:
        scope = " ".join(_granted(client, form.get("scope", "")))
        return {
            "access_token": self._signed(client, client_id, scope, now),
            "token_type": "Bearer",
            "expires_in": LIFETIME_S,
            "scope": scope,
        }

    def _signed(self, client: Client, client_id: str, scope: str, now: int) -> str:
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": client.client_id,
            "client_id": client_id,
            "jti": secrets.token_urlsafe(12),
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME_S,
            "scope": scope,
            "roles": list(client.roles),
        }
        places = {"site": client.site, "clinic": client.clinic}
        claims |= {name: value for name, value in places.items() if value}
        header = {"alg": "RS256", "typ": "at+jwt", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key)


def load_key(home: Path) -> RSAKey:
    file = home / "key.json"
    if not file.exists():
        key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        write_private(file, json.dumps(key.as_dict(private=True)))
    return RSAKey.import_key(json.loads(file.read_text()))


def _granted(client: Client, requested: str) -> list[str]:
    wanted = requested.split() or list(client.scopes)
    beyond = [scope for scope in wanted if scope not in client.scopes]
    if beyond:
        raise Refused("invalid_scope", f"{client.client_id} may ask for: {' '.join(client.scopes)}")
    return wanted
