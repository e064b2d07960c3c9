"""The bad link itself: each toxic does what it is called, seen from the client and the service."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Thread

import httpx2
import pytest

from tests.chaos.site.proxy import CLEAN, TOXICS, Deck, bad_link
from tests.kit.eventually import eventually

BODY = b"x" * 5_000
ANSWERED_ONCE = {CLEAN, "stall", "slicing", "bandwidth cap"}
DOUBLED = {"duplication", "duplication at once"}


class Always(Deck):
    """The same toxic for every request."""

    def __init__(self, name: str) -> None:
        super().__init__(1, 1)
        self._name = name

    def draw(self) -> tuple[str, Random]:
        return self._name, Random(1)  # noqa: S311 - repeatable, no secret


class Service(ThreadingHTTPServer):
    """Answers how often it was asked before; what came is in `heard`."""

    heard: list[bytes]


class _Answers(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(body)
        if len(body) < len(BODY):
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"done")

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service(("127.0.0.1", 0), _Answers)
    server.heard = []
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def posted(service: Service, toxic: str) -> bytes:
    """What the client gets for one request; empty if its connection is cut."""
    services = {"intake": f"http://127.0.0.1:{service.server_port}"}
    with bad_link(services, Always(toxic), stall_s=0.02) as link:
        try:
            answer = httpx2.post(f"{link.urls['intake']}/v1/events", content=BODY).content
        except httpx2.TransportError:
            answer = b""
        eventually(lambda: link.met[toxic] == 1)
    return answer


@pytest.mark.parametrize("toxic", sorted(ANSWERED_ONCE))
def test_it_comes_whole_and_once_and_is_answered(service: Service, toxic: str) -> None:
    assert posted(service, toxic) == b"done"
    assert service.heard == [BODY]


@pytest.mark.parametrize("toxic", sorted(DOUBLED))
def test_it_comes_twice_and_is_answered_once(service: Service, toxic: str) -> None:
    assert posted(service, toxic) == b"done"
    assert service.heard == [BODY, BODY]


def test_what_is_lost_never_comes(service: Service) -> None:
    assert posted(service, "loss") == b""
    assert service.heard == []


def test_what_is_torn_does_not_come_whole(service: Service) -> None:
    assert posted(service, "torn request") == b""
    assert BODY not in service.heard


def test_what_is_reset_after_it_was_sent_has_come_and_nobody_is_told(service: Service) -> None:
    assert posted(service, "reset after send") == b""
    assert service.heard == [BODY]


def test_a_deck_deals_every_toxic_before_any_comes_twice_and_repeats_itself_by_its_seed() -> None:
    deals = [[deck.draw()[0] for _ in range(3 * (len(TOXICS) + 2))] for deck in _decks()]

    assert deals[0] == deals[1]
    for start in range(0, len(deals[0]), len(TOXICS) + 2):
        assert {*deals[0][start : start + len(TOXICS) + 2]} == {*TOXICS, CLEAN}


def _decks() -> list[Deck]:
    return [Deck(seed=7, clean_ways=2) for _ in range(2)]
