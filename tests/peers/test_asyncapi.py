"""AsyncAPI's own JSON Schema of version 3.0.0 as judge of what we generate."""

import json

import pytest
from jsonschema import Draft7Validator

from shared.contracts.topics import SERVICES
from shared.web.descriptions import asyncapi
from tests.peers.node_tools import need


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_asyncapi_document_is_valid(service: str) -> None:
    file = need("@asyncapi/specs") / "schemas" / "3.0.0.json"
    validator = Draft7Validator(json.loads(file.read_text(encoding="utf-8")))

    faults = [
        f"{error.json_path}: {error.message}" for error in validator.iter_errors(asyncapi(service))
    ]

    assert faults == []
