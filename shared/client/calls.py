"""HTTP that is tried again: safe because every event carries an id that is applied only once."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import httpx2

from shared.client.errors import NotAnswering

TRY_AGAIN = frozenset({429, 502, 503, 504})
TIMEOUT = httpx2.Timeout(30, connect=3)
_LONGEST_RETRY_AFTER_S = 60


def _wait(seconds: float) -> None:
    Event().wait(seconds)


def _full_jitter(longest_s: float) -> float:
    return random.uniform(0, longest_s)  # noqa: S311 - no secret


@dataclass(frozen=True)
class Patience:
    """How often a call is tried, and how long between: doubling, with full jitter."""

    attempts: int = 10
    base_s: float = 0.1
    longest_s: float = 5
    wait: Callable[[float], None] = _wait
    jitter: Callable[[float], float] = _full_jitter

    def pause(self, attempt: int, at_least_s: float) -> None:
        """Waits after attempt number `attempt`, from 0."""
        self.wait(at_least_s + self.backoff(attempt))

    def backoff(self, attempt: int) -> float:
        """Seconds after attempt number `attempt`, from 0."""
        return self.jitter(min(self.longest_s, self.base_s * 2**attempt))


@dataclass(frozen=True)
class Calls:
    """Calls with patience. `http` keeps the connections; share one `Calls` between clients."""

    http: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=TIMEOUT))
    patience: Patience = field(default_factory=Patience)

    def call(
        self, method: str, url: str, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        """The first answer that is not `try again later`. Raises NotAnswering.

        `stream`: its body is not read yet, and whoever asked closes it.
        """
        why, status, at_least_s, cut, auth = "", 0, 0.0, False, options.pop("auth", None)
        for attempt in range(self.patience.attempts):
            try:
                request = self.http.build_request(method, url, **options)
                answer = self.http.send(request, stream=stream, auth=auth)
            except httpx2.TransportError as error:
                why, at_least_s, status = type(error).__name__, 0.0, 0
                cut = not isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
            else:
                if answer.status_code not in TRY_AGAIN:
                    return answer
                answer.close()
                status, cut = answer.status_code, False
                why, at_least_s = f"status {status}", _retry_after(answer)
            if attempt < self.patience.attempts - 1:
                self.patience.pause(attempt, at_least_s)
        raise NotAnswering(
            f"{url} did not answer {self.patience.attempts} times ({why}). Is the network up?"
            " (`make status`.) What was posted may be posted again: it takes effect once.",
            status=status,
            retry_after_s=at_least_s,
            cut=cut,
        )


def _retry_after(answer: httpx2.Response) -> float:
    text = answer.headers.get("Retry-After", "")
    seconds = float(text) if text.isascii() and text.isdigit() else 0.0
    return min(seconds, _LONGEST_RETRY_AFTER_S)
