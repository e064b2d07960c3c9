"""The instruments over HTTP: which there are, and each as a FHIR Questionnaire."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_smorest import Api

from services.intake.adapters.http import blueprint
from shared.codec.questionnaires.texts import Texts, load
from shared.contracts.instruments import INSTRUMENTS
from shared.storage.memory import MemoryStore
from shared.web.identity import Principal
from tests.kit.clinical.said import (
    POLICY,
)
from tests.kit.people import VAULT
from tests.kit.questionnaires.texts import a_folder, a_record, a_text

READER = Principal("s", "riverside", "main", frozenset({"nurse"}), frozenset({"records:read"}))
WRITER = Principal("s", "riverside", "main", frozenset({"nurse"}), frozenset({"events:write"}))


def client(texts: Texts, principal: Principal = READER) -> FlaskClient:
    app = Flask("intake")
    app.config.update(API_TITLE="intake", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    Api(app).register_blueprint(blueprint(MemoryStore(), POLICY, VAULT, texts))
    app.before_request(lambda: setattr(g, "principal", principal))
    return app.test_client()


def listed(texts: Texts) -> dict[str, dict[str, Any]]:
    items = client(texts).get("/v1/questionnaires").get_json()["items"]
    return {each["code"]: each for each in items}


def test_every_instrument_is_listed_with_its_items_recall_and_licence() -> None:
    found = listed(load())

    assert list(found) == list(INSTRUMENTS)
    phq_9 = found["phq-9"]
    assert (phq_9["items"], phq_9["recall"], phq_9["recall_days"]) == (9, "days", 14)
    assert (phq_9["licence"], phq_9["definition"]) == ("phq-free", "phq-9/kroenke-2001/1")
    assert (found["brs"]["recall"], found["brs"]["recall_days"]) == ("trait", None)


def test_the_list_says_what_can_be_rendered_and_why_the_rest_cannot(tmp_path: Path) -> None:
    records = [a_record("who-5"), a_record("madrs", expires="1999-12-31")]
    found = listed(load(a_folder(tmp_path, records, a_text("who-5"), a_text("madrs"))))

    assert {code for code, each in found.items() if each["renderable"]} == {
        *("phq-9", "gad-7", "pcl-5", "c-ssrs-screener", "who-5"),
    }
    assert found["madrs"]["refusal"] == "text-licence-expired"
    assert found["bhs"]["refusal"] == "text-not-licensed"
    assert "obtain one" in found["bhs"]["words"]


def test_an_instrument_is_a_fhir_questionnaire() -> None:
    answer = client(load()).get("/v1/questionnaires/phq-9")

    assert (answer.status_code, answer.content_type) == (200, "application/fhir+json")
    shown = answer.get_json()
    assert (shown["resourceType"], len(shown["item"])) == ("Questionnaire", 9)
    assert shown["item"][1]["text"] == "Feeling down, depressed, or hopeless"


def test_an_expired_licence_takes_the_text_away_but_not_the_questionnaire(tmp_path: Path) -> None:
    expired = [a_record("madrs", expires="1999-12-31")]
    folder = a_folder(tmp_path, expired, a_text("madrs"))

    answer = client(load(folder)).get("/v1/questionnaires/madrs")

    assert answer.status_code == 200
    assert answer.get_json()["item"][0]["text"] == "Item 1"
    assert "Words of item" not in answer.text


def test_there_is_no_questionnaire_of_an_unknown_instrument() -> None:
    assert client(load()).get("/v1/questionnaires/moca").status_code == 404


@pytest.mark.parametrize("path", ["/v1/questionnaires", "/v1/questionnaires/phq-9"])
def test_questionnaires_need_the_scope_to_read_records(path: str) -> None:
    assert client(load(), WRITER).get(path).status_code == 403
