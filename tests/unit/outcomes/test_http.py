"""The reads over HTTP: who sees which rows, and which numbers."""

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_smorest import Api

from services.outcomes.adapters.http import blueprint
from shared.web.identity import Principal
from tests.kit.outcomes import (
    CLINIC,
    DAY_0,
    KEYS,
    PATIENT,
    POLICY,
    Outcomes,
    answers,
    assessed,
    consented,
    corrected,
    dosed,
    on_day,
    registered,
    screened,
)

SITE = Principal("s", CLINIC, "main", frozenset({"nurse"}), frozenset({"records:read"}))
OTHER = Principal("s", "harbor", "main", frozenset({"nurse"}), frozenset({"records:read"}))
WRITER = Principal("s", CLINIC, "main", frozenset({"nurse"}), frozenset({"events:write"}))
OPERATIONS = Principal("o", "", "", frozenset({"operations"}), frozenset({"network:read"}))
NOBODY = Principal("n", "", "", frozenset(), frozenset())


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    made = Outcomes()
    made.take(
        registered(),
        consented(on_day(-10)),
        screened(20, on_day(-3)),
        dosed(1, DAY_0),
        assessed(answers(9, item_9=2), on_day(5)),
    )
    return made


def _client(outcomes: Outcomes, principal: Principal) -> FlaskClient:
    app = Flask("outcomes")
    app.config.update(API_TITLE="outcomes", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    Api(app).register_blueprint(blueprint(outcomes.store, POLICY, KEYS))
    app.before_request(lambda: setattr(g, "principal", principal))
    return app.test_client()


def test_a_trajectory_shows_the_baseline_and_every_result(outcomes: Outcomes) -> None:
    answer = _client(outcomes, SITE).get(f"/v1/trajectories/{PATIENT}")

    shown = answer.get_json()
    assert shown["baselines"] == [{"instrument": "phq-9", "score": 20}]
    assert [each["percent_change"] for each in shown["results"]] == [0.0, -55.0]
    assert answer.headers["ETag"]


def test_what_does_not_count_is_shown_with_what_counts_instead() -> None:
    told = Outcomes()
    at = on_day(5)
    told.take(registered(), dosed(1, DAY_0), assessed(answers(8), at, event_id="a"))
    told.take(corrected(answers(18), "a", at, event_id="b"))

    shown = _client(told, SITE).get(f"/v1/trajectories/{PATIENT}").get_json()

    (counts,), (aside,) = shown["results"], shown["set_aside"]
    assert (counts["score"], counts["off_window"], counts["complete"]) == (18, False, True)
    assert (aside["because"], aside["by"]) == ("corrected", counts["assessment_id"])


def test_no_answer_of_a_clinic_holds_the_analysts_token(outcomes: Outcomes) -> None:
    client = _client(outcomes, SITE)

    texts = [
        client.get(path).text
        for path in ("/v1/trajectories", f"/v1/trajectories/{PATIENT}", "/v1/alerts")
    ]

    assert not [text for text in texts if "token" in text]


def test_the_list_shows_where_each_patient_stands(outcomes: Outcomes) -> None:
    (line,) = _client(outcomes, SITE).get("/v1/trajectories").get_json()["items"]

    assert (line["baseline"], line["last_score"], line["responded"]) == (20, 9, True)


@pytest.mark.parametrize(("asked", "shown"), [("true", 0), ("false", 1)])
def test_the_list_can_be_of_those_who_are_off_track(
    outcomes: Outcomes, asked: str, shown: int
) -> None:
    answer = _client(outcomes, SITE).get(f"/v1/trajectories?off_track={asked}")

    assert len(answer.get_json()["items"]) == shown


def test_open_alerts_say_what_to_do(outcomes: Outcomes) -> None:
    (alert,) = _client(outcomes, SITE).get("/v1/alerts").get_json()["items"]

    assert (alert["rule"], alert["patient_id"]) == ("phq-9-item-9", PATIENT)
    assert alert["words"].startswith("PHQ-9 item 9")


def test_another_clinic_sees_nothing_of_it(outcomes: Outcomes) -> None:
    client = _client(outcomes, OTHER)

    assert client.get(f"/v1/trajectories/{PATIENT}").status_code == 404
    assert client.get("/v1/alerts").get_json()["items"] == []


@pytest.mark.parametrize("principal", [WRITER, OPERATIONS, NOBODY])
def test_without_the_scope_nothing_is_shown(outcomes: Outcomes, principal: Principal) -> None:
    client = _client(outcomes, principal)

    paths = ("/v1/trajectories", f"/v1/trajectories/{PATIENT}", "/v1/alerts")
    assert {client.get(path).status_code for path in paths} == {403}


def test_a_filter_that_is_spelt_wrongly_is_refused(outcomes: Outcomes) -> None:
    answer = _client(outcomes, SITE).get("/v1/trajectories?of_track=true")

    assert answer.status_code == 422
