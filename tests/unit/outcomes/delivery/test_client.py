"""The analysts' client against the server itself: nothing lost, nothing twice, whatever breaks."""

from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any

import httpx2
import polars as pl
import pytest
from flask import Flask, g
from flask_smorest import Api
from hypothesis import given
from hypothesis import strategies as st

from services.outcomes.analytics.columns.exports import http as exports
from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.delivery.cursor import Cursors
from services.outcomes.analytics.delivery.http import Delivery, blueprint
from services.outcomes.analytics.view import StreamFrames
from shared.client.calls import Calls, Patience
from shared.client.errors import CursorExpired, NotAllowed, NotAnswering, Refused
from shared.client.outcomes import OutcomesStream
from shared.client.stream.event import StreamEvent
from shared.client.stream.exports import library
from shared.client.stream.kept import kept
from shared.contracts.outcomes import OutcomeResult, SubjectWithdrawn
from shared.web import problems
from shared.web.identity import Principal
from tests.kit.stream import MemoryLog, a_result, a_subject

CURSORS = Cursors(bytes(32), lambda: "topic-1")
NETWORK = {
    "services": {"analytics": {"url": "http://analytics.test"}},
    "token_endpoint": "http://issuer.test/token",
    "clients": {"analyst": {"client_id": "analyst", "client_secret": "s"}},
}


class Served:
    """The server in process. `breaks`: after how many bytes each connection in turn breaks off;
    `refusals`: what is answered first; both used up, all goes well."""

    def __init__(self, log: MemoryLog, scope: str = "stream:read") -> None:
        self.log, self.breaks = log, list[int]()
        self.refusals, self.waits = list[httpx2.Response](), list[float]()
        app = Flask("analytics")
        app.config.update(API_TITLE="analytics", API_VERSION="1", OPENAPI_VERSION="3.1.0")
        turns = iter(range(10**6))
        delivery = Delivery(log, CURSORS, lambda: True, lambda: next(turns) % 4 == 3)
        api = Api(app)
        api.register_blueprint(blueprint(delivery))
        api.register_blueprint(exports.blueprint(exports.Exports(LogView(log), CURSORS.text)))
        problems.register(app)
        analyst = Principal("analyst", "", "", frozenset({"analyst"}), frozenset({scope}))
        app.before_request(lambda: setattr(g, "principal", analyst))
        self._wsgi = httpx2.WSGITransport(app=app)

    def stream(self) -> OutcomesStream:
        patience = Patience(5, wait=self.waits.append, jitter=lambda _longest: 0.0)
        http = httpx2.Client(transport=httpx2.MockTransport(self._answer))
        return OutcomesStream.of(NETWORK, calls=Calls(http, patience))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "issuer.test":
            return httpx2.Response(200, json={"access_token": "t", "expires_in": 900})
        if self.refusals:
            return self.refusals.pop(0)
        answer = self._wsgi.handle_request(request)
        if self.breaks:
            limit = self.breaks.pop(0)
            return httpx2.Response(200, headers=answer.headers, stream=Broken(answer, limit))
        return answer


class LogView:
    """The columns, so far as exports ask them."""

    def __init__(self, log: MemoryLog) -> None:
        self.log = log

    def stream(self) -> StreamFrames:
        return self.log.frames()

    def frames(self, as_of: datetime | None = None) -> Frames:
        raise AssertionError(f"no export is of patients, nor of {as_of}")


class Broken(httpx2.SyncByteStream):
    """A body that breaks off."""

    def __init__(self, answer: httpx2.Response, limit: int) -> None:
        self._answer, self._left = answer, limit

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._answer.stream:  # type: ignore[union-attr]  # a WSGI body is synchronous
            yield chunk[: self._left]
            self._left -= len(chunk)
            if self._left <= 0:
                raise httpx2.RemoteProtocolError("peer closed connection")

    def close(self) -> None:
        self._answer.close()


def log_of(*events: Any) -> MemoryLog:
    log = MemoryLog()
    for event in events:
        log.append(event)
    return log


def names(events: Any) -> list[str]:
    return [
        each.data.result_id if isinstance(each.data, OutcomeResult) else each.data.subject_token
        for each in events
    ]


RESULTS = [a_result("amber", number) for number in range(8)]
ALL = [each.result_id for each in RESULTS]


@given(st.lists(st.integers(0, 9000), max_size=6))
def test_live_leaves_nothing_out_and_repeats_nothing_wherever_connections_break(
    breaks: list[int],
) -> None:
    served = Served(log_of(*RESULTS))
    served.breaks = breaks

    assert names(islice(served.stream().live(), len(RESULTS))) == ALL


def test_live_goes_on_with_what_comes_later() -> None:
    log = log_of(*RESULTS[:2])
    live = Served(log).stream().live()

    first = names(islice(live, 2))
    for each in RESULTS[2:]:
        log.append(each)

    assert first + names(islice(live, 6)) == ALL


