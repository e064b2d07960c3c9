"""Our CloudEvents mapping: what goes to Kafka comes back, and odd headers are refused in words."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.codec import schema
from shared.codec.cloudevents import (
    Headers,
    from_http_headers,
    from_kafka,
    from_structured,
    to_kafka,
)
from shared.contracts.envelope import Event
from shared.contracts.intake import PatientRegistered
from shared.kernel.errors import Malformed
from shared.kernel.trace_context import settled
from tests.kit.poison import POISON

TYPE = PatientRegistered.type
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
EVENT = Event(
    id="e-1",
    source="/clinics/riverside/intake/patients/p",
    type=TYPE,
    subject="p",
    time=datetime(2026, 3, 2, 12, 0, 0, 5000, tzinfo=UTC),
    clinic="riverside",
    data=PatientRegistered("ptsd"),
    sequence=7,
    correlationid="c-1",
    causationid="c-2",
    traceparent=TRACE,
)
POSTED: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/clinics/riverside/sites/main",
    "type": "intake.referral.received.v1",
    "subject": "p",
    "time": "2026-03-02T12:00:00Z",
    "data": {},
}

_printable = st.characters(categories=["L", "N", "P", "S"])
_ids = st.text("ABCZabcz0189-_.:", min_size=1, max_size=64)
_events = st.builds(
    Event,
    id=_ids,
    source=st.text(_printable, min_size=1, max_size=200),
    type=st.just(TYPE),
    subject=st.text(_printable, min_size=1, max_size=64),
    time=st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)).map(  # noqa: DTZ001 - made UTC
        lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)
    ),
    clinic=st.text(_printable, min_size=1, max_size=20),
    data=st.just(PatientRegistered("ptsd")),
    sequence=st.none() | st.integers(1, 10**15 - 1),
    correlationid=st.text(_printable, max_size=64),
    causationid=st.text(_printable, max_size=64),
    traceparent=st.text(_printable, max_size=64) | st.just(TRACE),
)


@settings(max_examples=60, deadline=None)
@given(_events)
def test_what_goes_to_kafka_comes_back_the_same(event: Event) -> None:
    record = to_kafka(event, "intake.patient")

    envelope, data = from_kafka(record.value, record.headers)

    # All comes back as it was, but a trace that is none: in its place the derived one.
    trace = settled(event.traceparent, event.source, event.id)
    came_back = envelope.carrying(schema.load(PatientRegistered, data, closed=True))
    assert came_back == replace(event, traceparent=trace)
    assert record.key == event.subject.encode()


def test_attributes_without_a_value_are_not_sent() -> None:
    bare = replace(EVENT, sequence=None, correlationid="", causationid="", traceparent="")

    names = [name for name, _ in to_kafka(bare, "intake.patient").headers]

    assert names == [
        "content-type",
        *(f"ce_{each}" for each in ("specversion", "id", "source", "type", "subject")),
        *(f"ce_{each}" for each in ("dataschema", "time", "clinic")),
    ]


def test_a_record_for_analysts_names_no_clinic_no_time_and_no_cause() -> None:
    record = to_kafka(EVENT, "outcomes.stream", named=False)

    sent = b" ".join(value for _, value in record.headers)
    assert not {"ce_time", "ce_clinic", "ce_correlationid", "ce_causationid", "ce_traceparent"} & {
        name for name, _ in record.headers
    }
    assert not [each for each in (b"2026", b"c-1", b"c-2", b"0af7") if each in sent]


@pytest.mark.parametrize("name", POISON)
def test_a_poisonous_record_is_malformed_and_nothing_else(name: str) -> None:
    poison = POISON[name]

    with pytest.raises(Malformed):
        _heard(poison.value, poison.headers)


def _heard(value: bytes | None, headers: Headers) -> Any:
    """What a consumer does, `step_of`: it asks for the clinic, which analysts do without."""
    envelope, data = from_kafka(value, headers)
    if not envelope.clinic:
        raise Malformed("/clinic", "is missing")
    return schema.load(PatientRegistered, data, closed=False)


def _headers(**changed: bytes | None) -> list[tuple[str, Any]]:
    headers: dict[str, Any] = dict(to_kafka(EVENT, "intake.patient").headers)
    return list((headers | {f"ce_{name}": value for name, value in changed.items()}).items())


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("id", b"", "/id"),
        ("id", b"a b", "/id"),
        ("id", b"a|b", "/id"),
        ("id", b"a/b", "/id"),
        ("id", "é".encode(), "/id"),
        ("source", b"", "/source"),
        ("source", b"a\nb", "/source"),
        ("source", b"s" * 201, "/source"),
        ("subject", b"", "/subject"),
        ("subject", b"\x00", "/subject"),
        ("subject", "a\u202eb".encode(), "/subject"),
        ("type", b"", "/type"),
        ("time", b"yesterday", "/time"),
        ("time", b"", "/time"),
        ("sequence", b"0", "/sequence"),
        ("sequence", b"-1", "/sequence"),
        ("sequence", b"1.0", "/sequence"),
        ("sequence", b"+1", "/sequence"),
        ("sequence", b" 1", "/sequence"),
        ("sequence", b"1_000", "/sequence"),
        ("sequence", "²".encode(), "/sequence"),
        ("sequence", b"9" * 16, "/sequence"),
        ("specversion", b"0.3", "/specversion"),
        ("correlationid", b"c" * 65, "/correlationid"),
        ("id", b"\xff", "/headers"),
        ("id", None, "/headers"),
    ],
)
def test_an_odd_header_is_refused_and_named(name: str, value: bytes | None, path: str) -> None:
    with pytest.raises(Malformed) as refusal:
        from_kafka(b"{}", _headers(**{name: value}))

    assert refusal.value.path == path


def test_headers_that_are_not_ours_are_passed_over() -> None:
    headers = [*_headers(partitionkey=b"p"), ("baggage", b"\xff"), ("b3", None), ("", b"")]

    assert from_kafka(b"{}", headers)[0].id == "e-1"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"clinic": "harbor"}, "/clinic"),
        ({"__proto__": {}}, "/__proto__"),
        ({"data_base64": "e30="}, "/data_base64"),
        ({"id": 5}, "/id"),
        ({"source": None}, "/source"),
        ({"time": None}, "/time"),
        ({"sequence": True}, "/sequence"),
        ({"sequence": 1.0}, "/sequence"),
        ({"sequence": [1]}, "/sequence"),
        ({"specversion": 1.0}, "/specversion"),
    ],
)
def test_a_posted_attribute_of_another_shape_is_refused(change: dict[str, Any], path: str) -> None:
    with pytest.raises(Malformed) as refusal:
        from_structured(POSTED | change, "riverside")

    assert refusal.value.path == path


def test_the_clinic_comes_from_the_credential_and_a_sequence_may_be_text() -> None:
    envelope = from_structured(POSTED | {"sequence": "12"}, "riverside")

    assert (envelope.clinic, envelope.sequence) == ("riverside", 12)


@pytest.mark.parametrize("content", [None, [], "x", 1])
def test_a_posted_event_that_is_no_object_is_refused(content: object) -> None:
    with pytest.raises(Malformed, match="a JSON object"):
        from_structured(content, "riverside")


def test_http_headers_are_percent_decoded_and_only_ours_are_read() -> None:
    headers = [("CE-Source", "%2Fclinics/riverside%C3%A9"), ("ce-id", "e-1"), ("Accept", "%ff")]

    assert from_http_headers(headers) == {"source": "/clinics/riversideé", "id": "e-1"}


def test_an_http_header_that_decodes_to_no_text_is_malformed() -> None:
    with pytest.raises(Malformed):
        from_http_headers([("ce-id", "%ff")])
