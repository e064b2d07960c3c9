"""The analysts' stream over real processes: what a site posts, as analysts see it on every way."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from shared.client.connection import connect
from shared.client.errors import NotAllowed, Refused
from shared.client.outcomes import OutcomesStream
from shared.client.stream.event import StreamEvent
from shared.client.stream.kept import Kept, kept
from shared.contracts import site
from shared.contracts.outcomes import OutcomeResult, SubjectWithdrawn
from tests.e2e.site_day import PHQ_9_MILD, PHQ_9_SEVERE, SiteDay, a_while_ago
from tests.kit.eventually import eventually
from tests.kit.network import RunningNetwork

ANALYTICS = "outcomes-analytics-1"
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "analyst.md"
MILD, SEVERE = 3, 20


@pytest.fixture
def stream(network: dict[str, Any]) -> OutcomesStream:
    return OutcomesStream.of(network)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(4)
    yield pool
    pool.shutdown(wait=False, cancel_futures=True)


def assessed(day: SiteDay, patient: str, at: datetime, answers: list[int]) -> str:
    """The id of the event."""
    event_id = str(uuid4())
    day.taken(
        site.AssessmentAnswered, patient, at, event_id=event_id, instrument="phq-9", answers=answers
    )
    return event_id


def somebody(day: SiteDay, stream: OutcomesStream, at: datetime) -> tuple[str, str, str]:
    """(patient, the token of the one who is new on the stream, the first assessment's id)."""
    before = {row["subject_token"] for row in stream.subjects()}
    patient = day.refer(at)
    day.screen(patient, at + timedelta(hours=1))
    event_id = assessed(day, patient, at + timedelta(days=1), PHQ_9_SEVERE)
    [token] = eventually(lambda: {row["subject_token"] for row in stream.subjects()} - before)
    eventually(lambda: scores(stream.snapshot(), token) == [SEVERE, SEVERE])
    return patient, token, event_id


def scores(rows: Kept, token: str) -> list[float]:
    """Of the PHQ-9, ascending; the screening is the first of them."""
    found = [row for row in rows.results if row["subject_token"] == token]
    return sorted(row["score"] for row in found if row["instrument"] == "phq-9")


def as_read(network: dict[str, Any], stream: OutcomesStream) -> dict[str, Kept]:
    """The rows as they are now, on each of the ways."""
    live = kept(_until_now(stream))
    return {
        "server-sent events": live,
        "NDJSON": kept(stream.events()),
        "export": stream.snapshot(),
        "Kafka": OutcomesStream.on_kafka(network).latest(),
    }


def _until_now(stream: OutcomesStream) -> Iterator[StreamEvent]:
    last = [each.cursor for each in stream.events()][-1]
    for event in stream.live():
        yield event
        if event.cursor == last:
            return


def on_every_way(
    network: dict[str, Any], stream: OutcomesStream, token: str, expected: list[float]
) -> bool:
    found = {way: scores(rows, token) for way, rows in as_read(network, stream).items()}
    return found == dict.fromkeys(found, expected)


def first_of(stream: OutcomesStream, cursor: str, token: str) -> StreamEvent:
    """The first result of the subject that comes live."""
    return next(
        each
        for each in stream.live(cursor)
        if isinstance(each.data, OutcomeResult) and each.data.subject_token == token
    )


def test_a_posted_assessment_arrives_at_whoever_listens(
    riverside: SiteDay, stream: OutcomesStream, threads: ThreadPoolExecutor
) -> None:
    patient, token, _ = somebody(riverside, stream, a_while_ago(100))
    cursor = stream.snapshot().cursor
    listening = threads.submit(first_of, stream, cursor, token)

    assessed(riverside, patient, a_while_ago(90), PHQ_9_MILD)

    event = listening.result(timeout=30)
    assert isinstance(event.data, OutcomeResult)
    assert event.data.score == MILD
    assert next(stream.events(cursor)).cursor != cursor


def test_a_listener_goes_on_when_the_server_is_started_anew(
    running: RunningNetwork | None,
    riverside: SiteDay,
    stream: OutcomesStream,
    threads: ThreadPoolExecutor,
) -> None:
    if running is None:
        pytest.skip("the processes are not ours to stop")
    patient, token, _ = somebody(riverside, stream, a_while_ago(99))
    cursor = stream.snapshot().cursor
    listening: Future[StreamEvent] = threads.submit(first_of, stream, cursor, token)

    running.processes[ANALYTICS].stop()
    assessed(riverside, patient, a_while_ago(89), PHQ_9_MILD)
    running.start(ANALYTICS)
    running.wait_ready(ANALYTICS)

    event = listening.result(timeout=60)
    assert isinstance(event.data, OutcomeResult)
    assert event.data.score == MILD
    everything = [each.cursor for each in stream.events()]
    assert len(everything) == len(set(everything))


def test_a_correction_a_retraction_and_a_withdrawal_are_seen_on_every_way(
    network: dict[str, Any], riverside: SiteDay, stream: OutcomesStream
) -> None:
    patient, token, first = somebody(riverside, stream, a_while_ago(98))
    at = a_while_ago(88)
    second = assessed(riverside, patient, at, PHQ_9_SEVERE)
    eventually(lambda: on_every_way(network, stream, token, [SEVERE] * 3))

    corrected = {"instrument": "phq-9", "answers": PHQ_9_MILD, "amends": second}
    riverside.taken(site.AssessmentAnswered, patient, at, **corrected)
    eventually(lambda: on_every_way(network, stream, token, [MILD, SEVERE, SEVERE]))

    riverside.taken(site.AssessmentRetracted, patient, at, amends=first, reason="wrong-patient")
    eventually(lambda: on_every_way(network, stream, token, [MILD, SEVERE]))

    riverside.taken(site.ConsentWithdrawn, patient, a_while_ago(80), reason="patient-request")
    eventually(lambda: on_every_way(network, stream, token, []))
    said = [each.data for each in stream.events() if each.data.subject_token == token]
    assert said == [SubjectWithdrawn(token)]
    on_topic = OutcomesStream.on_kafka(network).events()
    assert [e.data for e in on_topic if e.data.subject_token == token] == [SubjectWithdrawn(token)]


def test_a_forged_cursor_is_refused_with_a_code(stream: OutcomesStream) -> None:
    with pytest.raises(Refused, match="no cursor of this stream") as caught:
        next(stream.live("forged"))
    assert caught.value.status == 400


def test_who_has_no_scope_reads_nothing(network: dict[str, Any]) -> None:
    for client_id in ("operations", "riverside-main"):
        with pytest.raises(NotAllowed, match="stream:read"):
            next(OutcomesStream.of(network, client_id).events())
        with pytest.raises(NotAllowed, match="stream:read"):
            OutcomesStream.of(network, client_id).results()


def test_many_exports_of_everything_at_once_are_all_answered_and_nobody_else_waits(
    network: dict[str, Any], stream: OutcomesStream, threads: ThreadPoolExecutor
) -> None:
    exports = [threads.submit(stream.to_polars, progress=False) for _ in range(12)]

    url = network["services"]["analytics"]["url"]
    assert httpx2.get(f"{url}/health/live").status_code == 200
    heights = {each.result(timeout=60).height for each in exports}

    assert len(heights) == 1


def test_the_shape_is_negotiated(network: dict[str, Any]) -> None:
    analyst = connect(network, "analyst")

    refused = analyst.send("analytics", "GET", "stream", headers={"Accept": "text/html"})

    assert refused.status_code == 406
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_every_python_example_of_the_analysts_guide_runs(
    network: dict[str, Any],
    riverside: SiteDay,
    stream: OutcomesStream,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    somebody(riverside, stream, a_while_ago(97))
    (tmp_path / ".run").mkdir()
    (tmp_path / ".run" / "network.json").write_text(json.dumps(network))
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}

    for example in re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.M | re.S):
        exec(example, names)  # noqa: S102 - our own page

    assert len(names["rows"].results) == len(names["results"]) > 0
    assert "go on from" in capsys.readouterr().out
