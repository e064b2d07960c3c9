"""Who is held, over HTTP: what a clinic's board shows."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.intake.adapters.http import blueprint
from shared.codec.questionnaires.texts import load
from shared.contracts.site import ScreeningAnswered
from shared.web.app import Door, create_app
from shared.web.identity import KeySource, Tokens
from tests.kit.clinical.said import C_SSRS_HIGH, PATIENT, POLICY
from tests.kit.door import ISSUER, bearer, jwks_file
from tests.kit.intake import Intake, everything_on_file, posted
from tests.kit.people import VAULT

OTHERS = ("second", "third")


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    intake = Intake(["riverside", "harbor"])
    for patient in (PATIENT, *OTHERS):
        intake.take(*everything_on_file(patient))
    for patient in (PATIENT, "second"):
        intake.take(posted(ScreeningAnswered("c-ssrs-screener", C_SSRS_HIGH), patient=patient))
    tokens = Tokens(ISSUER, "kap", KeySource(str(jwks_file(tmp_path))))
    reads = blueprint(intake.store, POLICY, VAULT, load(""))
    return create_app(Door("intake", tokens, {}, [reads])).test_client()


def test_those_who_are_held_are_told_with_the_reasons(client: FlaskClient) -> None:
    told = client.get("/v1/holds", headers=bearer()).get_json()

    assert {each["patient_id"] for each in told["items"]} == {PATIENT, "second"}
    assert [each["code"] for each in told["items"][0]["reasons"]] == ["c-ssrs-high"]
    assert told["more"] is False


def test_a_list_that_is_cut_short_says_so(client: FlaskClient) -> None:
    told = client.get("/v1/holds?limit=1", headers=bearer()).get_json()

    assert (len(told["items"]), told["more"]) == (1, True)


def test_another_clinic_is_told_of_nobody(client: FlaskClient) -> None:
    told = client.get("/v1/holds", headers=bearer(clinic="harbor")).get_json()

    assert told["items"] == []
