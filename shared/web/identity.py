"""Who is asking: bearer tokens of one algorithm, checked against the issuer's published keys.

The clinic of everything a caller sends or reads comes from here, never from a body or a URL.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any, Protocol
from urllib.parse import urlparse

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from shared.codec import strict_json
from shared.kernel.errors import Malformed
from shared.runtime.logs import logger
from shared.runtime.process import background

ALGORITHM = "RS256"
LONGEST_TOKEN = 8192
REFRESH_EVERY_S = 60
SKEW_S = 60
REMEMBER_S = 60
"""How long a verified token is taken on sight: a key that is withdrawn is refused after that."""
LOOK_EVERY_S = 15
"""How often the list of revocations is read: a revoked caller is out within 60 s."""
REMEMBERED_MAX = 1000
_HEADERS = {"alg", "kid", "typ"}
_TYPES = {None, "JWT", "at+jwt"}


class Unauthenticated(Exception):
    """No token, or one that proves nothing. The text is for our logs, never for the caller."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller. `clinic` and `site` are empty for people of the network.

    `issued_at`: of the token, in seconds since 1970; 0, before any revocation, if it says none.
    """

    subject: str
    clinic: str
    site: str
    roles: frozenset[str]
    scopes: frozenset[str]
    issued_at: float = 0


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
        try:
            return json.loads(_read(self._location))
        except httpx2.HTTPError as error:
            raise Unauthenticated("the issuer's keys cannot be read") from error


class Revocations:
    """Who is refused though the token is good: `{"revoked": [{"sub", "before"}]}`, a URL or a file.

    What was read last counts until the next list is read whole. Before the first one nobody is
    revoked: a token lives for minutes, and vital signs do not wait for a list (decision 23).
    """

    def __init__(self, location: str) -> None:
        self._location = location
        self._before: dict[str, float] = {}
        self._was_read = True

    def watch(self) -> "Revocations":
        """Reads it now, and from time to time in a thread of its own: no request waits for it."""
        self.read()
        background("revocations", self._go_on)
        return self

    def read(self) -> None:
        try:
            self._before = _revoked(strict_json.loads(_read(self._location)))
            is_read = True
        except (httpx2.HTTPError, OSError, ValueError, KeyError, TypeError, Malformed) as error:
            is_read = False
            if self._was_read:
                logger().error("revocations cannot be read: the last list counts", exc_info=error)
        self._was_read = is_read

    def has(self, principal: Principal) -> bool:
        """Whether the subject was revoked when its token was issued, or later."""
        return principal.issued_at <= self._before.get(principal.subject, -1)

    def _go_on(self) -> None:
        pause = Event()
        while not pause.wait(LOOK_EVERY_S):
            self.read()


class Trusted(Protocol):
    """What a process is told of the issuer that it trusts."""

    @property
    def token_issuer(self) -> str: ...

    @property
    def token_audience(self) -> str: ...

    @property
    def token_jwks(self) -> str: ...

    @property
    def token_revocations(self) -> str: ...


@dataclass(frozen=True)
class Tokens:
    """Turns an Authorization header into a principal. Raises Unauthenticated, nothing else."""

    issuer: str
    audience: str
    keys: KeySource
    revocations: Revocations = field(default_factory=lambda: Revocations(""))
    _known: dict[str, tuple[Principal, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Trusted) -> "Tokens":
        """As a process is told; its list of revocations is read from now on, if it has one."""
        revocations = Revocations(settings.token_revocations)
        if settings.token_revocations:
            revocations.watch()
        keys = KeySource(settings.token_jwks)
        return cls(settings.token_issuer, settings.token_audience, keys, revocations)

    def principal(self, headers: list[str]) -> Principal:
        token = _bearer(headers)
        principal, good_until = self._known.get(token, (None, 0.0))
        if principal is None or time.monotonic() >= good_until:
            try:
                principal = self._verified(token)
            except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
                raise Unauthenticated(type(error).__name__) from error
        if self.revocations.has(principal):
            raise Unauthenticated("revoked")
        return principal

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


def _read(location: str) -> bytes:
    """What a URL or a file holds."""
    if urlparse(location).scheme in ("http", "https"):
        return httpx2.get(location, timeout=3).raise_for_status().content
    return Path(location).read_bytes()


def _revoked(listed: Any) -> dict[str, float]:
    """Raises for a list that is not of this shape; then none of it counts."""
    before: dict[str, float] = {}
    for each in listed["revoked"]:
        if not isinstance(each["sub"], str) or type(each["before"]) not in (int, float):
            raise ValueError("not a list of revocations")
        before[each["sub"]] = max(float(each["before"]), before.get(each["sub"], -1))
    return before


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
        issued_at=float(claims.get("iat", 0)),
    )


Authenticate = Callable[[list[str]], Principal]
