"""Access tokens by client credentials: asked for once, kept, renewed before they run out."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

from shared.client.calls import Calls
from shared.client.errors import NotAllowed

RENEW_BEFORE_S = 60


class TokenSource:
    """One client's tokens. Threads may share it."""

    def __init__(
        self,
        endpoint: str,
        credentials: tuple[str, str],
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
        answer = self._calls.call(
            "POST",
            self._endpoint,
            data={"grant_type": "client_credentials"},
            auth=self._credentials,
        )
        if answer.status_code != 200:
            raise NotAllowed(
                f"{self._endpoint} gives the client {self._credentials[0]!r} no token"
                f" (status {answer.status_code}): check its id and secret (demo: `make status`)."
            )
        granted: dict[str, Any] = answer.json()
        return granted
