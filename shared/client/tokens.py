"""Access tokens: asked for once, kept, renewed before they run out.

A client proves itself by a secret, or by a private key that never leaves it (RFC 7523).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import import_key

from shared.client.calls import Calls
from shared.client.errors import NotAllowed
from shared.runtime.clock import random_token, utc_now

RENEW_BEFORE_S = 60
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIVES_S = 60
ATTEMPTS = 3
"""An assertion may be used once: where its answer was lost, the next attempt needs a new one."""


@dataclass(frozen=True)
class PrivateKey:
    """`jwk`: EC P-256 or OKP Ed25519, with its private part."""

    client_id: str
    jwk: Mapping[str, str] = field(repr=False)

    def assertion(self, audience: str) -> str:
        """Who this client is, signed for one issuer, once, for a minute."""
        now = int(utc_now().timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": audience,
            "iat": now,
            "exp": now + ASSERTION_LIVES_S,
            "jti": random_token(),
        }
        key = import_key(dict(self.jwk))
        algorithm = "ES256" if self.jwk["kty"] == "EC" else "Ed25519"
        header = {"alg": algorithm, "typ": "JWT", "kid": key.thumbprint()}
        return jwt.encode(header, claims, key, algorithms=[algorithm])


Credentials = tuple[str, str] | PrivateKey
"""(client id, secret), or the key of a site that enrolled."""


class TokenSource:
    """One client's tokens. Threads may share it."""

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials,
        calls: Calls,
        clock_s: Callable[[], float] = monotonic,
    ) -> None:
        self._endpoint, self._credentials, self._calls = endpoint, credentials, calls
        self._clock_s, self._lock = clock_s, Lock()
        self._token, self._good_until_s = "", 0.0

    def token(self) -> str:
        with self._lock:
            if not self._token or self._clock_s() >= self._good_until_s:
                self._renew()
            return self._token

    def forget(self, token: str) -> None:
        """It was refused: the next call asks for another one."""
        with self._lock:
            if token == self._token:
                self._token = ""

    def _renew(self) -> None:
        asked_at_s = self._clock_s()
        granted = self._granted()
        self._token = granted["access_token"]
        lifetime_s = float(granted.get("expires_in", 2 * RENEW_BEFORE_S))
        self._good_until_s = asked_at_s + max(lifetime_s - RENEW_BEFORE_S, lifetime_s / 2)

    def _granted(self) -> dict[str, Any]:
        for _ in range(ATTEMPTS):
            answer = self._asked()
            if answer.status_code == 200:
                granted: dict[str, Any] = answer.json()
                return granted
            if isinstance(self._credentials, tuple):
                break
        raise NotAllowed(self._refusal(answer))

    def _asked(self) -> httpx2.Response:
        form = {"grant_type": "client_credentials"}
        if isinstance(self._credentials, tuple):
            return self._calls.call("POST", self._endpoint, data=form, auth=self._credentials)
        signed = {
            "client_id": self._credentials.client_id,
            "client_assertion_type": ASSERTION,
            "client_assertion": self._credentials.assertion(self._endpoint),
        }
        return self._calls.call("POST", self._endpoint, data=form | signed)

    def _refusal(self, answer: httpx2.Response) -> str:
        status = answer.status_code
        if isinstance(self._credentials, tuple):
            return (
                f"{self._endpoint} gives the client {self._credentials[0]!r} no token"
                f" (status {status}): check its id and secret (demo: `make status`)."
            )
        return (
            f"{self._endpoint} gives this site, {self._credentials.client_id!r}, no token"
            f" (status {status}: {said(answer)}). If the clock is right, ask operations for a code"
            " and enrol again: `kap site enrol CODE`. What is spooled here stays."
        )


def said(answer: httpx2.Response) -> str:
    """The sentence of an OAuth error; the reason of the status where there is none."""
    try:
        return str(answer.json()["error_description"])
    except (ValueError, KeyError, TypeError):
        return answer.reason_phrase
