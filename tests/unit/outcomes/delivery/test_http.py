"""The stream over HTTP: who may read it, from where on, in which shape, and how many at once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_smorest import Api
from structlog.testing import capture_logs

from services.outcomes.analytics.delivery.cursor import Cursors
from services.outcomes.analytics.delivery.http import Delivery, blueprint
from services.outcomes.analytics.delivery.slots import Slots
from shared.contracts.outcomes import OutcomeResult, SubjectWithdrawn
from shared.web import problems
from shared.web.identity import Principal
from tests.kit.stream import MemoryLog, a_result, told

ANALYST = Principal("analyst", "", "", frozenset({"analyst"}), frozenset({"stream:read"}))
OPERATIONS = Principal("ops", "", "", frozenset({"operations"}), frozenset({"network:read"}))
NDJSON, SSE = {"Accept": "application/x-ndjson"}, {"Accept": "text/event-stream"}
CURSORS = Cursors(bytes(32), lambda: "topic-1")


class Clock:
    """Goes on by a step with every look."""

    def __init__(self, step_s: float) -> None:
        self.now_s, self.step_s = 0.0, step_s

    def __call__(self) -> float:
        self.now_s += self.step_s
        return self.now_s


class Stops:
    """Asked to stop after so many looks."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def delivery(log: MemoryLog, **changes: Any) -> Delivery:
    fields: dict[str, Any] = {"caught_up": lambda: True, "stops": Stops(2), "clock_s": Clock(0.01)}
    return Delivery(log, CURSORS, **{**fields, **changes})


