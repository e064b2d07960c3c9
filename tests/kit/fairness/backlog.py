"""Batches from several connections at once, as a careless site would send two days of events."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import Event, Lock
from urllib.parse import urlsplit

from shared.web.ingest import BATCH
from tests.bench.ours.bodies import Body

CONNECTIONS = 8
PATH = "/v1/events"


@dataclass(frozen=True)
class Tally:
    """`taken`: batches that were decided; `events`: how many of theirs were accepted; `refused`:
    answers that asked to come again; `others`: any other answer, by status."""

    taken: int
    events: int
    refused: int
    others: tuple[int, ...]


class Backlog:
    """Sent until it is stopped; each batch until it is taken, after what Retry-After says."""

    def __init__(self, url: str, token: str, body: Callable[[], Body]) -> None:
        self._place, self._body = urlsplit(url), body
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": BATCH}
        self._stopped, self._lock = Event(), Lock()
        self._counted: Counter[int] = Counter()
        self._accepted = 0
        self._pool = ThreadPoolExecutor(CONNECTIONS)

    def start(self) -> "Backlog":
        self._sending = [self._pool.submit(self._send) for _ in range(CONNECTIONS)]
        return self

    @property
    def is_sending(self) -> bool:
        return not any(each.done() for each in self._sending)

    @property
    def taken(self) -> int:
        return self._counted[200]

    def stop(self) -> Tally:
        """Ends when each connection has its answer."""
        self._stopped.set()
        for each in self._sending:
            each.result()
        self._pool.shutdown()
        others = tuple(sorted(set(self._counted) - {200, 429}))
        return Tally(self._counted[200], self._accepted, self._counted[429], others)

    def _send(self) -> None:
        connection = HTTPConnection(str(self._place.hostname), self._place.port, timeout=60)
        while not self._stopped.is_set():
            with self._lock:
                content = self._body().content
            again_s = self._post(connection, content)
            while again_s and not self._stopped.wait(again_s):
                again_s = self._post(connection, content)
        connection.close()

    def _post(self, connection: HTTPConnection, content: bytes) -> float:
        """After how many seconds it is to be sent again; 0: it was taken."""
        connection.request("POST", PATH, content, self._headers)
        answer = connection.getresponse()
        said = answer.read()
        with self._lock:
            self._counted[answer.status] += 1
            self._accepted += said.count(b'"verdict":"accepted"')
        return float(answer.headers["Retry-After"]) if answer.status == 429 else 0.0
