"""The stream from its topic: sealed records open with the keys that are given out, or never."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from shared.client.calls import Calls
from shared.client.connection import connect
from shared.client.stream.kept import kept
from shared.client.stream.on_kafka import SubjectKeys, TopicStream
from shared.codec import strict_json
from shared.codec.sealing import SubjectKey
from shared.codec.stream_records import sealed
from shared.contracts.outcomes import OutcomeResult, StreamSealed, SubjectWithdrawn
from shared.messaging.kafka_reader import TopicReader
from shared.storage.steps import Origin
from tests.kit.analysts.stream import a_result, a_subject

AMBER, BIRCH = (SubjectKey(name, bytes([at]) * 32) for at, name in enumerate(("amber", "birch")))
NETWORK = {
    "services": {"outcomes": {"url": "http://outcomes.test"}},
    "token_endpoint": "http://issuer.test/token",
    "clients": {"analyst": {"client_id": "analyst", "client_secret": "s"}},
}


class Records(TopicReader):
    """A topic that holds these."""

    def __init__(self, *records: Origin) -> None:
        super().__init__("kafka.test:9092", "outcomes.stream")
        self._given = records

    def records(self, *, live: bool = False) -> Iterator[Origin]:
        assert not live
        return iter(self._given)


class Issuer:
    """Gives out keys a page of one at a time, as outcomes does. `asked`: what for."""

    def __init__(self, *keys: SubjectKey) -> None:
        self.keys = {key.jwk()["kid"]: key.jwk() for key in keys}
        self.asked: list[str] = []

    def stream(self, *records: Origin) -> TopicStream:
        calls = Calls(httpx2.Client(transport=httpx2.MockTransport(self._answer)))
        return TopicStream(Records(*records), SubjectKeys(connect(NETWORK, "analyst", calls)))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "issuer.test":
            return httpx2.Response(200, json={"access_token": "t"})
        if kid := request.url.params.get("kid"):
            self.asked.append(kid)
            found, after = [self.keys[kid]] if kid in self.keys else [], ""
        else:
            later = sorted(k for k in self.keys if k > request.url.params["after"])
            found = [self.keys[each] for each in later[:1]]
            after = later[0] if later else ""
        return httpx2.Response(200, json={"keys": found, "next": after})


def record(event: Any) -> Origin:
    headers = (("ce_type", event.type.encode()),)
    return Origin("outcomes.stream", 0, 0, b"", strict_json.dumps(event), headers)


def test_sealed_records_are_opened_with_their_subjects_keys() -> None:
    amber, birch = a_result("amber", 1), a_subject("birch")
    records = record(sealed(amber, AMBER)), record(sealed(birch, BIRCH))
    issuer = Issuer(AMBER, BIRCH)

    assert [each.data for each in issuer.stream(*records).events()] == [amber, birch]
    assert issuer.asked == []


def test_what_a_destroyed_key_sealed_is_passed_over_and_asked_for_once() -> None:
    gone = [record(sealed(a_result("amber", number), AMBER)) for number in range(3)]
    withdrawn = SubjectWithdrawn("amber")
    issuer = Issuer(BIRCH)

    found = list(issuer.stream(*gone, record(withdrawn)).events())

    assert [each.data for each in found] == [withdrawn]
    assert issuer.asked == ["amber"]


def test_who_withdraws_while_we_read_is_read_no_further() -> None:
    said = record(sealed(a_result("amber", 1), AMBER))
    records = said, record(SubjectWithdrawn("amber")), said

    rows = Issuer(AMBER).stream(*records)

    assert [each.type for each in rows.events()] == [
        "outcomes.stream.result.v1",
        "outcomes.stream.subject-withdrawn.v1",
    ]
    assert kept(rows.events()).results == rows.latest().results == []


@pytest.mark.parametrize("kind", [StreamSealed, SubjectWithdrawn])
@pytest.mark.parametrize("value", [b"not JSON", b"\xff", b"[1]", b"{}", b'{"subject_token": 7}'])
def test_a_record_that_cannot_be_read_is_left_out_counted_and_warned_of_once(
    kind: Any, value: bytes
) -> None:
    amber = a_result("amber", 1)
    wrong = Origin("outcomes.stream", 2, 7, b"", value, (("ce_type", kind.type.encode()),))
    stream = Issuer(AMBER).stream(wrong, wrong, record(sealed(amber, AMBER)))

    with pytest.warns(UserWarning, match="partition 2, offset 7") as warned:
        assert [each.data for each in stream.events()] == [amber]
    assert (stream.unreadable, len(warned)) == (2, 1)


def test_what_was_changed_or_sealed_under_anothers_key_is_left_out() -> None:
    whole = sealed(a_result("amber", 1), AMBER)
    changed = replace(whole, jwe=whole.jwe.replace("..", "..A"))
    another = replace(sealed(a_result("birch", 1), BIRCH), subject_token="amber")
    nothing = StreamSealed("amber", AMBER.seal(OutcomeResult.type, b"{"))
    stream = Issuer(AMBER, BIRCH).stream(*map(record, (changed, another, nothing, whole)))

    with pytest.warns(UserWarning, match="tell operations"):
        assert len(list(stream.events())) == 1
    assert stream.unreadable == 3


def test_newer_types_and_tombstones_are_passed_over() -> None:
    newer = Origin("outcomes.stream", 0, 0, b"", b"{}", (("ce_type", b"outcomes.stream.new.v9"),))
    empty = Origin("outcomes.stream", 0, 1, b"", None, ())

    assert list(Issuer().stream(newer, empty).events()) == []
