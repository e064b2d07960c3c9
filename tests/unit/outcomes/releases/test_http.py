"""Who gets the live report, who gets releases, and what is refused (OUT-7)."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_smorest import Api

from services.outcomes.analytics.releases import http as released
from services.outcomes.analytics.releases.making import Releases
from services.outcomes.analytics.releases.store import Folder
from services.outcomes.analytics.report import http as reports
from shared.web import problems
from shared.web.identity import Principal
from tests.contract.catalogue import POLICY
from tests.kit.analytics.standing import WEEK, Standing, patients

SCOPES = frozenset({"network:read"})
ANALYST = Principal("a", "", "", frozenset({"analyst"}), SCOPES)
OTHERS = Principal("x", "", "", frozenset({"auditor"}), SCOPES)
OPERATIONS = Principal("o", "", "", frozenset({"operations"}), SCOPES)


@pytest.fixture
def standing() -> Standing:
    return Standing()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def client(standing: Standing, folder: Path, caller: Principal = ANALYST) -> FlaskClient:
    releases = Releases(Folder(folder), standing, POLICY, standing.now)
    app = Flask("analytics")
    app.config.update(API_TITLE="outcomes", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    api = Api(app)
    api.register_blueprint(reports.blueprint(standing, POLICY, released.answer_of(releases)))
    api.register_blueprint(released.blueprint(releases))
    problems.register(app)
    app.before_request(lambda: setattr(g, "principal", caller))
    return app.test_client()


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("caller", [ANALYST, OTHERS])
def test_who_is_neither_of_a_clinic_nor_of_operations_sees_the_newest_release(
    standing: Standing, folder: Path, caller: Principal
) -> None:
    standing.rows = patients(range(20))
    asks = client(standing, folder, caller)
    before = told(asks.get("/v1/reports/outcomes?by=clinic"))
    standing.rows = patients(range(21))

    assert before[0] == 200
    assert told(asks.get("/v1/reports/outcomes?by=clinic")) == before


def test_operations_see_the_numbers_as_they_are(standing: Standing, folder: Path) -> None:
    standing.rows = patients(range(3))
    [row] = client(standing, folder, OPERATIONS).get("/v1/reports/outcomes?by=").get_json()["items"]

    assert row["patients"] == {"value": 3, "suppressed": False}


def test_an_analyst_cannot_ask_by_two_dimensions_and_is_told_by_what(
    standing: Standing, folder: Path
) -> None:
    standing.rows = patients(range(20))
    status, words = told(client(standing, folder).get("/v1/reports/outcomes?by=clinic,route"))

    assert (status, "one of clinic, indication, route and period" in words) == (403, True)


def test_an_analyst_of_a_network_too_small_is_told_so(standing: Standing, folder: Path) -> None:
    standing.rows = patients(range(4))
    status, words = told(client(standing, folder).get("/v1/reports/outcomes?by="))

    assert (status, "too few patients" in words) == (200, True)


def test_nobody_without_the_scope_sees_a_release(standing: Standing, folder: Path) -> None:
    standing.rows = patients(range(20))
    asks = client(standing, folder, Principal("n", "", "", frozenset({"analyst"}), frozenset()))
    paths = ("/v1/releases", "/v1/releases/x-1", "/v1/reports/outcomes?by=")

    assert [asks.get(path).status_code for path in paths] == [403, 403, 403]


def test_old_releases_are_listed_and_stay_as_they_were(standing: Standing, folder: Path) -> None:
    standing.rows = patients(range(20))
    asks = client(standing, folder)
    [line] = asks.get("/v1/releases").get_json()["items"]
    first = asks.get(f"/v1/releases/{line['id']}").get_json()
    standing.rows = patients(range(40))
    standing.at += WEEK
    lines = asks.get("/v1/releases").get_json()["items"]

    assert [each["number"] for each in lines] == [1, 2]
    assert asks.get(f"/v1/releases/{line['id']}").get_json() == first
    assert first["answers"][""]["items"][0]["patients"]["value"] == 20


def test_a_release_that_is_not_there_is_not_found(standing: Standing, folder: Path) -> None:
    assert client(standing, folder).get("/v1/releases/x-1").status_code == 404