def client(made: Delivery, principal: Principal = ANALYST) -> FlaskClient:
    app = Flask("analytics")
    app.config.update(API_TITLE="analytics", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    Api(app).register_blueprint(blueprint(made))
    problems.register(app)
    app.before_request(lambda: setattr(g, "principal", principal))
    return app.test_client()


def log_of(count: int) -> MemoryLog:
    log = MemoryLog()
    for number in range(count):
        log.append(a_result("amber", number), 0)
    return log


def lines(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(each) for each in answer.text.splitlines()]


def blocks(answer: Any) -> list[list[str]]:
    return [block.split("\n") for block in answer.text.split("\n\n") if block]


def results(numbers: Iterator[int] | range) -> list[tuple[str, str]]:
    return [(OutcomeResult.type, f"amber-{number} 0") for number in numbers]


def test_pages_follow_on_from_each_others_cursors_to_the_end() -> None:
    analyst, found, cursor, more = client(delivery(log_of(5))), [], "", "true"

    while more == "true":
        answer = analyst.get(f"/v1/stream?limit=2&cursor={cursor}", headers=NDJSON)
        cursor, more = answer.headers["Kap-Cursor"], answer.headers["Kap-More"]
        found += told(lines(answer))

    assert found == results(range(5))
    assert answer.content_type == "application/x-ndjson"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_that_has_nothing_keeps_the_place() -> None:
    analyst = client(delivery(log_of(2)))
    end = analyst.get("/v1/stream").headers["Kap-Cursor"]

    answer = analyst.get(f"/v1/stream?cursor={end}")

    assert (answer.text, answer.headers["Kap-Cursor"]) == ("", end)
    assert answer.headers["Kap-More"] == "false"


def test_who_says_nothing_of_the_shape_gets_lines_and_who_wants_another_is_told() -> None:
    analyst = client(delivery(log_of(1)))

    assert analyst.get("/v1/stream").content_type == "application/x-ndjson"
    refused = analyst.get("/v1/stream", headers={"Accept": "text/html"})
    assert (refused.status_code, refused.content_type) == (406, "application/problem+json")


def test_server_sent_events_carry_their_type_their_data_and_a_cursor_behind_them() -> None:
    answer = client(delivery(log_of(2))).get("/v1/stream", headers=SSE)

    retry, first, _second, *_, bye = blocks(answer)
    assert retry == ["retry: 1000"]
    name, event, data = first
    sent = json.loads(data.removeprefix("data: "))
    assert name == f"id: {sent['cursor']}"
    assert event == "event: outcomes.stream.result.v1"
    assert sent["data"]["result_id"] == "amber-0"
    assert bye == [": this connection ends; come again with the last id"]
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("given", ["header", "query", "both"])
def test_a_reader_that_comes_again_goes_on_behind_the_last_event(given: str) -> None:
    made = delivery(log_of(3), stops=Stops(10))
    analyst = client(made)
    first, second, _ = lines(analyst.get("/v1/stream"))
    query = {"header": "", "query": second["cursor"], "both": first["cursor"]}[given]
    header = {} if given == "query" else {"Last-Event-ID": second["cursor"]}

    answer = analyst.get(f"/v1/stream?cursor={query}", headers={**SSE, **header})

    sent = [b[2] for b in blocks(answer) if b[-1].startswith("data: ")]
    assert [json.loads(each[6:])["data"]["result_id"] for each in sent] == ["amber-2"]


def test_a_silent_stream_gives_signs_of_life_with_a_cursor() -> None:
    made = delivery(log_of(0), stops=Stops(3), clock_s=Clock(8))

    found = blocks(client(made).get("/v1/stream", headers=SSE))

    assert found[1][0] == ": ping"
    assert CURSORS.places(found[1][1].removeprefix("id: "), made.log, lambda: True) == {}


def test_a_connection_ends_after_a_quarter_of_an_hour_so_that_tokens_are_looked_at_again() -> None:
    made = delivery(log_of(0), stops=lambda: False, clock_s=Clock(450))

    assert blocks(client(made).get("/v1/stream", headers=SSE))[-1][0].startswith(": this connec")


def test_no_more_may_listen_at_once_than_the_server_has_places_for() -> None:
    made = delivery(log_of(1), live=Slots(1), stops=lambda: False)
    analyst = client(made)
    listening = analyst.get("/v1/stream", headers=SSE, buffered=False)

    refused = analyst.get("/v1/stream", headers=SSE)
    pages = analyst.get("/v1/stream", headers=NDJSON)
    listening.close()
    made.live.give_back() if made.live.take() else pytest.fail("the place was not given back")

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "NDJSON" in refused.get_json()["detail"]
    assert pages.status_code == 200


def test_a_poll_that_finds_no_place_to_wait_is_answered_at_once() -> None:
    made = delivery(log_of(0), polls=Slots(1), stops=lambda: False, clock_s=Clock(1))
    analyst = client(made)

    waited = analyst.get("/v1/stream?wait_s=2")
    assert made.polls.take()
    answered = analyst.get("/v1/stream?wait_s=25")

    assert "Retry-After" not in waited.headers
    assert answered.headers["Retry-After"] == "5"


def test_without_the_scope_nothing_is_read() -> None:
    answer = client(delivery(log_of(1)), OPERATIONS).get("/v1/stream")

    assert answer.status_code == 403
    assert "stream:read" in answer.get_json()["detail"]


@pytest.mark.parametrize("headers", [NDJSON, SSE])
def test_a_forged_cursor_is_refused(headers: dict[str, str]) -> None:
    forged = Cursors(bytes(31) + b"x", lambda: "topic-1").text({0: 1})

    answer = client(delivery(log_of(3))).get(f"/v1/stream?cursor={forged}", headers=headers)

    assert (answer.status_code, answer.get_json()["code"]) == (400, "cursor-invalid")


@pytest.mark.parametrize("headers", [NDJSON, SSE])
def test_an_expired_cursor_comes_back_with_the_oldest_there_is(headers: dict[str, str]) -> None:
    old = Cursors(bytes(32), lambda: "topic-0").text({0: 1})
    analyst = client(delivery(log_of(3)))

    answer = analyst.get(f"/v1/stream?cursor={old}", headers=headers)
    oldest = answer.get_json()["oldest"]

    assert (answer.status_code, answer.get_json()["code"]) == (410, "cursor-expired")
    assert told(lines(analyst.get(f"/v1/stream?cursor={oldest}"))) == results(range(3))


def test_a_cursor_from_before_a_restart_is_asked_for_again_until_all_is_read_back() -> None:
    ahead = CURSORS.text({0: 2})

    early = client(delivery(log_of(1), caught_up=lambda: False)).get(f"/v1/stream?cursor={ahead}")
    lost = client(delivery(log_of(1))).get(f"/v1/stream?cursor={ahead}")
    later = client(delivery(log_of(3))).get(f"/v1/stream?cursor={ahead}")

    assert (early.status_code, early.headers["Retry-After"]) == (503, "5")
    assert (lost.status_code, lost.get_json()["code"]) == (400, "cursor-invalid")
    assert told(lines(later)) == results(range(2, 3))


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=5001", "wait_s=26", "wait_s=-1", "indication=flu", "from=start"]
)
def test_what_cannot_be_asked_is_refused(query: str) -> None:
    assert client(delivery(log_of(1))).get(f"/v1/stream?{query}").status_code == 422


def test_every_read_is_noted_with_who_from_where_and_how_much_and_with_nothing_of_it() -> None:
    log = log_of(2)
    log.append(SubjectWithdrawn("birch"), 1)
    analyst = client(delivery(log, stops=Stops(2)))

    with capture_logs() as noted:
        analyst.get("/v1/stream?limit=1")
        live = analyst.get("/v1/stream?indication=ptsd", headers=SSE)
        assert live.text
        live.close()

    assert [(each["event"], each["who"], each.get("events")) for each in noted] == [
        ("stream read", "analyst", 1),
        ("stream read begins", "analyst", None),
        ("stream read ends", "analyst", 1),
    ]
    assert "amber" not in str(noted)
    assert "birch" not in str(noted)
