"""The written record over HTTP: what is shown, to whom, and what is still to be done."""

from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_smorest import Api

from services.session_record.adapters.http import blueprint
from shared.web.identity import Principal
from tests.kit.documentation import (
    ANSWERS,
    CLINIC,
    DOSE,
    POLICY,
    Clinic,
    a_finished,
    amended,
    an_esketamine_session,
    answered,
    escalated,
    noted,
    reported,
    signed,
    told,
)

NURSE = Principal("s", CLINIC, "main", frozenset({"nurse"}), frozenset({"records:read"}))
ELSEWHERE = Principal("s", "harbor", "main", frozenset({"nurse"}), frozenset({"records:read"}))
WRITER = Principal("s", CLINIC, "main", frozenset({"nurse"}), frozenset({"events:write"}))


def a_client(clinic: Clinic, who: Principal = NURSE) -> FlaskClient:
    app = Flask("session-record")
    app.config.update(API_TITLE="x", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    Api(app).register_blueprint(blueprint(clinic.store, POLICY))
    app.before_request(lambda: setattr(g, "principal", who))
    return app.test_client()


def shown(clinic: Clinic, path: str) -> Any:
    answer = a_client(clinic).get(f"/v1/{path}")
    assert answer.status_code == 200
    return answer.get_json()


def test_the_record_shows_what_counts_and_what_was_amended() -> None:
    clinic = Clinic()
    clinic.take(noted(), told(themes=("grief",)), signed(), amended("note-1", "amend-1"))

    record = shown(clinic, f"encounters/{DOSE}/record")

    status = {each["entry_id"]: each["status"] for each in record["entries"]}
    assert (status["note-1"], status["amend-1"]) == ("amended", "current")
    assert record["signature"]["signer"] == "prescriber-1"
    assert record["amendments"][0]["reason"] == "the time was wrong"
    assert record["entries"][0]["note"]["text"] == "went well"


def test_a_session_nobody_has_written_about_has_an_empty_record() -> None:
    assert shown(Clinic(), f"encounters/{DOSE}/record")["entries"] == []


def test_ses_10_the_form_names_what_it_lacks() -> None:
    clinic = Clinic(an_esketamine_session())
    clinic.take(answered())

    form = shown(clinic, f"encounters/{DOSE}/rems-form")

    assert form["missing"] == ["prescriber"]
    assert form["sedation"]["onset_min"] == ANSWERS.sedation.onset_min  # type: ignore[union-attr]


@pytest.mark.parametrize("clinic", [Clinic(a_finished()), Clinic(a_finished("preparation"))])
def test_a_session_without_esketamine_has_no_form(clinic: Clinic) -> None:
    assert a_client(clinic).get(f"/v1/encounters/{DOSE}/rems-form").status_code == 404


def test_tasks_are_what_is_still_to_be_done_unless_asked_otherwise() -> None:
    clinic = Clinic()
    clinic.take(reported("ae-1"), reported("ae-2"), escalated("ae-1"))

    def about(query: str = "") -> list[str]:
        return sorted(each["about"] for each in shown(clinic, f"tasks{query}")["items"])

    assert about() == ["ae-2"]
    assert about("?status=completed") == ["ae-1"]
    assert about("?status=all") == ["ae-1", "ae-2"]
    assert about("?status=overdue") == about("?patient_id=nobody") == []


@pytest.mark.parametrize("path", [f"encounters/{DOSE}/record", f"encounters/{DOSE}/rems-form"])
def test_another_clinic_finds_nothing(path: str) -> None:
    clinic = Clinic(an_esketamine_session())

    assert a_client(clinic, ELSEWHERE).get(f"/v1/{path}").status_code == 404
    assert a_client(clinic, WRITER).get(f"/v1/{path}").status_code == 403


def test_without_a_key_there_is_no_route_for_process_notes() -> None:
    assert a_client(Clinic()).get(f"/v1/encounters/{DOSE}/process-note").status_code == 404
