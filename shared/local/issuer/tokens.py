"""Who gets which token: the client-credentials grant, without any HTTP in it."""

import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import KeySet, KeySetSerialization, RSAKey

from shared.local.issuer.clients import Client, write_private

AUDIENCE = "kap"
LIFETIME_S = 15 * 60
NOBODY = Client(client_id="", client_secret="", roles=(), scopes=(), site="")


class Refused(Exception):
    """An error of RFC 6749, 5.2: its code and a sentence for the developer."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description


class Issuer:
    def __init__(self, url: str, key: RSAKey, clients: Mapping[str, Client]) -> None:
        self._url = url
        self._key = key
        self._clients = clients

    def grant(self, form: Mapping[str, str]) -> dict[str, str | int]:
        if "grant_type" not in form:
            raise Refused("invalid_request", "grant_type is missing")
        if form["grant_type"] != "client_credentials":
            raise Refused("unsupported_grant_type", "only client_credentials is offered")
        client = self._authenticated(form)
        scope = " ".join(_granted(client, form.get("scope", "")))
        return {
            "access_token": self._signed(client, scope),
            "token_type": "Bearer",
            "expires_in": LIFETIME_S,
            "scope": scope,
        }

    def public_keys(self) -> KeySetSerialization:
        return KeySet([self._key]).as_dict(private=False)

    def _authenticated(self, form: Mapping[str, str]) -> Client:
        client = self._clients.get(form.get("client_id", ""), NOBODY)
        given = form.get("client_secret", "").encode()
        # Compared for an unknown client too: the time taken must not tell who exists.
        is_right = secrets.compare_digest(given, client.client_secret.encode())
        if client is NOBODY or not is_right:
            raise Refused("invalid_client", "unknown client or wrong secret")
        return client

    def _signed(self, client: Client, scope: str) -> str:
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": self._url,
            "aud": AUDIENCE,
            "sub": client.client_id,
            "client_id": client.client_id,
            "jti": secrets.token_urlsafe(12),
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME_S,
            "scope": scope,
            "roles": list(client.roles),
            "site": client.site,
        }
        if client.clinic is not None:
            claims["clinic"] = client.clinic
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
