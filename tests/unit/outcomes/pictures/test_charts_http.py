"""Charts over HTTP: each caller gets what they may see; the page holds no data."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask, g
from flask_smorest import Api

from services.outcomes.analytics.columns.exports.files import FORMATS
from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.pictures.http import blueprint
from services.outcomes.analytics.pictures.page import page
from services.outcomes.analytics.view import StreamFrames
from shared.web.identity import Principal
from tests.kit.analytics.network import demo_frames, demo_stream
from tests.kit.outcomes import POLICY

ANALYST = Principal("a", "", "", frozenset({"analyst"}), frozenset({"network:read", "stream:read"}))
OPERATIONS = Principal("o", "", "", frozenset({"operations"}), frozenset({"network:read"}))
CLINIC = Principal("c", "riverside", "main", frozenset({"nurse"}), frozenset({"records:read"}))
NOBODY = Principal("n", "", "", frozenset(), frozenset())


class DemoView:
    log: Any = None

    def frames(self, as_of: datetime | None = None) -> Frames:
        assert as_of is None
        return demo_frames()

    def stream(self) -> StreamFrames:
        return demo_stream()


def ask(path: str, caller: Principal) -> Any:
    app = Flask(__name__)
    app.config |= {"API_TITLE": "t", "API_VERSION": "1", "OPENAPI_VERSION": "3.1.0"}

    @app.before_request
    def signed_in() -> None:
        g.principal = caller

    Api(app).register_blueprint(blueprint(DemoView(), POLICY))
    return app.test_client().get(path)


def test_the_list_names_every_chart_and_form() -> None:
    found = ask("/v1/charts", ANALYST).json

    assert {each["name"] for each in found["items"]} >= {"survival", "waterfall", "forest"}
    assert found["forms"] == ["vl.json", "svg", "png", "html"]


@pytest.mark.parametrize("form", ["vl.json", "svg", "png", "html"])
def test_a_chart_comes_in_every_form(form: str) -> None:
    answer = ask(f"/v1/charts/survival.{form}?of=response", ANALYST)

    assert answer.status_code == 200
    assert len(answer.data) > 1000


def test_analysts_see_people_of_the_stream_and_no_clinic() -> None:
    assert ask("/v1/charts/waterfall.vl.json", ANALYST).status_code == 200
    assert ask("/v1/charts/funnel.vl.json", ANALYST).status_code == 403
    assert ask("/v1/charts/survival.vl.json?by=clinic", ANALYST).status_code == 403


def test_operations_see_clinics_and_no_single_person() -> None:
    assert ask("/v1/charts/funnel.svg", OPERATIONS).status_code == 200
    assert ask("/v1/charts/survival.svg?by=clinic", OPERATIONS).status_code == 200
    assert ask("/v1/charts/waterfall.svg", OPERATIONS).status_code == 403


def test_a_clinic_sees_its_own_patients_only() -> None:
    own = ask("/v1/charts/survival.vl.json?of=response&by=clinic", CLINIC)
    groups = {each["group"] for each in own.json["vconcat"][0]["data"]["values"]}

    assert groups == {"riverside"}
    assert ask("/v1/charts/forest.svg", CLINIC).status_code == 403


def test_without_a_scope_nothing_is_drawn() -> None:
    for name in ("survival", "waterfall", "forest", "strengths"):
        assert ask(f"/v1/charts/{name}.svg", NOBODY).status_code == 403


@pytest.mark.parametrize("path", ["nothing.svg", "survival.gif", "survival"])
def test_what_there_is_not_is_not_found(path: str) -> None:
    assert ask(f"/v1/charts/{path}", OPERATIONS).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "by=patient",
        "of=hope",
        "instrument=audit",
        "by=integration&of=response",
        "as_of=2999-01-01T00:00:00Z",
        "x=1",
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(query: str) -> None:
    assert ask(f"/v1/charts/survival.svg?{query}", OPERATIONS).status_code == 422


def test_the_page_is_small_holds_every_column_and_asks_nothing_of_anybody() -> None:
    answer = ask("/data", NOBODY)

    assert answer.data == page()
    assert len(page()) < 200_000
    assert b"http" not in page().replace(b"http://www.w3.org", b"")
    assert b"<script" not in page()
    for table in ("results", "subjects"):
        for kind in FORMATS:
            assert f"get exports/{table}.{kind} ".encode() in page()
    for name in ("subject_token", "study_day", "percent_change", "integrations"):
        assert name.encode() in page()
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
