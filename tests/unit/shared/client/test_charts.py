"""One call of the client is one picture."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from shared.client.calls import Calls
from shared.client.charts import MIME, Chart, Charts
from shared.client.errors import NotAllowed

NETWORK = {
    "token_endpoint": "http://tokens/token",
    "services": {"analytics": {"url": "http://data"}},
    "clients": {"analyst": {"client_id": "analyst", "client_secret": "s"}},
}
SPEC = {"description": "How long a response lasts.", "mark": "line"}


def charts(asked: list[httpx2.URL], status: int = 200) -> Charts:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/token":
            return httpx2.Response(200, json={"access_token": "t", "expires_in": 300})
        asked.append(request.url)
        body: Any = json.dumps(SPEC) if request.url.path.endswith("json") else "<svg/>"
        return httpx2.Response(status, text=body)

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    return Charts.of(NETWORK, calls=Calls(http))


def test_a_chart_is_asked_for_with_its_arguments_and_saved_as_its_ending_says(
    tmp_path: Path,
) -> None:
    asked: list[httpx2.URL] = []

    saved = charts(asked).survival(of="durability", by="integration").save(tmp_path / "x.svg")

    assert saved.read_text() == "<svg/>"
    assert str(asked[0]) == "http://data/v1/charts/survival.svg?of=durability&by=integration"


def test_a_notebook_is_given_vega_lite_and_words() -> None:
    chart: Chart = charts([]).trajectory()

    assert chart._repr_mimebundle_() == {MIME: SPEC, "text/plain": SPEC["description"]}


def test_an_ending_that_is_no_form_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    asked: list[httpx2.URL] = []

    with pytest.raises(ValueError, match=r"\.svg"):
        charts(asked).waterfall().save(tmp_path / "x.gif")
    assert not asked


def test_who_may_not_see_clinics_is_told_so() -> None:
    with pytest.raises(NotAllowed):
        charts([], 403).funnel().drawn("svg")
