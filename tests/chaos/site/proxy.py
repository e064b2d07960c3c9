"""A bad link in the userland: a TCP proxy before each service that does something to every POST.

Which toxic a request meets is drawn from a seeded deck, so that each comes before any comes twice.
"""

import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from random import Random
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Lock, Thread
from urllib.parse import urlsplit

Address = tuple[str, int]
PIECE, PIECES_MAX = 65_536, 400
ANSWER_WITHIN_S = 60
NARROW_BYTES_S = 400_000
END_OF_HEAD = b"\r\n\r\n"


@dataclass
class Way:
    """One request on its way. `stall_s`: the longest that it is held; `closing` ends all waits;
    `statuses`: what the service said, heard by the agent or not."""

    client: socket.socket
    service: Address
    request: bytes
    dice: Random
    stall_s: float
    closing: Event
    statuses: Counter[int]

    def ask(self, pieces: Iterator[bytes] | None = None) -> bytes:
        """The whole answer of the service to these bytes, one after the other."""
        with self._connected() as upstream:
            for piece in pieces or (self.request,):
                upstream.sendall(piece)
            answer = b"".join(iter(lambda: upstream.recv(PIECE), b""))
        self.statuses[int(answer[9:12])] += 1
        return answer

    def begin(self, part: bytes) -> None:
        """As `ask`, but nobody stays for the answer."""
        with self._connected() as upstream:
            upstream.sendall(part)

    def answer(self, answer: bytes) -> None:
        self.client.sendall(answer)

    def reset(self) -> None:
        """RST instead of FIN, as a firewall does it."""
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.client.close()

    def hold(self, seconds: float) -> None:
        self.closing.wait(seconds)

    def _connected(self) -> socket.socket:
        upstream = socket.create_connection(self.service, timeout=ANSWER_WITHIN_S)
        upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return upstream


Toxic = Callable[[Way], None]


def clean(way: Way) -> None:
    way.answer(way.ask())


def lost(_way: Way) -> None:
    """Dropped before anything of it went on."""


def torn(way: Way) -> None:
    """The service gets a part of it, and then nothing more."""
    way.begin(way.request[: way.dice.randint(1, len(way.request) - 1)])


def stalled(way: Way) -> None:
    """Held for a time, seldom long; it goes on even if the agent has died meanwhile."""
    way.hold(way.stall_s * way.dice.random() ** 2)
    clean(way)


def reset_after_send(way: Way) -> None:
    """It takes effect, and the answer never comes."""
    way.ask()
    way.reset()


def sliced(way: Way) -> None:
    """Tiny pieces, there and back."""
    for piece in _pieces(way.ask(_pieces(way.request, way.dice)), way.dice):
        way.answer(piece)


def doubled(way: Way) -> None:
    """The same bytes twice, on connections of their own; one of the answers is thrown away."""
    answers = [way.ask(), way.ask()]
    way.answer(way.dice.choice(answers))


def doubled_at_once(way: Way) -> None:
    """As `doubled`, with both at the door at the same time."""
    answers: list[bytes] = []
    other = Thread(target=lambda: answers.append(way.ask()))
    other.start()
    own = way.ask()
    other.join()
    way.answer(way.dice.choice([own, *answers]))


def narrow(way: Way) -> None:
    """So many bytes a second, there and back."""
    for piece in _slowly(way, way.ask(_slowly(way, way.request))):
        way.answer(piece)


TOXICS: dict[str, Toxic] = {
    "loss": lost,
    "torn request": torn,
    "stall": stalled,
    "reset after send": reset_after_send,
    "slicing": sliced,
    "duplication": doubled,
    "duplication at once": doubled_at_once,
    "bandwidth cap": narrow,
}
CLEAN = "clean"


class Deck:
    """Every toxic once, shuffled with as many clean ways as asked for; then again."""

    def __init__(self, seed: int, clean_ways: int) -> None:
        self._dice, self._cards, self._lock = Random(seed), list[str](), Lock()  # noqa: S311
        self._all = [*TOXICS, *[CLEAN] * clean_ways]

    def draw(self) -> tuple[str, Random]:
        """The name of what happens to the next request, and dice for how."""
        with self._lock:
            if not self._cards:
                self._cards = self._dice.sample(self._all, len(self._all))
            return self._cards.pop(), Random(self._dice.random())  # noqa: S311 - no secret


class BadLink:
    """`urls`: where each service is, seen through the link. `met`: how often each toxic did its
    work to the end; `statuses`: what the services said; `posts`: how many came."""

    def __init__(self, services: Mapping[str, str], deck: Deck, stall_s: float) -> None:
        self._deck, self._stall_s, self._closing = deck, stall_s, Event()
        self.met: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.posts = 0
        self._servers = {name: self._server(url) for name, url in services.items()}
        self.urls = {
            name: f"http://127.0.0.1:{server.server_address[1]}"
            for name, server in self._servers.items()
        }

    def start(self) -> None:
        for server in self._servers.values():
            Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._closing.set()
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    def _server(self, url: str) -> ThreadingTCPServer:
        parts = urlsplit(url)
        service = (str(parts.hostname), int(parts.port or 80))

        carry = partial(self._carry, service)

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):  # a killed agent, a service that closed: as life has it
                    carry(self.request)

        server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads, server.block_on_close = True, False
        return server

    def _carry(self, service: Address, client: socket.socket) -> None:
        client.settimeout(ANSWER_WITHIN_S)
        request = _request(client)
        if not request:
            return
        name, dice = (CLEAN, Random()) if _is_question(request) else self._draw()  # noqa: S311
        way = Way(client, service, request, dice, self._stall_s, self._closing, self.statuses)
        {CLEAN: clean, **TOXICS}[name](way)
        self.met[name] += 1

    def _draw(self) -> tuple[str, Random]:
        self.posts += 1
        return self._deck.draw()


@contextmanager
def bad_link(services: Mapping[str, str], deck: Deck, stall_s: float) -> Iterator[BadLink]:
    link = BadLink(services, deck, stall_s)
    link.start()
    try:
        yield link
    finally:
        link.close()


def _request(client: socket.socket) -> bytes:
    """One whole request, asking for a connection of its own; empty if it never came whole."""
    data = b""
    while END_OF_HEAD not in data:
        if not (piece := client.recv(PIECE)):
            return b""
        data += piece
    head, _, body = data.partition(END_OF_HEAD)
    while len(body) < _length(head):
        if not (piece := client.recv(PIECE)):
            return b""
        body += piece
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close"]) + END_OF_HEAD + body


def _length(head: bytes) -> int:
    lines = (line.partition(b":") for line in head.split(b"\r\n"))
    return next((int(value) for name, _, value in lines if name.lower() == b"content-length"), 0)


def _is_question(request: bytes) -> bool:
    return not request.startswith(b"POST ")


def _pieces(text: bytes, dice: Random) -> Iterator[bytes]:
    longest = max(2, 2 * len(text) // PIECES_MAX)
    start = 0
    while start < len(text):
        end = start + dice.randint(1, longest)
        yield text[start:end]
        start = end


def _slowly(way: Way, text: bytes) -> Iterator[bytes]:
    size = NARROW_BYTES_S // 20
    for start in range(0, len(text), size):
        yield text[start : start + size]
        way.hold(size / NARROW_BYTES_S)
