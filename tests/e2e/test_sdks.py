"""Any CloudEvents SDK is a client: the official ones, unmodified, against the running network."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from cloudevents.core.bindings import http
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.web.descriptions import example
from tests.peers.node_tools import post_referral

REFERRAL = "intake.referral.received.v1"
SOURCE = "/clinics/riverside/sites/main"
BATCH = "application/cloudevents-batch+json"
FORMAT = JSONFormat()


@pytest.fixture
def token(network: dict[str, Any]) -> str:
    client = network["clients"]["riverside-main"]
    form = {"grant_type": "client_credentials"} | {
        name: client[name] for name in ("client_id", "client_secret")
    }
    answer = httpx2.post(network["token_endpoint"], data=form).raise_for_status()
    return str(answer.json()["access_token"])


@pytest.fixture
def events_url(network: dict[str, Any]) -> str:
    return f"{network['services']['intake']['url']}/v1/events"


def _referral() -> CloudEvent:
    attributes = {
        "id": str(uuid4()),
        "source": SOURCE,
        "type": REFERRAL,
        "subject": str(uuid4()),
        "time": datetime.now(UTC),
        "datacontenttype": "application/json",
    }
    return CloudEvent(attributes, example(REFERRAL)["data"])


def _post(url: str, token: str, body: bytes | str, headers: dict[str, str]) -> httpx2.Response:
    authorization = {"authorization": f"Bearer {token}"}
    return httpx2.post(url, content=body, headers=headers | authorization)


def test_the_python_sdk_posts_structured_and_again_in_binary_mode(
    events_url: str, token: str
) -> None:
    event = _referral()
    structured, binary = http.to_structured(event, FORMAT), http.to_binary(event, FORMAT)

    first = _post(events_url, token, structured.body, structured.headers)
    again = _post(events_url, token, binary.body, binary.headers)

    assert (first.status_code, first.json()["verdict"]) == (202, "accepted")
    assert (again.status_code, again.json()["verdict"]) == (200, "duplicate")
    assert again.json()["receipt"] == first.json()["receipt"]


def test_the_python_sdk_posts_a_batch(events_url: str, token: str) -> None:
    bodies = [http.to_structured(_referral(), FORMAT).body for _ in range(3)]
    batch = b"[" + b",".join(each if isinstance(each, bytes) else each.encode() for each in bodies)

    answer = _post(events_url, token, batch + b"]", {"content-type": BATCH})

    assert [each["verdict"] for each in answer.json()["verdicts"]] == ["accepted"] * 3


def test_the_javascript_sdk_posts_in_either_mode(events_url: str, token: str) -> None:
    answers = post_referral(events_url, SOURCE, token)

    told = [(each["status"], each["verdict"]) for each in answers]
    assert told == [(202, "accepted"), (202, "accepted"), (200, "duplicate")]
