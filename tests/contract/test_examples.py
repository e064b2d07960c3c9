"""The golden examples: one per type, read by everyone who must be able to read it."""

from dataclasses import MISSING, fields
from pathlib import Path
from uuid import UUID

import pytest

from shared.codec import schema, strict_json
from shared.codec.cloudevents import from_kafka
from shared.contracts.time import HeadAnchored, Heartbeat
from shared.contracts.topics import TOPIC_OF
from shared.kernel.errors import Malformed
from shared.messaging.consumer import step_of
from shared.storage.documents import NETWORK
from shared.storage.steps import Origin
from shared.web.descriptions import CONTRACTS, example
from tests.contract.catalogue import (
    EMITTED,
    NAMED,
    POLICY,
    ROOT,
    TAKEN,
    TYPES,
    application,
    canonical,
    is_understood,
    record_of,
    service_named,
    with_data,
)

EXAMPLES = ROOT / "shared" / "contracts" / "examples"
ATTRIBUTES = {"specversion", "id", "source", "type", "subject", "sequence", "dataschema", "data"}
ABOUT_PEOPLE = [each for each in TYPES if each not in (Heartbeat.type, HeadAnchored.type)]
OF_THE_NETWORK = {"time", "clinic", "correlationid", "causationid"}
HEARD = [(each, group) for each in NAMED for group in TOPIC_OF[each].heard_by]
OPTIONAL = [
    (each, field.name)
    for each in TYPES
    for field in fields(CONTRACTS[each])
    if field.default is not MISSING
]


def test_every_type_has_its_example_and_every_example_its_type() -> None:
    files = sorted(file.name for file in EXAMPLES.iterdir())

    assert files == [f"{each}.json" for each in TYPES]


@pytest.mark.parametrize("kind", TYPES)
def test_an_example_is_a_whole_event(kind: str) -> None:
    content = example(kind)

    assert (content["specversion"], content["type"]) == ("1.0", kind)
    assert content["dataschema"] == f"/schemas/{kind}"
    assert content["data"].keys() == {each.name for each in fields(CONTRACTS[kind])}


@pytest.mark.parametrize("kind", ABOUT_PEOPLE)
def test_an_example_is_about_somebody_who_is_only_a_number(kind: str) -> None:
    subject = example(kind)["subject"]

    assert str(UUID(subject)) == subject


def test_a_heartbeat_is_about_a_partition_and_of_no_clinic_or_cause() -> None:
    content = example(Heartbeat.type)

    assert content.keys() == ATTRIBUTES - {"sequence"} | {"time"}
    assert content["subject"] == "intake.patient/3"
    assert content["time"] == content["data"]["until"]


def test_an_anchor_is_about_a_block_and_of_no_clinic_or_cause() -> None:
    content = example(HeadAnchored.type)

    assert content.keys() == ATTRIBUTES - {"sequence"} | {"time"}
    assert content["subject"] == str(content["data"]["n"])
    assert content["time"] == content["data"]["at"]


@pytest.mark.parametrize("kind", EMITTED)
def test_only_what_stays_in_the_network_says_where_when_and_why(kind: str) -> None:
    content = example(kind)

    expected = ATTRIBUTES | (OF_THE_NETWORK if kind in NAMED else set())
    assert content.keys() == expected
    places = ("/clinics/riverside", f"/{NETWORK}") if kind in NAMED else ("",)
    producer = TOPIC_OF[kind].producer
    assert content["source"].startswith(tuple(f"{place}/{producer}/" for place in places))


@pytest.mark.parametrize(("_service", "kind"), TAKEN)
def test_a_posted_example_comes_from_the_site(_service: str, kind: str) -> None:
    content = example(kind)

    assert content.keys() == ATTRIBUTES | {"time"}
    assert content["source"] == "/clinics/riverside/sites/main"


@pytest.mark.parametrize("kind", TYPES)
def test_producers_are_held_to_the_contract_and_consumers_overlook_what_is_new(kind: str) -> None:
    data = example(kind)["data"]

    closed = schema.load(CONTRACTS[kind], data, closed=True)

    assert schema.load(CONTRACTS[kind], data | {"new": {"in": ["v9"]}}, closed=False) == closed
    with pytest.raises(Malformed) as refusal:
        schema.load(CONTRACTS[kind], data | {"new": 1}, closed=True)
    assert refusal.value.path == "/new"


@pytest.mark.parametrize("kind", TYPES)
def test_an_example_is_encoded_again_to_the_letter(kind: str) -> None:
    data = example(kind)["data"]

    assert canonical(schema.load(CONTRACTS[kind], data, closed=True)) == canonical(data)


@pytest.mark.parametrize(("kind", "field"), OPTIONAL)
def test_what_is_encoded_with_a_default_loads_again(kind: str, field: str) -> None:
    data = {name: value for name, value in example(kind)["data"].items() if name != field}
    loaded = schema.load(CONTRACTS[kind], data, closed=True)

    again = strict_json.loads(strict_json.dumps({field: getattr(loaded, field)}))

    assert schema.load(CONTRACTS[kind], data | again, closed=True) == loaded


@pytest.mark.parametrize("kind", NAMED)
def test_an_emitted_example_goes_to_kafka_and_comes_back(kind: str) -> None:
    content, record = example(kind), record_of(kind)

    envelope, data = from_kafka(record.value, record.headers)

    assert data == content["data"]
    assert record.topic == TOPIC_OF[kind].name
    assert record.key == content["subject"].encode()
    for name in ("id", "source", "type", "subject", "clinic", "sequence"):
        assert getattr(envelope, name) == content[name]
    for name in ("correlationid", "causationid"):
        assert getattr(envelope, name) == content[name]
    assert envelope.time == schema.moment(content["time"])


@pytest.mark.parametrize(("kind", "group"), HEARD)
def test_every_listed_consumer_understands_the_example(kind: str, group: str) -> None:
    routes, record = service_named(group).routes(POLICY), record_of(kind)
    origin = Origin(record.topic, 0, 1, record.key, record.value, record.headers)

    step = step_of(origin, group, routes)

    assert step.fault is None
    assert (step.route is None) == (kind not in routes)
    if step.route:
        step.route.translate(step.event)
        step.route.loads(step.event)


@pytest.mark.parametrize(("service", "kind"), TAKEN)
def test_a_posted_example_is_understood_at_the_door_of_its_service(service: str, kind: str) -> None:
    door, content = application(service).test_client(), example(kind)
    structured = "application/cloudevents+json"

    answer = door.post("/v1/events", json=content, content_type=structured).get_json()
    refused = door.post(
        "/v1/events",
        json=with_data(content, new=1) | {"id": "another"},
        content_type=structured,
    )

    assert is_understood(answer), answer
    assert (refused.status_code, refused.get_json()["path"]) == (400, "/data/new")


def test_the_examples_name_nobody() -> None:
    words = Path(EXAMPLES / "intake.referral.received.v1.json").read_text(encoding="utf-8")

    assert '"given_name": "Given"' in words
    assert '"family_name": "Family"' in words
