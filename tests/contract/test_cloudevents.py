"""The official CloudEvents SDK for Python as judge of our own mapping, in both directions."""

import pytest
from cloudevents.core.bindings import http, kafka
from cloudevents.core.bindings.http import HTTPMessage
from cloudevents.core.bindings.kafka import KafkaMessage
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.codec import schema, strict_json
from shared.codec.cloudevents import from_http_headers, from_kafka, from_structured
from shared.web.descriptions import example
from tests.contract.catalogue import EMITTED, NAMED, TAKEN, application, is_understood, record_of

FORMAT = JSONFormat()


def sdk_event(kind: str) -> CloudEvent:
    """The example as somebody makes it who has only the SDK."""
    content = example(kind)
    attributes = {name: value for name, value in content.items() if name != "data"}
    if "time" in content:
        attributes["time"] = schema.moment(content["time"])
    attributes["sequence"] = str(content["sequence"])
    return CloudEvent(attributes | {"datacontenttype": "application/json"}, content["data"])


@pytest.mark.parametrize("kind", EMITTED)
def test_the_sdk_reads_our_kafka_records(kind: str) -> None:
    content, record = example(kind), record_of(kind)
    assert record.key is not None
    assert record.value is not None

    event = kafka.from_binary(KafkaMessage(dict(record.headers), record.key, record.value), FORMAT)

    assert event.get_data() == content["data"]
    assert event.get_datacontenttype() == "application/json"
    assert event.get_extension("partitionkey") == content["subject"]
    found = event.get_attributes()
    for name in content.keys() - {"data", "time", "sequence"}:
        assert found[name] == content[name]
    assert found["sequence"] == str(content["sequence"])
    if kind in NAMED:  # where there is none, the SDK makes one up
        assert found["time"] == schema.moment(content["time"])


@pytest.mark.parametrize("kind", NAMED)
def test_we_read_the_kafka_records_of_the_sdk(kind: str) -> None:
    ours = record_of(kind)

    theirs = kafka.to_binary(sdk_event(kind), FORMAT)

    headers = tuple(theirs.headers.items())
    assert from_kafka(theirs.value, headers) == from_kafka(ours.value, ours.headers)


@pytest.mark.parametrize(("_service", "kind"), TAKEN)
def test_the_http_encodings_of_the_sdk_are_the_example(_service: str, kind: str) -> None:
    event, content = sdk_event(kind), example(kind)
    wanted = from_structured(content, "riverside")

    structured = http.to_structured(event, FORMAT)
    binary = http.to_binary(event, FORMAT)

    read = strict_json.loads(_body(structured))
    assert from_structured(read, "riverside") == wanted
    assert read["data"] == content["data"]
    assert from_structured(from_http_headers(binary.headers.items()), "riverside") == wanted
    assert strict_json.loads(_body(binary)) == content["data"]


@pytest.mark.parametrize(("service", "kind"), TAKEN)
def test_the_door_takes_what_the_sdk_sends_and_knows_it_again(service: str, kind: str) -> None:
    door, event = application(service).test_client(), sdk_event(kind)
    structured = http.to_structured(event, FORMAT)
    batch = b"[" + _body(structured) + b"]"
    batch_type = {"content-type": "application/cloudevents-batch+json"}

    answers = [
        door.post("/v1/events", data=body, headers=headers).get_json()
        for body, headers in (
            (_body(structured), structured.headers),
            (_body(http.to_binary(event, FORMAT)), http.to_binary(event, FORMAT).headers),
            (batch, batch_type),
        )
    ]

    assert is_understood(answers[0]), answers[0]
    assert answers[1]["receipt"] == answers[0]["receipt"], "binary mode is the same event"
    assert answers[2]["verdicts"][0]["receipt"] == answers[0]["receipt"]


def _body(message: HTTPMessage) -> bytes:
    return message.body if isinstance(message.body, bytes) else str(message.body).encode()
