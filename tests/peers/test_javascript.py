"""The CloudEvents SDK for JavaScript, unmodified, against the real door of intake."""

from collections.abc import Iterator
from threading import Thread

import pytest
from werkzeug.serving import make_server

from shared.runtime import clock
from tests.contract.catalogue import application
from tests.peers.node_tools import need, post_referral


@pytest.fixture
def events_url() -> Iterator[str]:
    need("cloudevents")
    server = make_server("127.0.0.1", 0, application("intake", clock.utc_now))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/events"
    server.shutdown()


def test_it_posts_in_either_mode_and_is_known_again_in_the_other(events_url: str) -> None:
    answers = post_referral(events_url, "/clinics/riverside/sites/main", "any")

    told = [(each["mode"], each["status"], each["verdict"]) for each in answers]
    assert told == [
        ("structured", 202, "accepted"),
        ("binary", 202, "accepted"),
        ("structured", 200, "duplicate"),
    ]
