"""What we publish about our events: it is valid, and it says what the code does."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft7Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.codec import json_schema, schema
from shared.contracts.topics import SERVICES, TOPICS
from shared.kernel.errors import Malformed
from shared.web.descriptions import CONTRACTS, asyncapi, envelope_schema, example
from tests.contract.catalogue import TAKEN, TYPES, application

# What takes the place of each field in turn. Left out, because the two differ on purpose: a whole
# number as 3.0, which draft-07 calls an integer, and times outside 1900 to 2199, which no format
# can say.
MUTATIONS: dict[str, Any] = {
    "null": None,
    "true": True,
    "a whole number": 7,
    "zero": 0,
    "a number below every range": -100_000,
    "a number above every range": 10**9,
    "a fraction": 0.5,
    "an empty text": "",
    "a word": "x",
    "a phrase": "Not A Code",
    "a digit as text": "3",
    "a long text": "x" * 5000,
    "a list": [],
    "a long list": [0] * 100,
    "a list of texts": ["x", "y"],
    "an object": {},
    "an operator": {"$ne": None},
    "a day": "2026-03-02",
    "a day that is none": "2026-02-30",
    "a day of the week": "2026-W10-1",
    "a time": "2026-03-02T12:00:00+01:00",
    "a time without offset": "2026-03-02T12:00:00",
    "a time in the basic format": "20260302T120000Z",
    "a time of the clock": "25:00",
}


@cache
def _validator(kind: str) -> Draft7Validator:
    published = json_schema.published(CONTRACTS[kind])
    return Draft7Validator(published, format_checker=Draft7Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("kind", TYPES)
def test_a_published_schema_is_draft_07_and_its_example_fits(kind: str) -> None:
    published = json_schema.published(CONTRACTS[kind])

    Draft7Validator.check_schema(published)
    assert published["$id"] == example(kind)["dataschema"]
    assert [error.message for error in _validator(kind).iter_errors(example(kind)["data"])] == []


@pytest.mark.parametrize("kind", TYPES)
def test_the_schema_and_the_code_refuse_the_same(kind: str) -> None:
    differ = [
        f"{name} at {'/'.join(map(str, path)) or 'the top'}: code {coded}, schema {published}"
        for path, name, data in _mutants(example(kind)["data"])
        for coded, published in [(_loads(kind, data), _validator(kind).is_valid(data))]
        if coded != published
    ]

    assert differ == []


@pytest.mark.parametrize("kind", TYPES)
def test_a_missing_or_unknown_field_is_refused_by_schema_and_code(kind: str) -> None:
    data = example(kind)["data"]
    for name in data:
        less = {other: value for other, value in data.items() if other != name}
        assert _loads(kind, less) == _validator(kind).is_valid(less)

    assert not _loads(kind, data | {"new": 1})
    assert not _validator(kind).is_valid(data | {"new": 1})


def test_formats_are_checked_by_the_judge_at_all() -> None:
    validator = Draft7Validator(
        {"format": "date-time"}, format_checker=Draft7Validator.FORMAT_CHECKER
    )

    assert not validator.is_valid("yesterday")


@pytest.mark.parametrize(("_service", "kind"), TAKEN)
def test_a_posted_example_fits_the_schema_of_its_envelope(_service: str, kind: str) -> None:
    published = envelope_schema(kind)

    Draft7Validator.check_schema(published)
    Draft7Validator(published).validate(example(kind))


@pytest.mark.filterwarnings("error:Multiple schemas")
@pytest.mark.parametrize("service", SERVICES)
def test_a_services_openapi_document_is_valid(service: str) -> None:
    document = application(service).test_client().get("/openapi.json").get_json()

    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")
    assert "/v1/events" in document["paths"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_asyncapi_document_has_what_the_specification_asks_for(service: str) -> None:
    document = asyncapi(service)

    assert document["asyncapi"] == "3.0.0"
    assert document["info"].keys() >= {"title", "version"}
    for operation in document["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert _resolved(document, operation["channel"])["address"]
    for channel in document["channels"].values():
        assert all(
            _resolved(document, message)["payload"] for message in channel["messages"].values()
        )


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_describes_every_topic_it_sends_to_or_hears(service: str) -> None:
    document = asyncapi(service)

    mine = {each.name for each in TOPICS if service in (each.producer, *each.heard_by)}
    assert {channel["address"] for channel in document["channels"].values()} == mine
    for message in document["components"]["messages"].values():
        for shown in message["examples"]:
            Draft7Validator(message["payload"]).validate(shown["payload"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_serves_the_schemas_and_the_descriptions(service: str) -> None:
    door = application(service).test_client()

    assert door.get("/asyncapi.json").get_json() == asyncapi(service)
    for kind in TYPES:
        published = json_schema.published(CONTRACTS[kind])
        shown = {"examples": [example(kind)["data"]]}
        assert door.get(f"/schemas/{kind}").get_json() == published | shown
    assert door.get("/schemas/nothing.of.this.v1").status_code == 404


def _loads(kind: str, data: Any) -> bool:
    try:
        schema.load(CONTRACTS[kind], data, closed=True)
    except Malformed:
        return False
    return True


def _mutants(data: Any) -> Iterator[tuple[tuple[Any, ...], str, Any]]:
    for path in _paths(data, ()):
        for name, value in MUTATIONS.items():
            mutant = {"": deepcopy(data)}
            place: Any = mutant
            for step in ("", *path[:-1]):
                place = place[step]
            place[path[-1]] = value
            yield path, name, mutant[""]


def _paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Every field, and of every list its first item."""
    if path:
        yield path
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _paths(child, (*path, name))
    elif isinstance(value, list) and value:
        yield from _paths(value[0], (*path, 0))


def _resolved(document: dict[str, Any], reference: dict[str, str]) -> Any:
    found: Any = document
    for part in reference["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found
