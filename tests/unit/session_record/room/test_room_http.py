"""What the room shows over HTTP: an encounter with all that happened, readiness, the ledger."""

from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.session_record.adapters.http import blueprint
from shared.web.app import Door, create_app
from shared.web.identity import KeySource, Tokens
from tests.kit.door import ISSUER, bearer, jwks_file
from tests.kit.session_record import (
    NOON,
    PATIENT,
    POLICY,
    SessionRecord,
    arrived,
    at,
    first_dose,
    given,
    knowledge,
    observed,
    preparation,
    supplied,
)


def client(service: SessionRecord, tmp_path: Path) -> FlaskClient:
    tokens = Tokens(ISSUER, "kap", KeySource(str(jwks_file(tmp_path))))
    reads = blueprint(service.store, POLICY)
    return create_app(Door("session-record", tokens, {}, [reads])).test_client()


@pytest.fixture
def service() -> SessionRecord:
    service = SessionRecord()
    service.take(*knowledge(), *first_dose())
    return service


def test_an_encounter_shows_who_was_there_and_what_was_given(
    service: SessionRecord, tmp_path: Path
) -> None:
    body = client(service, tmp_path).get("/v1/encounters/e-dosing-1", headers=bearer()).get_json()

    assert {each["practitioner"] for each in body["staff"]} == {
        "nurse-1",
        "prescriber-1",
        "therapist-1",
    }
    assert (body["dose"]["container"], body["dose"]["lot"]) == ("vial-1", "lot-1")
    assert body["discharge"]["discharged_by"] == "nurse-1"
    assert body["misses"] == body["overrides"] == []


def test_the_clocks_finding_is_shown_until_and_after_it_is_resolved(tmp_path: Path) -> None:
    service = SessionRecord()
    service.take(*knowledge(), *preparation(), arrived(), *supplied(), observed(), given())
    service.strike(at(10 + 15))
    site = client(service, tmp_path)

    before = site.get("/v1/encounters/e-dosing-1", headers=bearer()).get_json()["misses"]
    service.take(observed(10 + 12))
    after = site.get("/v1/encounters/e-dosing-1", headers=bearer()).get_json()["misses"]

    assert [(each["point_min"], each["resolved_at"]) for each in before] == [(10, None)]
    assert [each["late"] for each in after] == [False]
    assert after[0]["resolved_at"]


def test_readiness_says_how_old_the_answer_is(tmp_path: Path) -> None:
    service = SessionRecord(is_fresh=False)
    service.take(*knowledge(), *preparation())
    path, asked = f"/v1/patients/{PATIENT}/readiness", {"appointment_id": "a-dosing-1"}
    site = client(service, tmp_path)

    unheard = site.get(path, headers=bearer(), query_string=asked).get_json()
    service.hear(at(-5))
    heard = site.get(path, headers=bearer(), query_string=asked).get_json()

    assert unheard["ready"]
    assert (unheard["intake_known_until"], unheard["scheduling_known_until"]) == (None, None)
    assert heard["intake_known_until"] == heard["scheduling_known_until"]
    assert service.take(arrived())[0].verdict == "accepted"


def test_the_ledger_is_read_by_day_and_by_container(service: SessionRecord, tmp_path: Path) -> None:
    site = client(service, tmp_path)

    day = site.get("/v1/ledger", headers=bearer(), query_string={"day": f"{NOON:%Y-%m-%d}"})
    one = site.get("/v1/ledger/vial-1", headers=bearer())
    wrong = site.get("/v1/ledger", headers=bearer(), query_string={"day": "today"})

    assert day.get_json()["unbalanced"] == []
    assert [each["container_id"] for each in day.get_json()["containers"]] == ["vial-1"]
    assert one.get_json()["shares"][0]["given_mg"] == 40
    assert wrong.status_code == 422
    assert site.get("/v1/ledger/vial-9", headers=bearer()).status_code == 404


def test_the_sessions_that_go_on_show_what_is_due_next_and_which_alarms_stand(
    tmp_path: Path,
) -> None:
    service = SessionRecord()
    service.take(*knowledge(), *preparation(), arrived(), *supplied(), observed(), given())
    service.take(observed(20, 185))

    answer = client(service, tmp_path).get("/v1/monitoring", headers=bearer()).get_json()

    (session,) = answer["items"]
    assert (session["encounter_id"], session["patient_id"]) == ("e-dosing-1", PATIENT)
    assert datetime.fromisoformat(session["next_due_at"]) == at(10 + 20)
    assert session["overdue"] is True  # by the clock of the test's own day
    assert [each["rule"] for each in session["alarms"]] == ["systolic-stop"]
    last = {each["measure"]: each["value"] for each in session["last"]}
    assert last == {"systolic": 185, "diastolic": 80, "heart-rate": 70, "oxygen-saturation": 98}


def test_an_alarm_stands_until_the_same_is_measured_again(tmp_path: Path) -> None:
    service = SessionRecord()
    service.take(*knowledge(), *preparation(), arrived(), *supplied(), observed(), given())
    service.take(observed(20, 185), observed(25, 130))

    answer = client(service, tmp_path).get("/v1/monitoring", headers=bearer()).get_json()

    assert answer["items"][0]["alarms"] == []


def test_no_session_goes_on_that_has_ended_or_is_another_clinics(
    service: SessionRecord, tmp_path: Path
) -> None:
    running = SessionRecord()
    running.take(*knowledge(), *preparation(), arrived())
    harbor = bearer(clinic="harbor", site="main")

    ended = client(service, tmp_path).get("/v1/monitoring", headers=bearer()).get_json()
    theirs = client(running, tmp_path).get("/v1/monitoring", headers=harbor).get_json()

    assert (ended["items"], theirs["items"]) == ([], [])
