"""The eligibility of a patient over HTTP: as of a time, for a protocol."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.intake.adapters.http import blueprint
from shared.codec.questionnaires.texts import load
from shared.web.app import Door, create_app
from shared.web.identity import KeySource, Tokens
from tests.kit.clinical.said import PATIENT, POLICY, on_day
from tests.kit.door import ISSUER, bearer, jwks_file
from tests.kit.intake import Intake, everything_on_file
from tests.kit.people import VAULT


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    intake = Intake()
    intake.take(*everything_on_file())
    tokens = Tokens(ISSUER, "kap", KeySource(str(jwks_file(tmp_path))))
    reads = blueprint(intake.store, POLICY, VAULT, load(""))
    return create_app(Door("intake", tokens, {}, [reads])).test_client()


def test_it_says_status_reasons_what_is_missing_and_the_staging(client: FlaskClient) -> None:
    path = f"/v1/patients/{PATIENT}/eligibility"

    now = client.get(path, headers=bearer(), query_string={"protocol": "iv-6"})
    later = client.get(path, headers=bearer(), query_string={"at": on_day(40).isoformat()})

    assert now.status_code == 200
    body = now.get_json()
    assert (body["status"], body["reasons"], body["missing"]) == ("eligible", [], [])
    assert body["staging"]["failed_in_episode"] == 2
    assert later.get_json()["status"] == "on-hold"
    assert {each["code"] for each in later.get_json()["missing"]} >= {"phq-9-expired"}


def test_a_protocol_of_another_route_than_the_consent_is_told(client: FlaskClient) -> None:
    path = f"/v1/patients/{PATIENT}/eligibility"

    answer = client.get(path, headers=bearer(), query_string={"protocol": "im-4"})

    assert [each["code"] for each in answer.get_json()["missing"]] == ["consent-route"]


def test_nobody_is_eligible_who_is_not_there(client: FlaskClient) -> None:
    assert client.get("/v1/patients/nobody/eligibility", headers=bearer()).status_code == 404
