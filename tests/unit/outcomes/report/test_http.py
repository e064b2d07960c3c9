"""The reports over HTTP: who sees which rows, and what is refused."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_smorest import Api

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.report import shapes
from services.outcomes.analytics.report.counts import Group
from services.outcomes.analytics.report.http import Released, blueprint
from services.outcomes.analytics.report.network import network_report
from shared.codec import schema
from shared.web.identity import Principal
from tests.kit.analytics import Row, a_patient, a_result, frames_of
from tests.kit.outcomes import POLICY

CLINIC = Principal("s", "harbor", "main", frozenset({"nurse"}), frozenset({"records:read"}))
WRITER = Principal("s", "harbor", "main", frozenset({"nurse"}), frozenset({"events:write"}))
OPERATIONS = Principal("o", "", "", frozenset({"operations"}), frozenset({"network:read"}))
ANALYST = Principal("a", "", "", frozenset({"analyst"}), frozenset({"network:read"}))
NOBODY = Principal("n", "", "", frozenset(), frozenset())
PATHS = {
    "outcomes?by=clinic,route": shapes.NetworkReport,
    "dose-axis?by=clinic": shapes.DoseAxisReport,
    "survival?of=response&by=clinic": shapes.SurvivalReport,
    "survival?of=durability": shapes.SurvivalReport,
    "integration": shapes.IntegrationReport,
    "comparison?measure=response": shapes.ComparisonReport,
    "comparison?measure=mean-change&instrument=phq-9": shapes.ComparisonReport,
    "difference?measure=response&by=clinic&first=harbor&second=summit": shapes.DifferenceReport,
}
OF_NETWORK = ("comparison", "difference")


class Columns:
    """Frames as `View` gives them; `asked`: of which moments."""

    log: Any = None
    stream: Any = None

    def __init__(self) -> None:
        self.asked: list[datetime | None] = []

    def frames(self, as_of: datetime | None = None) -> Frames:
        self.asked.append(as_of)
        frames = frames_of(_rows())
        return replace(frames, as_of=as_of or frames.as_of)


def _rows() -> Iterator[Row]:
    for number in range(40):
        who, clinic = f"p{number}", ("harbor", "summit")[number % 2]
        yield a_patient(who, clinic)
        yield a_result(who, number % 20, 20, clinic, horizon="7d", first_response=number % 20 < 11)


def _get(path: str, principal: Principal, released: Released | None = None) -> Any:
    return _client(principal, released).get(f"/v1/reports/{path}")


def _client(
    principal: Principal, released: Released | None = None, columns: Columns | None = None
) -> FlaskClient:
    app = Flask("analytics")
    app.config.update(API_TITLE="outcomes", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    Api(app).register_blueprint(blueprint(columns or Columns(), POLICY, released))
    app.before_request(lambda: setattr(g, "principal", principal))
    return app.test_client()


@pytest.mark.parametrize(("path", "contract"), PATHS.items())
def test_every_answer_is_of_the_schema_that_its_documentation_shows(
    path: str, contract: Any
) -> None:
    answer = _get(path, OPERATIONS)

    assert answer.status_code == 200
    schema.load(contract, answer.get_json(), closed=True)


def test_a_clinic_sees_its_own_rows_only() -> None:
    items = _get("outcomes?by=clinic", CLINIC).get_json()["items"]

    assert [each["clinic"] for each in items] == ["harbor"]
    assert items[0]["patients"]["value"] == 20


@pytest.mark.parametrize("path", [each for each in PATHS if each.startswith(OF_NETWORK)])
def test_a_clinic_is_not_shown_the_others_by_comparing_with_them(path: str) -> None:
    assert _get(path, CLINIC).status_code == 403


@pytest.mark.parametrize("principal", [WRITER, NOBODY])
@pytest.mark.parametrize("path", PATHS)
def test_without_the_scope_nothing_is_shown(path: str, principal: Principal) -> None:
    assert _get(path, principal).status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_an_analyst_sees_no_counts_but_released_ones(path: str) -> None:
    assert _get(path, ANALYST).status_code == 403


def test_an_analyst_sees_of_the_release_what_it_shows() -> None:
    shown = {Group("harbor"): {"patients": 20, "end/due": 20, "end/observed": 20}}
    released = partial(network_report, frames_of(_rows()), policy=POLICY, shown=shown)
    answer = _get("outcomes?by=clinic", ANALYST, released).get_json()

    harbor, summit = answer["items"]
    end = next(each for each in harbor["windows"] if each["window"] == "end")
    assert harbor["patients"] == {"value": 20, "suppressed": False}
    assert end["completeness"]["percent"] == 100.0
    assert end["response"]["observed"]["suppressed"]
    assert end["response"]["observed"]["numerator"] is None
    assert summit["patients"] == {"value": None, "suppressed": True}
    assert harbor["strengths"] == []


@pytest.mark.parametrize("query", ["by=&instrument=phq-9", "by=&as_of=2026-06-01T00:00:00Z"])
def test_an_analyst_cannot_ask_a_release_for_more(query: str) -> None:
    released = partial(network_report, frames_of(_rows()), policy=POLICY, shown={})

    assert _get(f"outcomes?{query}", ANALYST, released).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "outcomes?by=therapist",
        "outcomes?by=clinic,clinic",
        "outcomes?instrument=phq9",
        "outcomes?instrument=cadss",
        "outcomes?as_of=2199-01-01T00:00:00Z",
        "outcomes?as_of=yesterday",
        "outcomes?colour=red",
        "survival",
        "survival?of=death",
        "survival?of=response&unit=weeks",
        "survival?of=durability&censoring=never",
        "integration?instrument=x",
        "comparison",
        "comparison?measure=mean-change",
        "comparison?measure=response&window=year-1",
        "difference?measure=mean-change&by=clinic&first=a&second=b",
        "difference?measure=response&by=therapist&first=a&second=b",
    ],
)
def test_unknown_words_and_times_to_come_are_refused(path: str) -> None:
    assert _get(path, OPERATIONS).status_code == 422


def test_a_group_that_nobody_is_in_is_not_found() -> None:
    path = "difference?measure=response&by=clinic&first=harbor&second=riverside"

    assert _get(path, OPERATIONS).status_code == 404


def test_as_of_is_the_moment_that_is_answered_for() -> None:
    columns = Columns()
    answer = _client(OPERATIONS, columns=columns).get(
        "/v1/reports/outcomes?as_of=2026-03-12T00:00:00Z"
    )

    assert columns.asked[0] is not None
    assert answer.get_json()["as_of"] == "2026-03-12T00:00:00Z"
    end = answer.get_json()["items"][0]["windows"][1]
    assert (end["window"], end["due"]["value"]) == ("end", 0)
