"""What watches the network is whole: each alert has its page and its fixture, and rules read what
the catalogue of metrics names."""

import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its types are a package of their own

from shared.contracts.topics import POSTED, TOPIC_OF
from tests.kit.watching import files
from tests.kit.watching.files import LABELS, PROMETHEUS, RUNBOOKS, alerts, cases, known, rules

NAMES = sorted({each["alert"] for each in alerts()})
TYPES = {*TOPIC_OF, *(each.type for types in POSTED.values() for each in types)}
SECTIONS = ["What it means.", "## Look at", "## Do", "## Escalate"]

every_alert = pytest.mark.parametrize("alert", alerts(), ids=lambda each: _id(each))
every_rule = pytest.mark.parametrize("rule", list(rules()), ids=lambda each: _id(each))
every_page = pytest.mark.parametrize("page", RUNBOOKS, ids=lambda file: file.stem)


def _id(rule: dict[str, Any]) -> str:
    window = rule.get("labels", {}).get("window", "")
    return f"{rule.get('alert') or rule['record']}{window}"


def test_each_alert_has_its_page_and_each_page_its_alert() -> None:
    assert [file.stem for file in RUNBOOKS] == NAMES


@every_page
def test_a_page_says_what_it_means_where_to_look_what_to_do_and_when_to_escalate(
    page: Any,
) -> None:
    text = page.read_text()
    places = [text.find(section) for section in SECTIONS]

    assert text.startswith(f"# {page.stem}: ")
    assert -1 not in places
    assert places == sorted(places)


@every_page
def test_a_page_speaks_of_series_that_exist(page: Any) -> None:
    quoted = [each for each in re.findall(r"`([^`]+)`", page.read_text()) if "_" in each]
    series = {each for each in quoted if re.fullmatch(r"[a-z_:0-9]+(\{.*\})?( == [01])?", each)}

    assert {re.split(r"[ {]", each)[0] for each in series} <= known()


@every_alert
def test_an_alert_says_how_urgent_it_is_and_where_its_page_is(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert alert["annotations"]["runbook"] == f"deploy/runbooks/{alert['alert']}.md"
    assert alert["annotations"]["summary"].endswith((".", "?"))


@every_alert
def test_a_fixture_shows_the_alert_firing_and_another_one_silent(alert: dict[str, Any]) -> None:
    static = alert["labels"].items()
    own = [case for _, case in cases() if case["alertname"] == alert["alert"]]
    fires = [any(static <= one["exp_labels"].items() for one in each["exp_alerts"]) for each in own]

    assert True in fires
    assert False in fires


@every_rule
def test_a_rule_reads_what_the_catalogue_names(rule: dict[str, Any]) -> None:
    assert files.metrics_of(rule["expr"])
    assert files.metrics_of(rule["expr"]) <= known()


@every_rule
def test_a_rule_asks_for_types_of_events_that_exist(rule: dict[str, Any]) -> None:
    assert files.types_of(rule["expr"]) <= TYPES


@every_rule
def test_no_rule_tells_anything_apart_by_patient(rule: dict[str, Any]) -> None:
    assert files.labels_of(rule["expr"]) <= LABELS


def test_the_configuration_reads_every_file_of_rules() -> None:
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())

    assert config["rule_files"] == ["rules/*.yml"]


def test_the_names_of_an_expression_are_read_without_its_labels_and_words() -> None:
    expression = 'sum by (clinic) (rate(a_total{type="b_c"}[5m])) / on (x) max(d:e:f offset 1h) > 1'

    assert files.metrics_of(expression) == {"a_total", "d:e:f"}
    assert files.labels_of(expression) == {"clinic", "type", "x"}
