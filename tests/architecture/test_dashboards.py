"""Grafana's files are what the builder makes, and such that Grafana can show them."""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its types are a package of their own

from deploy.grafana.boards.panels import RUNBOOKS, SCHEMA, WIDTH
from deploy.grafana.build import built
from shared.contracts.topics import POSTED, TOPIC_OF
from tests.kit.watching import files
from tests.kit.watching.files import DASHBOARDS, DEPLOY, LABELS, alerts, dashboards, known, panels

PROVISIONED = DEPLOY / "grafana" / "provisioning"
TYPES = {*TOPIC_OF, *(each.type for types in POSTED.values() for each in types)}
UNITS = {"short", "s", "ops", "reqps", "percentunit"}
KINDS = {"timeseries", "stat", "bargauge", "row"}

every_dashboard = pytest.mark.parametrize("name", dashboards())


def _each_panel() -> Iterator[Any]:
    for name, dashboard in dashboards().items():
        for panel in panels(dashboard):
            yield pytest.param(panel, id=f"{name}-{panel['title']}")


every_panel = pytest.mark.parametrize("panel", list(_each_panel()))


def test_the_files_are_what_the_builder_makes() -> None:
    assert {file.name: file.read_text() for file in DASHBOARDS} == built()


def test_each_dashboard_has_an_address_of_its_own() -> None:
    assert {name: each["uid"] for name, each in dashboards().items()} == {
        name: f"kap-{name}" for name in ("network", "clinic", "service", "spine", "safety")
    }


@every_dashboard
def test_a_dashboard_is_of_the_schema_and_its_panels_do_not_cover_each_other(name: str) -> None:
    dashboard = dashboards()[name]
    places = [each["gridPos"] for each in dashboard["panels"]]
    numbers = [each["id"] for each in dashboard["panels"]]

    assert dashboard["schemaVersion"] == SCHEMA
    assert {each["type"] for each in dashboard["panels"]} <= KINDS
    assert len(set(numbers)) == len(numbers)
    assert all(each["x"] >= 0 and each["x"] + each["w"] <= WIDTH for each in places)
    assert not [pair for pair in combinations(places, 2) if _overlap(*pair)]


@every_dashboard
def test_a_dashboard_asks_for_the_variables_that_its_queries_use(name: str) -> None:
    dashboard = dashboards()[name]
    queries = [target["expr"] for each in panels(dashboard) for target in each["targets"]]
    used = {word for query in queries for word in re.findall(r"\$(\w+)", query)}

    assert used - {"__rate_interval"} == {each["name"] for each in dashboard["templating"]["list"]}


@every_panel
def test_a_panel_says_what_it_means_in_a_unit_and_asks_the_data_source(panel: Any) -> None:
    defaults = panel["fieldConfig"]["defaults"]

    assert panel["description"].endswith(".")
    assert defaults["unit"] in UNITS
    assert defaults["thresholds"]["steps"][0] == {"color": "green", "value": None}
    assert panel["targets"]
    assert {each["datasource"]["uid"] for each in [panel, *panel["targets"]]} == {"prometheus"}
    assert len({each["refId"] for each in panel["targets"]}) == len(panel["targets"])


@every_panel
def test_a_panel_leads_to_the_console_and_to_pages_that_are_there(panel: Any) -> None:
    urls = [link["url"] for link in panel["links"]]
    pages = [url.removeprefix(f"{RUNBOOKS}/") for url in urls if url.startswith(RUNBOOKS)]

    assert any("8206" in url for url in urls)
    assert all((DEPLOY / "runbooks" / page).is_file() for page in pages)


@every_panel
def test_a_panel_reads_what_the_catalogue_names_and_no_patient(panel: Any) -> None:
    for target in panel["targets"]:
        assert files.metrics_of(target["expr"]) <= known() | {"ALERTS"}
        assert files.types_of(target["expr"]) <= TYPES
        assert files.labels_of(target["expr"]) <= LABELS | {"alertstate"}


def test_each_alert_is_led_to_by_some_panel() -> None:
    links = [link["url"] for each in _each_panel() for link in each.values[0]["links"]]
    pages = {url.rsplit("/", 1)[1] for url in links if url.startswith(RUNBOOKS)}

    assert pages == {f"{each['alert']}.md" for each in alerts()}


def test_the_data_source_and_the_folder_are_provisioned() -> None:
    [source] = yaml.safe_load((PROVISIONED / "datasources" / "prometheus.yml").read_text())[
        "datasources"
    ]
    [provider] = yaml.safe_load((PROVISIONED / "dashboards" / "kap.yml").read_text())["providers"]

    assert (source["uid"], source["type"]) == ("prometheus", "prometheus")
    assert provider["options"]["path"] == "/opt/kap/dashboards"


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )
