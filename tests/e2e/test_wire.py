"""Bytes on a real socket that no HTTP library would send: never a 5xx, never half a batch."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.client.calls import Calls
from shared.client.tokens import TokenSource
from tests.e2e.site_day import SiteDay, a_while_ago

HEAD = "POST /v1/events HTTP/1.1\r\nHost: kap\r\nContent-Type: application/x-ndjson\r\n"


@pytest.fixture(scope="module")
def bearer(network: dict[str, Any]) -> str:
    client = network["clients"]["riverside-main"]
    pair = (client["client_id"], client["client_secret"])
    token = TokenSource(network["token_endpoint"], pair, Calls()).token()
    return f"Authorization: Bearer {token}\r\n"


@pytest.fixture
def lines(riverside: SiteDay) -> bytes:
    events = [
        riverside.client.event(
            "intake.referral.received.v1",
            f"wire-{n}",
            time=a_while_ago(),
            given_name=f"Given-{n}",
            family_name=f"Wire-{n}",
            birth_date="1984-05-01",
            indication="ptsd",
            diagnosis="F43.1",
        )
        for n in range(5)
    ]
    return b"\n".join(json.dumps(event).encode() for event in events)


def send(network: dict[str, Any], raw: bytes) -> int:
    """The status of the first answer; 0 if the connection was closed without one."""
    address = urlsplit(network["services"]["intake"]["url"])
    with socket.create_connection((address.hostname, address.port), timeout=10) as sock:
        sock.sendall(raw)
        sock.shutdown(socket.SHUT_WR)
        answer = sock.makefile("rb").readline()
    return int(answer.split()[1]) if answer else 0


def chunked(body: bytes) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


def test_a_chunked_body_is_refused_whole(
    network: dict[str, Any], bearer: str, lines: bytes
) -> None:
    head = HEAD + bearer + "Transfer-Encoding: chunked\r\n\r\n"

    assert send(network, head.encode() + chunked(lines)) in (400, 411)


def test_a_body_shorter_than_announced_is_never_a_success(
    network: dict[str, Any], bearer: str, lines: bytes, riverside: SiteDay
) -> None:
    head = HEAD + bearer + f"Content-Length: {len(lines) + 50}\r\n\r\n"

    assert send(network, head.encode() + lines) in (0, 400)
    assert riverside.get("intake", "patients/wire-0") is None


@pytest.mark.parametrize(
    "lengths",
    [
        "Content-Length: 10\r\nContent-Length: 11\r\n",
        "Content-Length: 10\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 99999999\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "",
    ],
)
def test_ambiguous_lengths_are_4xx(network: dict[str, Any], bearer: str, lengths: str) -> None:
    status = send(network, (HEAD + bearer + lengths + "\r\n").encode() + b"0123456789")

    assert status in range(400, 500)


def test_the_torn_end_of_a_batch_of_lines_is_one_invalid_verdict(
    riverside: SiteDay, lines: bytes
) -> None:
    torn = lines[:-30]
    answer = riverside.client.connection.send(
        "intake",
        "POST",
        "events",
        content=torn,
        headers={"Content-Type": "application/x-ndjson"},
    )

    assert answer.status_code == 200
    verdicts = [each["verdict"] for each in answer.json()["verdicts"]]
    assert verdicts[-1] == "invalid"
    assert set(verdicts[:-1]) <= {"accepted", "rejected"}
