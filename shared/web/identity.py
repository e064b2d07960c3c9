"""Who is asking: bearer tokens of one algorithm, checked against the issuer's published keys.

The clinic of everything a caller sends or reads comes from here, never from a body or a URL.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlparse

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

ALGORITHM = "RS256"
LONGEST_TOKEN = 8192
REFRESH_EVERY_S = 60
SKEW_S = 60
REMEMBER_S = 60
"""How long a verified token is taken on sight: a key that is withdrawn is refused after that."""
REMEMBERED_MAX = 1000
_HEADERS = {"alg", "kid", "typ"}
_TYPES = {None, "JWT", "at+jwt"}


class Unauthenticated(Exception):
    """No token, or one that proves nothing. The text is for our logs, never for the caller."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller. `clinic` and `site` are empty for people of the network."""

    subject: str
    clinic: str
    site: str
    roles: frozenset[str]
    scopes: frozenset[str]


class KeySource:
    """The issuer's public keys from a URL or a file; re-read for an unknown key, but not often."""

    def __init__(self, location: str) -> None:
        self._location = location
        self._lock = Lock()
        self._keys: KeySet | None = None
        self._read_at = 0.0

    def with_key(self, kid: str) -> KeySet:
        with self._lock:
            stale = time.monotonic() - self._read_at >= REFRESH_EVERY_S
            if self._keys is None or (stale and not self._has(kid)):
                self._keys = KeySet.import_key_set(self._fetch())
                self._read_at = time.monotonic()
            if not self._has(kid):
                raise Unauthenticated("unknown key")
            return self._keys

    def _has(self, kid: str) -> bool:
        return self._keys is not None and any(key.kid == kid for key in self._keys.keys)

    def _fetch(self) -> Any:
        if urlparse(self._location).scheme in ("http", "https"):
            try:
                return httpx2.get(self._location, timeout=3).raise_for_status().json()
            except (httpx2.HTTPError, ValueError) as error:
                raise Unauthenticated("the issuer's keys cannot be read") from error
        return json.loads(Path(self._location).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Tokens:
    """Turns an Authorization header into a principal. Raises Unauthenticated, nothing else."""

    issuer: str
    audience: str
    keys: KeySource
    _known: dict[str, tuple[Principal, float]] = field(default_factory=dict)

    def principal(self, headers: list[str]) -> Principal:
        token = _bearer(headers)
        principal, good_until = self._known.get(token, (None, 0.0))
        if principal and time.monotonic() < good_until:
            return principal
        try:
            return self._verified(token)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unauthenticated(type(error).__name__) from error

    def _verified(self, token: str) -> Principal:
        """Checks the token, and remembers it: a site sends the same one with every event."""
        claims = self._claims(token)
        left_s = float(claims["exp"]) + SKEW_S - time.time()
        if len(self._known) >= REMEMBERED_MAX:
            self._known.clear()
        principal = _from_claims(claims)
        self._known[token] = principal, time.monotonic() + min(REMEMBER_S, left_s)
        return principal

    def _claims(self, token: str) -> dict[str, Any]:
        header = extract_compact(token.encode("ascii")).headers()
        if set(header) - _HEADERS or header["alg"] != ALGORITHM or header.get("typ") not in _TYPES:
            raise Unauthenticated("a header that is not ours")
        decoded = jwt.decode(token, self.keys.with_key(header["kid"]), algorithms=[ALGORITHM])
        _registry(self.issuer, self.audience).validate(decoded.claims)
        return decoded.claims


def _registry(issuer: str, audience: str) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        leeway=SKEW_S,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        sub={"essential": True},
        scope={"essential": True},
    )


def _bearer(headers: list[str]) -> str:
    if len(headers) != 1:
        raise Unauthenticated("not one Authorization header")
    kind, _, token = headers[0].partition(" ")
    if kind.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN or not token.isascii():
        raise Unauthenticated("not a bearer token")
    return token


def _from_claims(claims: dict[str, Any]) -> Principal:
    return Principal(
        subject=str(claims["sub"]),
        clinic=str(claims.get("clinic", "")),
        site=str(claims.get("site", "")),
        roles=frozenset(str(role) for role in claims.get("roles", ())),
        scopes=frozenset(str(claims["scope"]).split()),
    )


Authenticate = Callable[[list[str]], Principal]
