"""One trace from the door to the last consumer: in events, verdicts, journeys, logs and spans."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from shared.codec.cloudevents import from_structured
from shared.contracts import site
from shared.kernel import trace_context
from shared.messaging.memory import MemoryBroker
from shared.messaging.relay import Relay
from shared.runtime import tracing
from shared.runtime.logs import bound_contextvars
from shared.storage.journal import JOURNAL, records_of
from shared.storage.memory import MemoryStore
from shared.storage.store import Store
from tests.contract.test_consumer import consumer
from tests.kit.door import Toy, bearer, event
from tests.kit.toy import DATA, Clock, posted, runner
from tests.kit.tracing import Collector, collecting

TRACE = "0af7651916cd43dd8448eb211c80319c"
SENT = f"00-{TRACE}-b7ad6b7169203331-01"
REFERRAL = site.ReferralReceived.type
UNREADABLE = [
    "",
    "x",
    7,
    None,
    [SENT],
    SENT.upper(),
    f"00-{'0' * 32}-b7ad6b7169203331-01",
    f"00-{TRACE}-{'0' * 16}-01",
    f"ff-{TRACE}-b7ad6b7169203331-01",
    f"{SENT}-more",
    f"{SENT}\n",
    "00-" + "a" * 5000,
    "０" * 55,
]


def traceparent(**attributes: object) -> str:
    content = event(REFERRAL, DATA[REFERRAL], **attributes)
    return from_structured(content, "riverside").traceparent


def test_the_senders_trace_is_kept() -> None:
    assert traceparent(traceparent=SENT) == SENT
    assert traceparent(traceparent=f"01-{TRACE}-b7ad6b7169203331-00-more") == SENT[:-2] + "00"


@pytest.mark.parametrize("unreadable", UNREADABLE)
def test_a_trace_that_cannot_be_read_is_replaced_and_the_event_never_refused(
    unreadable: object,
) -> None:
    derived = traceparent()

    assert traceparent(traceparent=unreadable) == derived
    assert trace_context.read(derived)
    assert derived != traceparent(id="event-2")
    assert derived != traceparent(source="/clinics/riverside/sites/annex")


def test_what_is_emitted_is_of_the_same_trace_and_every_retry_gives_the_same_bytes() -> None:
    def emitted() -> list[bytes]:
        store = MemoryStore()
        runner(store).run([posted(site.ReferralReceived, id="event-1")])
        [document] = store.session().where(JOURNAL, {})
        return [dict(each.headers)["ce_traceparent"] for each in records_of(document)]

    first, again = emitted(), emitted()

    cause = trace_context.settled("", "/clinics/riverside/sites/main", "event-1")
    assert first == again
    assert [trace_context.trace_id(each.decode()) for each in first] == [cause.split("-")[1]]
    assert first != [cause.encode()]


def test_verdict_journey_journal_and_log_say_the_same_id(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    door = toy.app().test_client()
    referral = event(REFERRAL, DATA[REFERRAL], traceparent=SENT)
    refused = event(site.ConsentWithdrawn.type, DATA[site.ConsentWithdrawn.type])
    refused |= {"id": "event-2", "traceparent": SENT}

    with capture_logs() as lines:
        verdicts = [
            door.post("/v1/events", json=each, headers=_as_event())
            for each in (referral, referral, refused)
        ]

    journey = door.get("/v1/events/event-1", headers=bearer()).json
    assert journey
    told = [each.json["traceid"] for each in verdicts if each.json]
    assert told == [TRACE] * 3
    assert journey["traceid"] == journey["handled"][0]["traceid"] == TRACE
    assert [line["traceid"] for line in lines if line["event"] == "not accepted"] == [TRACE]


def test_a_duplicate_under_another_trace_is_told_the_one_it_was_decided_in(store: Store) -> None:
    step = posted(site.ReferralReceived, id="event-1")
    assert step.envelope
    again = replace(step, envelope=replace(step.envelope, traceparent=SENT))

    [[first], [second]] = [runner(store).run([each]) for each in (step, again)]

    assert (second.verdict, second.traceid) == ("duplicate", first.traceid)
    assert first.traceid not in ("", TRACE)


def test_a_line_that_a_rule_writes_bears_the_trace() -> None:
    seen = list[object]()

    def writes(*_: object) -> None:
        from structlog.contextvars import get_contextvars

        seen.append(get_contextvars().get("traceid"))

    with bound_contextvars(clinic="riverside"):
        step = posted(site.ReferralReceived, id="event-1")
        assert step.route
        runner(MemoryStore()).run([replace(step, route=replace(step.route, handle=writes))])

    assert seen == [step.traceid]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        tracing.configure("intake", "test", found.url)
        yield found
        tracing.configure("", "", "")


def test_one_posted_event_is_one_connected_trace_across_two_services(
    collector: Collector, tmp_path: Path
) -> None:
    toy, broker = Toy(tmp_path), MemoryBroker()
    content = event(REFERRAL, DATA[REFERRAL], traceparent=SENT)

    toy.app().test_client().post("/v1/events", json=content, headers=_as_event())
    Relay("intake", "relay-1", toy.store, broker, Clock()).turn()
    consumer(MemoryStore(), broker).turn()

    names = {
        "POST /v1/events",
        f"decide {REFERRAL}",
        "publish intake.patient",
        "apply intake.patient.registered.v1",
    }
    by_name = {each.name: each for each in collector.wait_for(names, TRACE)}
    assert set(by_name) == names
    way = [f"decide {REFERRAL}", "publish intake.patient", "apply intake.patient.registered.v1"]
    for before, after in pairwise(by_name[each] for each in way):
        assert after.parent == before.span_id
    assert by_name[way[0]].parent == by_name["POST /v1/events"].parent == SENT.split("-")[2]
    [page] = [each for each in collector.spans if each.name == "relay intake"]
    assert page.links == ((TRACE, by_name[way[1]].span_id),)


def test_a_collector_that_is_away_makes_nobody_wait(tmp_path: Path) -> None:
    tracing.configure("intake", "test", "http://127.0.0.1:9")
    try:
        toy = Toy(tmp_path)
        verdicts = runner(toy.store).run([posted(site.ReferralReceived) for _ in range(5)])
        for _ in range(tracing.WAITING_MAX * 2):  # far more than the queue holds
            tracing.done(tracing.Span("more", tracing.begun(), SENT))
    finally:
        tracing.configure("", "", "")
    assert {each.verdict for each in verdicts} == {"accepted"}


def test_off_nothing_of_opentelemetry_is_loaded() -> None:
    program = (
        "import sys; from shared.processes import api, consumer, relay;"
        "from shared.runtime import tracing; tracing.configure('intake', 'api', '');"
        "tracing.done(tracing.Span('x', tracing.begun(), ''));"
        "print([each for each in sys.modules if each.startswith('opentelemetry')])"
    )

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert told.stdout == b"[]\n"


def _as_event() -> dict[str, str]:
    return {**bearer(), "Content-Type": "application/cloudevents+json"}
