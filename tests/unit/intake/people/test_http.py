"""Who a patient is leaves by one route, for those who may; after erasure by none."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.intake.adapters.http import blueprint
from shared.codec.questionnaires.texts import load
from shared.contracts import site
from shared.web.app import Door, create_app
from shared.web.identity import KeySource, Tokens
from tests.kit.clinical.said import (
    DECIDED,
    PATIENT,
    POLICY,
    on_day,
)
from tests.kit.door import ISSUER, SITE_SCOPES, bearer, jwks_file
from tests.kit.intake import (
    Intake,
    everything_on_file,
    posted,
)
from tests.kit.people import VAULT

DESK = {"scope": f"{SITE_SCOPES} identity:read"}
PATHS = ("identity", "duplicates")


@pytest.fixture
def intake() -> Intake:
    intake = Intake(["riverside", "harbor"])
    intake.take(*everything_on_file(), *everything_on_file("second", "harbor"))
    return intake


@pytest.fixture
def client(intake: Intake, tmp_path: Path) -> FlaskClient:
    tokens = Tokens(ISSUER, "kap", KeySource(str(jwks_file(tmp_path))))
    reads = blueprint(intake.store, POLICY, VAULT, load(""))
    return create_app(Door("intake", tokens, {}, [reads])).test_client()


def get(client: FlaskClient, path: str, **claims: Any) -> Any:
    return client.get(f"/v1/{path}", headers=bearer(**(DESK | claims)))


@pytest.mark.parametrize("path", PATHS)
def test_it_needs_the_scope_of_the_desk(client: FlaskClient, path: str) -> None:
    assert get(client, f"patients/{PATIENT}/{path}").status_code == 200
    assert get(client, f"patients/{PATIENT}/{path}", scope=SITE_SCOPES).status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_another_clinics_patient_is_as_absent_as_nobody(client: FlaskClient, path: str) -> None:
    assert get(client, f"patients/second/{path}").status_code == 404
    assert get(client, f"patients/nobody/{path}").status_code == 404


def test_the_desk_reads_the_identity(client: FlaskClient) -> None:
    read = get(client, f"patients/{PATIENT}/identity").get_json()

    assert (read["family_name"], read["birth_date"]) == ("Family", "1980-05-01")


def test_candidates_are_shown_without_names(client: FlaskClient) -> None:
    answer = get(client, "patients/second/duplicates", clinic="harbor")

    [candidate] = answer.get_json()["candidates"]
    assert (candidate["clinic"], candidate["patient_id"]) == ("riverside", PATIENT)
    assert "Family" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["identity", "clearance"])
def test_an_erased_identity_is_gone(client: FlaskClient, intake: Intake, path: str) -> None:
    erase = site.IdentityErased("medical-director-1", "patient-request")
    intake.take(posted(erase, on_day(4)))

    answer = get(client, f"patients/{PATIENT}/{path}")

    assert (answer.status_code, answer.mimetype) == (410, "application/problem+json")
    assert "Family" not in answer.get_data(as_text=True)


def test_a_practitioners_licences_are_read(client: FlaskClient) -> None:
    read = get(client, "practitioners/prescriber-1").get_json()

    assert read["credentials"][0]["role"] == "prescriber"
    assert get(client, "practitioners/nobody").status_code == 404
    assert DECIDED.date().isoformat() < read["credentials"][0]["valid_until"]
