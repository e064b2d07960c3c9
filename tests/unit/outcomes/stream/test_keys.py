"""GET /v1/stream/keys: the keys of living subjects, for who may read the stream."""

from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_smorest import Api

from services.outcomes.adapters.http import blueprint
from shared.codec.sealing import SubjectKey
from shared.codec.stream_records import opened
from shared.contracts.outcomes import StreamSealed
from shared.web.identity import Principal
from tests.kit.outcomes import (
    KEYS,
    POLICY,
    Outcomes,
    consent_withdrawn,
    consented,
    on_day,
    registered,
    screened,
)

ANALYST = Principal("a", "", "", frozenset({"analyst"}), frozenset({"network:read", "stream:read"}))


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    made = Outcomes()
    for number in range(3):
        who: dict[str, Any] = {"patient": f"patient-{number}"}
        made.take(registered(**who), consented(**who), screened(20, on_day(-3), **who))
    made.take(consent_withdrawn(on_day(1), patient="patient-1"))
    return made


def _client(outcomes: Outcomes, principal: Principal = ANALYST) -> FlaskClient:
    app = Flask("outcomes")
    app.config.update(API_TITLE="outcomes", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    Api(app).register_blueprint(blueprint(outcomes.store, POLICY, KEYS))
    app.before_request(lambda: setattr(g, "principal", principal))
    return app.test_client()


def _kids(client: FlaskClient, query: str = "") -> list[str]:
    answer = client.get(f"/v1/stream/keys{query}").get_json()
    return [each["kid"] for each in answer["keys"]]


def test_every_living_subject_has_its_key_and_who_withdrew_has_none(outcomes: Outcomes) -> None:
    assert _kids(_client(outcomes)) == ["token-1", "token-3"]


def test_a_key_that_was_given_opens_its_subjects_records(outcomes: Outcomes) -> None:
    answer = _client(outcomes).get("/v1/stream/keys").get_json()
    keys = {each["kid"]: SubjectKey.of(each) for each in answer["keys"]}

    sealed = outcomes.said(StreamSealed)

    mine = [each for each in sealed if each["subject_token"] in keys]
    read = [opened(each["jwe"], keys[each["subject_token"]]) for each in mine]
    assert {each.subject_token for each in read} == {"token-1", "token-3"}


def test_pages_go_on_where_the_last_one_ended(outcomes: Outcomes) -> None:
    client = _client(outcomes)
    kids, after = [], ""
    for _ in range(4):
        answer = client.get(f"/v1/stream/keys?limit=1&after={after}").get_json()
        kids += [each["kid"] for each in answer["keys"]]
        after = answer["next"]
        if not after:
            break

    assert kids == ["token-1", "token-3"]


def test_keys_can_be_asked_for_by_their_subjects(outcomes: Outcomes) -> None:
    asked = _kids(_client(outcomes), "?kid=token-3,token-2,nobody")

    assert asked == ["token-3"]


def test_no_cache_on_the_way_keeps_a_key(outcomes: Outcomes) -> None:
    answer = _client(outcomes).get("/v1/stream/keys")

    assert answer.headers["Cache-Control"] == "no-store"


def test_without_the_scope_no_key_is_given(outcomes: Outcomes) -> None:
    network = Principal("o", "", "", frozenset({"operations"}), frozenset({"network:read"}))

    answer = _client(outcomes, network).get("/v1/stream/keys")

    assert answer.status_code == 403


@pytest.mark.parametrize("query", ["?kid=a%20b", "?kid=%24ne", "?limit=0", "?limit=100000"])
def test_a_query_that_makes_no_sense_is_refused(outcomes: Outcomes, query: str) -> None:
    assert _client(outcomes).get(f"/v1/stream/keys{query}").status_code == 422


def test_a_key_once_asked_for_is_kept_until_it_is_forgotten() -> None:
    outcomes = Outcomes()
    outcomes.take(registered(), consented())
    keys = outcomes.keys()
    assert keys.opener("token-1")
    outcomes.take(consent_withdrawn(on_day(1)))

    kept = keys.opener("token-1")
    keys.forget("token-1")

    assert kept
    assert keys.opener("token-1") is None
