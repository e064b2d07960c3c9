"""The load client, run in a process of its own: keep-alive, ready bodies, nothing else.

It shares the cores with what it measures: what it used of them is part of its answer.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from queue import SimpleQueue
from threading import Barrier
from urllib.parse import urlsplit

from tests.bench.measures import Run

PATH, ACCEPTED = "/v1/events", b'"verdict":"accepted"'


@dataclass(frozen=True, slots=True)
class Client:
    """One connection: its token and the bodies it posts, one after the other."""

    token: str
    bodies: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Job:
    url: str
    content_type: str
    clients: tuple[Client, ...]
    limit_s: float


@dataclass(frozen=True, slots=True)
class Posted:
    """One post of an open loop: when it was due and when it was answered (monotonic seconds)."""

    due_s: float
    answered_s: float
    accepted: bool


def closed_loop(job: Job) -> Run:
    """Every client posts its next body as soon as the last one is answered."""
    barrier = Barrier(len(job.clients) + 1)
    with ThreadPoolExecutor(len(job.clients)) as pool:
        working = [pool.submit(_post_all, job, client, barrier) for client in job.clients]
        barrier.wait()
        began_s, cpu_s = time.monotonic(), time.process_time()
        done = [each.result() for each in working]
        seconds, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
    latencies = tuple(each for _, own in done for each in own)
    return Run(sum(accepted for accepted, _ in done), seconds, latencies, client_cpu_s=cpu_s)


def open_loop(job: Job, rate: float, connections: int = 16) -> list[Posted]:
    """Posts at a constant rate whatever the answers take: the bodies of the job's one client."""
    [client] = job.clients
    free: SimpleQueue[HTTPConnection] = SimpleQueue()
    for _ in range(connections):
        free.put(_connected(job.url))
    with ThreadPoolExecutor(connections) as pool:
        began_s = time.monotonic() + 0.2
        posted = []
        for number, body in zip(count(), client.bodies, strict=False):
            due_s = began_s + number / rate
            time.sleep(max(0.0, due_s - time.monotonic()))
            posted.append(pool.submit(_post_due, job, free, _poster(job, client), body, due_s))
        return [each.result() for each in posted]


def _post_all(job: Job, client: Client, barrier: Barrier) -> tuple[int, list[float]]:
    connection, post = _connected(job.url), _poster(job, client)
    accepted, latencies = 0, []
    barrier.wait()
    deadline = time.monotonic() + job.limit_s
    for body in client.bodies:
        began = time.perf_counter()
        accepted += post(connection, body).count(ACCEPTED)
        latencies.append((time.perf_counter() - began) * 1000)
        if time.monotonic() > deadline:
            break
    connection.close()
    return accepted, latencies


def _post_due(
    job: Job,
    free: SimpleQueue[HTTPConnection],
    post: Callable[[HTTPConnection, bytes], bytes],
    body: bytes,
    due_s: float,
) -> Posted:
    connection = free.get(timeout=job.limit_s)
    answer = post(connection, body)
    free.put(connection)
    return Posted(due_s, time.monotonic(), ACCEPTED in answer)


def _poster(job: Job, client: Client) -> Callable[[HTTPConnection, bytes], bytes]:
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": job.content_type}

    def post(connection: HTTPConnection, body: bytes) -> bytes:
        connection.request("POST", PATH, body, headers)
        return connection.getresponse().read()

    return post


def _connected(url: str) -> HTTPConnection:
    place = urlsplit(url)
    connection = HTTPConnection(str(place.hostname), place.port, timeout=30)
    connection.connect()
    return connection
