"""The clients of the booking race, in a process of their own: each books single sessions of ever
new patients, takes what a refusal offers instead, and sends again what the service put off.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from threading import Barrier
from urllib.parse import urlsplit
from uuid import uuid4

from shared.codec import strict_json
from shared.contracts import site
from shared.runtime.clock import backoff, utc_now
from shared.web.ingest import STRUCTURED

SESSION, NUMBER = "preparation", 1
OFFERS_TAKEN = 5


@dataclass(frozen=True, slots=True)
class Job:
    """`patients` are shared out among the clients; everybody wants one of `starts`."""

    url: str
    token: str
    source: str
    patients: tuple[str, ...]
    starts: tuple[str, ...]
    clients: int
    seconds: float


@dataclass
class Booked:
    """`latencies_ms`: of each POST that was answered with a verdict. `outcomes` count verdicts by
    code, and `put off` (503, sent again)."""

    accepted: list[str] = field(default_factory=list)
    latencies_ms: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    client_cpu_s: float = 0.0

    def add(self, other: "Booked") -> None:
        self.accepted += other.accepted
        self.latencies_ms += other.latencies_ms
        self.outcomes += other.outcomes


def race(job: Job) -> Booked:
    barrier = Barrier(job.clients + 1)
    whole = Booked()
    with ThreadPoolExecutor(job.clients) as pool:
        working = [
            pool.submit(_client, job, number, job.patients[number :: job.clients], barrier)
            for number in range(job.clients)
        ]
        barrier.wait()
        began_s, cpu_s = time.monotonic(), time.process_time()
        for each in working:
            whole.add(each.result())
    whole.seconds = time.monotonic() - began_s
    whole.client_cpu_s = time.process_time() - cpu_s
    return whole


def _client(job: Job, number: int, patients: tuple[str, ...], barrier: Barrier) -> Booked:
    dice, done = random.Random(number), Booked()  # noqa: S311 - no secret
    place = urlsplit(job.url)
    connection = HTTPConnection(str(place.hostname), place.port, timeout=30)
    barrier.wait()
    deadline = time.monotonic() + job.seconds
    for patient in patients:
        wanted = dice.choice(job.starts)
        for _ in range(OFFERS_TAKEN):
            if time.monotonic() > deadline:
                return done
            answer = _posted(connection, job, _event(job, patient, wanted), done)
            done.outcomes[answer.get("code") or answer["verdict"]] += 1
            if answer["verdict"] == "accepted":
                done.accepted.append(answer["id"])
                break
            offers = list(_offers(answer))
            wanted = dice.choice(offers) if offers else dice.choice(job.starts)
    return done


def _posted(connection: HTTPConnection, job: Job, body: bytes, done: Booked) -> dict[str, str]:
    """The verdict, however often the same event has to be sent."""
    headers = {"Authorization": f"Bearer {job.token}", "Content-Type": STRUCTURED}
    attempt = 0
    while True:
        began = time.perf_counter()
        connection.request("POST", "/v1/events", body, headers)
        response = connection.getresponse()
        content = response.read()
        if response.status != 503:
            done.latencies_ms.append((time.perf_counter() - began) * 1000)
            found: dict[str, str] = strict_json.loads(content)
            return found
        done.outcomes["put off"] += 1
        backoff(attempt, base_s=0.02, longest_s=1)
        attempt += 1


def _event(job: Job, patient: str, start: str) -> bytes:
    now = utc_now().isoformat(timespec="milliseconds")
    slot = {"session": SESSION, "number": NUMBER, "start": start}
    return strict_json.dumps(
        {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": job.source,
            "type": site.CourseBookingRequested.type,
            "subject": patient,
            "time": now,
            "data": {"earliest": now, "slots": [slot]},
        }
    )


def _offers(answer: dict[str, str]) -> Iterator[str]:
    """The times of the alternatives, which begin with the session's name."""
    return (each.rpartition(" ")[2] for each in answer.get("alternatives", ()))
