"""What sites may send to the door, and how it answers what they may not."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.contracts import site
from shared.runtime import metrics
from shared.storage.reads import Reads
from tests.kit.door import AwayStore, Toy, bearer, event
from tests.kit.toy import CONSENT, INSTEAD, NOW, REASON, REFERRAL, WARDS

ONE = "application/cloudevents+json"
MANY = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"
REFERRED = site.ReferralReceived.type


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)


@pytest.fixture
def client(toy: Toy) -> FlaskClient:
    return toy.app().test_client()


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """One door for all the tests that leave nothing behind it."""
    return Toy(tmp_path_factory.mktemp("door"))


@pytest.fixture(scope="module")
def attacked(untouched: Toy) -> FlaskClient:
    return untouched.app().test_client()


def post(client: FlaskClient, body: Any, content_type: str = ONE, **headers: str) -> TestResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(
        "/v1/events", data=raw, content_type=content_type, headers={**bearer(), **headers}
    )


def referral(**attributes: Any) -> dict[str, Any]:
    return event(REFERRED, **{"data": REFERRAL, **attributes})


def wards(toy: Toy) -> int:
    return len(Reads(toy.store, "riverside").page(WARDS))


def test_a_refusal_says_what_could_be_had_instead(client: FlaskClient) -> None:
    refused = event(site.ConsentWithdrawn.type, REASON)

    answers = [post(client, refused).get_json() for _ in range(2)]

    assert [each["alternatives"] for each in answers] == [list(INSTEAD)] * 2
    described = client.get("/openapi.json").get_data(as_text=True)
    assert '"alternatives"' in described


def test_one_event_is_accepted_with_a_receipt_and_what_it_created(client: FlaskClient) -> None:
    answer = post(client, referral())

    assert answer.status_code == 202
    assert answer.json
    assert answer.json["verdict"] == "accepted"
    assert answer.json["created"] == ["wards/patient-1"]
    assert answer.json["receipt"]


def test_the_same_again_is_200_and_says_what_was_answered_first(client: FlaskClient) -> None:
    first, second = post(client, referral()), post(client, referral())

    assert second.status_code == 200
    assert second.json
    assert first.json
    assert (second.json["verdict"], second.json["first"]) == ("duplicate", "accepted")
    assert second.json["receipt"] == first.json["receipt"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (event(site.ConsentSigned.type, CONSENT), 202),
        (event(site.ConsentWithdrawn.type, REASON), 422),
        (event(REFERRED, REFERRAL | {"given_name": 5}), 400),
        (event(site.ClearanceRevoked.type, {"signer": "p", "reason": "other"}), 500),
    ],
    ids=["deferred", "rejected", "invalid", "a bug of ours"],
)
def test_the_status_of_a_single_event_says_its_verdict(
    client: FlaskClient, sent: dict[str, Any], status: int
) -> None:
    assert post(client, sent).status_code == status


def test_other_content_under_a_known_id_is_409(client: FlaskClient) -> None:
    post(client, referral())

    assert post(client, referral(subject="patient-2")).status_code == 409


def test_a_batch_is_200_with_a_verdict_each_in_order(client: FlaskClient) -> None:
    batch = [
        referral(),
        referral(id="event-2", subject="patient-2", data={}),
        event(site.ConsentWithdrawn.type, REASON, id="event-3"),
        5,
        referral(id="event-4", subject="patient-3"),
    ]

    answer = post(client, batch, MANY)

    assert answer.status_code == 200
    assert answer.json
    assert [each["verdict"] for each in answer.json["verdicts"]] == [
        "accepted",
        "invalid",
        "rejected",
        "invalid",
        "accepted",
    ]


def test_lines_are_taken_one_by_one_and_a_torn_last_line_is_invalid(client: FlaskClient) -> None:
    lines = [json.dumps(referral()), json.dumps(referral(id="event-2", subject="patient-2"))]
    body = "\n".join(lines).encode()[:-20]

    answer = post(client, body, LINES)

    assert answer.json
    assert [each["verdict"] for each in answer.json["verdicts"]] == ["accepted", "invalid"]


def test_binary_mode_carries_the_attributes_in_headers(client: FlaskClient) -> None:
    sent = referral()
    headers = {f"ce-{name}": value for name, value in sent.items() if name != "data"}

    answer = post(client, sent["data"], "application/json", **headers)

    assert answer.status_code == 202


def test_a_binary_event_and_its_structured_twin_are_the_same_event(client: FlaskClient) -> None:
    sent = referral()
    headers = {f"ce-{name}": value for name, value in sent.items() if name != "data"}
    post(client, sent["data"], "application/json", **headers)

    assert post(client, sent).status_code == 200


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown field": (referral(data=REFERRAL | {"status": "cleared"}), "/data/status"),
    "unknown attribute": (referral(clinic="harbor"), "/clinic"),
    "unknown type": (referral(type="intake.referral.received.v9"), "/type"),
    "a type of another service": (referral(type=site.AssessmentAnswered.type), "/type"),
    "another clinic's source": (referral(source="/clinics/harbor/sites/main"), "/source"),
    "another site's source": (referral(source="/clinics/riverside/sites/b"), "/source"),
    "the future": (referral(time=(NOW + timedelta(hours=1)).isoformat()), "/time"),
    "ancient times": (referral(time="1987-01-01T00:00:00Z"), "/time"),
    "no offset": (referral(time="2026-03-02T12:00:00"), "/time"),
    "year 9999": (referral(time="9999-12-31T23:59:59-12:00"), "/time"),
    "a number as id": (referral(id=5), "/id"),
    "an id with a bar": (referral(id="a|b"), "/id"),
    "an empty subject": (referral(subject=""), "/subject"),
    "an operator as subject": (referral(subject={"$ne": None}), ""),
    "sequence zero": (referral(sequence=0), "/sequence"),
    "sequence true": (referral(sequence=True), "/sequence"),
    "a wrong type": (referral(data=REFERRAL | {"birth_date": 1980}), "/data/birth_date"),
    "a date with a time": (
        referral(data=REFERRAL | {"birth_date": "1980-01-01T00:00:00Z"}),
        "/data/birth_date",
    ),
    "a missing field": (referral(data={"given_name": "Given"}), "/data/"),
    "a name of 5,000 letters": (
        referral(data=REFERRAL | {"given_name": "x" * 5000}),
        "/data/given_name",
    ),
    "data that is a list": (referral(data=[1]), "/data"),
    "data that is null": (referral(data=None), "/data"),
    "another spec version": (referral(specversion="0.3"), "/specversion"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_event_is_400_with_the_path_and_nothing_is_stored(
    attacked: FlaskClient, untouched: Toy, fault: str
) -> None:
    sent, path = FAULTS[fault]

    answer = post(attacked, sent)

    assert answer.status_code == 400
    assert answer.json
    assert answer.json.get("path", "").startswith(path)
    assert wards(untouched) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 5000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"id":NaN}',
        b'{"id":1e999}',
        b'{"id":' + b"9" * 5000 + b"}",
        b'{"id":"a","id":"b"}',
        b'{"id":"\\ud800"}',
        b'{"id":"\\u0000"}',
        b'{"$where":1}',
        b'{"a.b":1}',
        '{"id":"a"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"id":"a"}',
        b'{"id":"\xff"}',
        b"null",
        b'"text"',
    ],
    ids=lambda body: repr(body[:24]),
)
@pytest.mark.parametrize("content_type", [ONE, MANY, LINES, "application/json"])
def test_hostile_json_is_a_4xx_or_a_verdict_and_never_a_5xx(
    attacked: FlaskClient, untouched: Toy, body: bytes, content_type: str
) -> None:
    answer = post(attacked, body, content_type)

    assert answer.status_code < 500
    if answer.status_code == 200:
        assert answer.json
        assert {each["verdict"] for each in answer.json["verdicts"]} <= {"invalid"}
    assert wards(untouched) == 0


def test_an_invalid_event_can_be_mended_and_sent_again_under_its_id(client: FlaskClient) -> None:
    post(client, referral(data={}))

    assert post(client, referral()).status_code == 202


def test_more_than_500_events_are_refused_whole(client: FlaskClient, toy: Toy) -> None:
    batch = [referral(id=f"event-{n}", subject=f"patient-{n}") for n in range(501)]

    assert post(client, batch, MANY).status_code == 413
    assert wards(toy) == 0


@pytest.mark.parametrize(
    ("content_type", "headers", "status"),
    [
        ("text/plain", {}, 415),
        (ONE, {"Content-Encoding": "gzip"}, 415),
        (ONE, {"Transfer-Encoding": "chunked"}, 411),
    ],
)
def test_what_could_be_cut_short_or_misread_is_refused(
    client: FlaskClient, content_type: str, headers: dict[str, str], status: int
) -> None:
    answer = post(client, referral(), content_type, **headers)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_while_the_store_is_away_nothing_is_decided_and_the_site_is_told_when_to_retry(
    toy: Toy,
) -> None:
    client = replace(toy, store=AwayStore()).app().test_client()

    answer = post(client, referral())

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_jump_in_the_numbering_is_answered_with_what_is_missing(client: FlaskClient) -> None:
    post(client, referral(sequence=1))

    answer = post(client, [referral(id="e5", subject="p5", sequence=5)], MANY)

    assert answer.json
    assert answer.json["gaps"] == [{"source": "/clinics/riverside/sites/main", "missing": [[2, 4]]}]


def test_numbers_without_a_jump_have_no_gap(client: FlaskClient) -> None:
    batch = [referral(id=f"e{n}", subject=f"p{n}", sequence=n) for n in (2, 1, 3)]
    post(client, batch, MANY)

    answer = post(client, referral(id="e4", subject="p4", sequence=4))

    assert answer.json
    assert "gaps" not in answer.json


def test_if_match_with_a_stale_version_is_412_and_with_the_current_one_accepted(
    client: FlaskClient,
) -> None:
    post(client, referral())
    consent = event(site.ConsentSigned.type, CONSENT, id="event-2")

    assert post(client, consent, **{"If-Match": '"7"'}).status_code == 412
    assert post(client, consent, **{"If-Match": '"1"'}).status_code == 202


def test_an_events_journey_shows_where_it_went(client: FlaskClient) -> None:
    post(client, referral())

    found = client.get("/v1/events/event-1", headers=bearer()).json

    assert found
    [handled] = found["handled"]
    assert (handled["by"], handled["verdict"]) == ("site", "accepted")
    [published] = handled["published"]
    assert (published["topic"], published["sent"]) == ("intake.patient", False)
    assert {each["service"] for each in published["consumers"]} == {
        "scheduling",
        "session-record",
        "outcomes",
    }


def test_another_clinic_sees_nothing_of_it(client: FlaskClient) -> None:
    post(client, referral())
    stranger = bearer(clinic="harbor", sub="harbor-main")

    assert client.get("/v1/events/event-1", headers=stranger).status_code == 404


@pytest.mark.parametrize("content_type", [ONE, MANY])
def test_a_jump_is_measured_however_it_was_posted(client: FlaskClient, content_type: str) -> None:
    def measured() -> float:
        line = 'site_sequence_gaps_total{clinic="riverside",service="intake"} '
        found = [each for each in metrics.exposition().decode().splitlines() if line in each]
        return float(found[0].removeprefix(line)) if found else 0

    before, jump = measured(), referral(sequence=5)

    post(client, jump if content_type == ONE else [jump], content_type)

    assert measured() == before + 1
