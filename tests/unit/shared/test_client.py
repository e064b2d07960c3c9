"""The client asks once, sends the same ids again, and says what to do about a refusal."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from shared.client.calls import Calls, Patience
from shared.client.errors import BadEvent, NotAllowed, NotAnswering, Refused
from shared.client.events import Numbering
from shared.client.outcomes import OutcomesStream, StreamEvent, latest, network_report
from shared.client.site import SiteClient
from shared.client.tokens import TokenSource
from shared.codec import strict_json
from shared.contracts.outcomes import OutcomeResult, SubjectWithdrawn
from shared.contracts.site import AssessmentAnswered, EncounterFinished, ScreeningAnswered
from shared.contracts.topics import SERVICES
from shared.kernel.errors import Reason
from shared.storage.steps import Origin

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NETWORK = {
    "services": {name: {"url": f"http://{name}.test"} for name in SERVICES},
    "kafka": {"bootstrap_servers": "kafka.test:9092"},
    "token_endpoint": "http://issuer.test/token",
    "clients": {
        name: {"client_id": name, "client_secret": "s", "clinic": clinic, "site": "main"}
        for name, clinic in (("riverside-main", "riverside"), ("analyst", None))
    },
}
ASSESSED = AssessmentAnswered("gad-7", (1, 1, 1, 1, 1, 1, 1), 7)


@dataclass
class FakeNetwork:
    """Answers as the issuer and the services do; `script` answers first, one each."""

    script: list[httpx2.Response | Exception] = field(default_factory=list)
    pages: dict[str, Any] = field(default_factory=dict)
    seen: list[httpx2.Request] = field(default_factory=list)
    tokens: int = 0
    waits: list[float] = field(default_factory=list)

    def calls(self, attempts: int = 4) -> Calls:
        patience = Patience(attempts, wait=self.waits.append, jitter=lambda longest: longest)
        return Calls(httpx2.Client(transport=httpx2.MockTransport(self._answer)), patience)

    def site(self, **options: Any) -> SiteClient:
        return SiteClient.of(NETWORK, "riverside-main", calls=self.calls(), **options)

    def posted(self) -> list[Any]:
        return [json.loads(each.content) for each in self.seen if each.method == "POST"]

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "issuer.test":
            self.tokens += 1
            return httpx2.Response(200, json={"access_token": f"t{self.tokens}", "expires_in": 900})
        self.seen.append(request)
        if self.script:
            scripted = self.script.pop(0)
            if isinstance(scripted, Exception):
                raise scripted
            return scripted
        if request.method == "GET":
            key = f"{request.url.host}{request.url.raw_path.decode()}"
            found = self.pages.get(key)
            return httpx2.Response(200, json=found) if found else httpx2.Response(404)
        return _verdicts(json.loads(request.content))


def _verdicts(posted: Any) -> httpx2.Response:
    if isinstance(posted, dict):
        return httpx2.Response(202, json={"verdict": "accepted", "id": posted["id"]})
    verdicts = [{"verdict": "accepted", "id": each["id"]} for each in posted]
    return httpx2.Response(200, json={"verdicts": verdicts, "gaps": []})


def test_a_token_is_asked_for_once_and_renewed_before_it_runs_out() -> None:
    network, now = FakeNetwork(), [0.0]
    source = TokenSource(
        NETWORK["token_endpoint"],  # type: ignore[arg-type]  # a dict of many types
        ("riverside-main", "s"),
        network.calls(),
        clock_s=lambda: now[0],
    )

    first = source.token(), source.token()
    now[0] = 900 - 60

    assert (*first, source.token()) == ("t1", "t1", "t2")


def test_a_refused_token_is_renewed_once() -> None:
    network = FakeNetwork(script=[httpx2.Response(401)])

    verdict = network.site().post(network.site().event(ASSESSED, "p1", time=NOON))

    assert (verdict.verdict, network.tokens) == ("accepted", 2)


def test_unknown_credentials_are_told_with_the_remedy() -> None:
    def refuse(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(401, json={"error": "invalid_client"})

    calls = Calls(httpx2.Client(transport=httpx2.MockTransport(refuse)), Patience(1))

    with pytest.raises(NotAllowed, match="check its id and secret"):
        SiteClient.of(NETWORK, "riverside-main", calls=calls).get("intake", "patients")
    with pytest.raises(NotAllowed, match="use one of riverside-main, analyst"):
        SiteClient.of(NETWORK, "elsewhere-main")


def test_an_event_says_where_it_comes_from_and_is_checked_before_it_is_sent() -> None:
    site = FakeNetwork().site(numbering=Numbering())

    by_contract = site.event(ASSESSED, "p1", time=NOON)
    by_name = site.event(
        AssessmentAnswered.type, "p1", time=NOON, instrument="gad-7", answers=[1] * 7, total=7
    )

    assert by_contract["source"] == "/clinics/riverside/sites/main"
    assert by_contract["data"] == by_name["data"]
    assert by_contract["id"] != by_name["id"]
    with pytest.raises(BadEvent, match="answers"):
        site.event(ScreeningAnswered, "p1", time=NOON, instrument="gad-7")
    with pytest.raises(BadEvent, match="offset"):
        site.event(ASSESSED, "p1", time=NOON.replace(tzinfo=None))
    with pytest.raises(BadEvent, match="no type that sites post"):
        site.event("intake.patient.registered.v1", "p1", time=NOON)


def test_numbers_are_gap_free_per_service_and_go_on_from_what_was_kept() -> None:
    site = FakeNetwork().site(numbering=Numbering({"outcomes": 41}))
    finished = EncounterFinished("e1")

    events = [site.event(each, "p1", time=NOON) for each in (ASSESSED, finished, ASSESSED)]

    assert [each["sequence"] for each in events] == [42, 1, 43]
    assert site.numbering
    assert site.numbering.last == {"outcomes": 43, "session-record": 1}


def test_a_batch_goes_to_each_service_and_the_verdicts_come_back_in_order() -> None:
    network = FakeNetwork()
    site = network.site()
    events = [
        site.event(each, "p1", time=NOON)
        for each in (ASSESSED, EncounterFinished("e1"), ASSESSED, EncounterFinished("e2"))
    ]

    verdicts = site.post_batch(events)

    assert [each.id for each in verdicts] == [each["id"] for each in events]
    assert {each.url.host: len(json.loads(each.content)) for each in network.seen} == {
        "outcomes.test": 2,
        "session-record.test": 2,
    }


def test_a_batch_keeps_within_what_the_door_takes() -> None:
    network = FakeNetwork()
    site = network.site()
    many = [site.event(ASSESSED, "p1", time=NOON) for _ in range(501)]
    large = [{**many[0], "data": "x" * 600_000} for _ in range(3)]

    site.post_batch(many)
    site.post_batch(large)

    assert [len(each) for each in network.posted()] == [500, 1, 2, 1]
    assert max(len(each.content) for each in network.seen) < 1_500_000


@pytest.mark.parametrize(
    "trouble",
    [
        httpx2.Response(503, headers={"Retry-After": "2"}),
        httpx2.ReadTimeout("slow"),
        httpx2.ConnectError("refused"),
        httpx2.RemoteProtocolError("reset"),
    ],
)
def test_what_was_not_answered_is_sent_again_with_the_same_id(
    trouble: httpx2.Response | Exception,
) -> None:
    network = FakeNetwork(script=[trouble, trouble])
    event = network.site().event(ASSESSED, "p1", time=NOON)

    verdict = network.site().post(event)

    assert verdict.is_taken
    assert [each["id"] for each in network.posted()] == [event["id"]] * 3


def test_it_waits_as_long_as_it_is_told_and_longer_each_time_but_not_for_ever() -> None:
    away = httpx2.Response(503, headers={"Retry-After": "2"})
    network = FakeNetwork(script=[away] * 9)

    with pytest.raises(NotAnswering, match="may be posted again"):
        network.site().post(network.site().event(ASSESSED, "p1", time=NOON))

    assert network.waits == [2.1, 2.2, 2.4]


def test_a_refusal_comes_back_with_every_reason() -> None:
    blocker = {"code": "no-escort", "words": "no escort is arranged", "source": "SCH-7"}
    answer = {
        "verdict": "rejected",
        "code": "not-ready",
        "reason": "x",
        "blockers": [blocker],
        "alternatives": ["dosing-1 2026-12-01T14:00:00Z"],
    }
    network = FakeNetwork(script=[httpx2.Response(422, json=answer)])

    verdict = network.site().post(network.site().event(ASSESSED, "p1", time=NOON))

    assert (verdict.verdict, verdict.code, verdict.is_taken) == ("rejected", "not-ready", False)
    assert verdict.blockers == (Reason("no-escort", "no escort is arranged", "SCH-7"),)
    assert verdict.alternatives == ("dosing-1 2026-12-01T14:00:00Z",)


def test_a_body_that_was_not_taken_at_all_is_an_error() -> None:
    problem = httpx2.Response(
        413,
        content=b'{"detail": "at most 500 events"}',
        headers={"Content-Type": "application/problem+json"},
    )
    network = FakeNetwork(script=[problem])

    with pytest.raises(Refused, match="413 at most 500 events"):
        network.site().post(network.site().event(ASSESSED, "p1", time=NOON))


def test_pages_are_followed_to_the_last() -> None:
    network = FakeNetwork(
        pages={
            "scheduling.test/v1/courses?limit=200": {"items": [1, 2], "next": "c2"},
            "scheduling.test/v1/courses?limit=200&after=c2": {"items": [3], "next": ""},
        }
    )

    assert list(network.site().items("scheduling", "courses")) == [1, 2, 3]


def test_a_journey_is_found_wherever_the_event_was_posted() -> None:
    journey = {"id": "e1", "handled": []}
    network = FakeNetwork(pages={"outcomes.test/v1/events/e1": journey})

    assert network.site().journey("e1") == journey
    assert network.site().journey("e2") is None


def test_the_latest_rows_fold_revisions_and_leave_out_who_withdrew() -> None:
    events: list[StreamEvent] = [
        a_result("a-1", 0, score=18.0),
        a_result("b-1", 0),
        a_result("a-1", 2, score=9.0),
        a_result("a-1", 1, score=12.0),
        SubjectWithdrawn("b"),
    ]

    rows = latest(events)

    assert [(row["result_id"], row["revision"], row["score"]) for row in rows] == [("a-1", 2, 9.0)]


def test_the_stream_is_read_from_its_records_and_newer_types_are_passed_over() -> None:
    first, gone = a_result("a-1", 0), SubjectWithdrawn("b")
    records = [a_record(first), a_record(gone), a_record(gone, "outcomes.stream.other.v9")]

    stream = OutcomesStream("kafka.test:9092", reader=a_reader(records))

    assert list(stream) == [first, gone]


def test_analysts_read_the_networks_outcomes_over_http() -> None:
    page = {"items": [{"clinic": "harbor"}]}
    network = FakeNetwork(pages={"analytics.test/v1/reports/outcomes?by=clinic": page})
    services = {"analytics": {"url": "http://analytics.test"}}

    assert network_report(NETWORK | {"services": services}, calls=network.calls()) == [
        {"clinic": "harbor"}
    ]


def a_result(result_id: str, revision: int, score: float = 10.0) -> OutcomeResult:
    return OutcomeResult(
        subject_token=result_id[0],
        result_id=result_id,
        revision=revision,
        indication="ptsd",
        route="im",
        instrument="phq-9",
        definition="phq-9/kroenke-2001/1",
        study_day=3,
        after_dose=1,
        score=score,
        baseline=20.0,
        change=None,
        percent_change=None,
        response=None,
        remission=None,
        suicidal_item=0,
        suicidal_item_change=None,
    )


def a_record(event: OutcomeResult | SubjectWithdrawn, kind: str = "") -> Origin:
    headers = (("ce_type", (kind or event.type).encode()),)
    return Origin("outcomes.stream", 0, 0, b"", strict_json.dumps(event), headers)


def a_reader(records: list[Origin]) -> Callable[..., Any]:
    class Reader:
        def __init__(self, *_where: str) -> None:
            pass

        def records(self, *, live: bool = False) -> Iterator[Origin]:
            assert not live
            return iter(records)

    return Reader