def test_live_begins_right_behind_the_event_whose_cursor_it_is_given() -> None:
    stream = Served(log_of(*RESULTS)).stream()
    third = next(islice(stream.live(), 2, 3))

    assert names(islice(stream.live(third.cursor), 5)) == ALL[3:]


def test_live_waits_as_long_as_it_is_told_when_too_many_listen_or_the_server_starts() -> None:
    served = Served(log_of(*RESULTS))
    served.refusals = [httpx2.Response(429, headers={"Retry-After": "7"}), httpx2.Response(503)]

    assert names(islice(served.stream().live(), 1)) == ALL[:1]
    assert served.waits[:2] == [7.0, 0.0]


def test_back_fill_ends_with_the_last_there_is() -> None:
    assert names(Served(log_of(*RESULTS)).stream().events()) == ALL


def test_only_what_is_wanted_comes() -> None:
    log = log_of(a_result("a", 1, instrument="gad-7"), a_result("b", 1, instrument="phq-9"))

    assert names(Served(log).stream().events(instrument="gad-7")) == ["a-1"]


@pytest.mark.parametrize("read", [OutcomesStream.events, OutcomesStream.live])
def test_an_expired_cursor_is_raised_with_the_remedy_and_the_oldest_one(
    read: Callable[[OutcomesStream, str], Iterator[StreamEvent]],
) -> None:
    stream = Served(log_of(*RESULTS)).stream()
    old = Cursors(bytes(32), lambda: "topic-0").text({0: 1})

    with pytest.raises(CursorExpired, match="Drop the rows you have") as caught:
        next(read(stream, old))

    assert names(stream.events(caught.value.oldest)) == ALL


def test_a_forged_cursor_and_a_missing_scope_are_refusals() -> None:
    with pytest.raises(Refused, match="no cursor of this stream"):
        next(Served(log_of()).stream().live("forged"))
    with pytest.raises(NotAllowed, match="stream:read"):
        next(Served(log_of(), "network:read").stream().events())


def test_rows_come_as_dicts_and_as_tables_and_the_same() -> None:
    log = log_of(a_result("a", 1, score=9.0), a_subject("a"), a_result("b", 1, score=None))
    stream = Served(log).stream()

    rows = stream.results(progress=False)
    table = stream.to_polars(progress=False)
    frame = stream.to_pandas(progress=False)

    assert {row["result_id"]: row["score"] for row in rows} == {"a-1": 9.0, "b-1": None}
    assert table.to_dicts() == rows
    assert frame["score"].isna().sum() == 1
    assert [each["subject_token"] for each in stream.subjects(progress=False)] == ["a"]
    assert stream.to_polars("subjects", progress=True).height == 1


@pytest.mark.parametrize("form", ["parquet", "arrow", "csv", "ndjson"])
def test_an_export_is_a_file_that_any_tool_reads(form: Any) -> None:
    exported = Served(log_of(*RESULTS)).stream().export("results", form, progress=False)

    read = {"parquet": pl.read_parquet, "arrow": pl.read_ipc_stream, "csv": pl.read_csv}
    table = read.get(form, pl.read_ndjson)(BytesIO(exported.content))
    assert sorted(table["result_id"]) == ALL


def test_a_snapshot_and_what_comes_after_it_are_everything() -> None:
    log = log_of(*RESULTS[:3], a_result("gone", 1), a_subject("gone"))
    stream = Served(log).stream()

    rows = stream.snapshot(progress=False)
    for result in (*RESULTS[3:], a_result("amber", 0, revision=1, score=3.0)):
        log.append(result)
    log.append(a_result("amber", 1, revision=1, retracted=True))
    log.append(SubjectWithdrawn("gone"))
    for event in stream.events(rows.cursor):
        rows.take(event)

    expected = kept(stream.events())
    assert rows.results == expected.results
    assert rows.subjects == expected.subjects == []
    assert {row["result_id"] for row in rows.results} == {*ALL} - {"amber-1"}
    assert next(r["score"] for r in rows.results if r["result_id"] == "amber-0") == 3.0


def test_rows_taken_twice_or_late_change_nothing() -> None:
    older, newer = a_result("a", 1), a_result("a", 1, revision=2, score=1.0)
    rows = kept(StreamEvent(each) for each in (older, newer, older, newer))

    assert [(row["revision"], row["score"]) for row in rows.results] == [(2, 1.0)]


def test_what_is_told_of_somebody_after_the_withdrawal_is_not_kept() -> None:
    events = (a_result("a", 1), SubjectWithdrawn("a"), a_result("a", 2), a_subject("a"))
    rows = kept(StreamEvent(each) for each in events)

    assert (rows.results, rows.subjects) == ([], [])


def test_an_export_that_breaks_off_is_told_with_the_remedy() -> None:
    served = Served(log_of(*RESULTS))
    served.breaks = [100]

    with pytest.raises(NotAnswering, match="broke off in the middle: ask again"):
        served.stream().results(progress=False)


def test_a_missing_library_is_named_with_what_does_without_it() -> None:
    with pytest.raises(ImportError, match="no_such_frames is not installed: install it, or use x"):
        library("no_such_frames", "x")
