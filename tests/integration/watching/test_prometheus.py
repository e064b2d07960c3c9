"""A real Prometheus on a running network: every panel of every dashboard has something to show."""

import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shared.local.services import service_processes
from tests.e2e.site_day import SiteDay
from tests.kit.eventually import eventually
from tests.kit.network import RunningNetwork, running_network
from tests.kit.watching.day import CLINIC, a_day, a_minute
from tests.kit.watching.files import dashboards, panels
from tests.kit.watching.prometheus import Prometheus, program, targets_of, watching

MINUTES = 4
SHOWN_WITHIN_S = 40.0
FILLED = {"$clinic": CLINIC, "$service": "session-record", "$__rate_interval": "1h"}
"""An hour: the day's events stay within it, however long the panels before one took."""
HAPPENED = [
    'events_told_total{type="session-record.encounter.dose-administered.v1"}',
    'adverse_events{grade="3"}',
    "holds_active",
    "dosing_sessions_open",
    "vitals_overdue",
    "site_missing_sequences",
    "site_sequence_gaps_total",
    'event_verdicts_total{service="session-record", verdict="rejected"}',
    "columns_rows",
]
PANELS = [
    pytest.param(panel, id=f"{name}: {panel['title']}")
    for name, dashboard in dashboards().items()
    for panel in panels(dashboard)
]


@pytest.fixture(scope="module")
def network() -> Iterator[RunningNetwork]:
    program("prometheus")  # where there is none nothing needs to be started
    with running_network() as running:
        yield running


@pytest.fixture(scope="module")
def prometheus(
    network: RunningNetwork, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    home: Path = tmp_path_factory.mktemp("prometheus")
    with watching(targets_of(network), home) as watcher:
        day = a_day(network.addresses)
        for _ in range(MINUTES):
            _seen_by(watcher, day)
        yield watcher


def test_every_process_is_scraped(network: RunningNetwork, prometheus: Prometheus) -> None:
    def up() -> set[tuple[str, str]]:
        healthy = (each for each in prometheus.targets() if each["health"] == "up")
        return {(each["labels"]["service"], each["labels"]["process"]) for each in healthy}

    expected = {(each.service, each.kind) for each in service_processes(network.settings)}

    # A scrape may be late on a busy machine: the next one is not.
    assert eventually(lambda: up() == expected, SHOWN_WITHIN_S), expected - up()


@pytest.mark.parametrize("series", HAPPENED)
def test_what_went_well_and_wrong_that_day_is_measured(prometheus: Prometheus, series: str) -> None:
    assert eventually(lambda: prometheus.query(f"{series} > 0"), SHOWN_WITHIN_S)


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_shows_something(prometheus: Prometheus, panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        expression = target["expr"]
        for word, value in FILLED.items():
            expression = expression.replace(word, value)

        assert eventually(partial(_numbers, prometheus, expression), SHOWN_WITHIN_S)


def test_every_rule_is_evaluated(prometheus: Prometheus) -> None:
    def unwell() -> list[tuple[str, str, str]]:
        rules = prometheus.rules()
        return [(r["name"], r["health"], r["lastError"]) for r in rules if r["health"] != "ok"]

    assert eventually(lambda: not unwell()), unwell()


def test_a_patient_in_the_chair_of_whom_nothing_is_heard_is_on_the_way_to_an_alarm(
    prometheus: Prometheus,
) -> None:
    alarm = f'ALERTS{{alertname="VitalsOverdue", clinic="{CLINIC}"}}'

    assert eventually(lambda: prometheus.query(alarm), SHOWN_WITHIN_S)


def _seen_by(prometheus: Prometheus, day: SiteDay) -> None:
    before = _sent(prometheus)
    a_minute(day)
    eventually(lambda: _sent(prometheus) > before)


def _sent(prometheus: Prometheus) -> float:
    """How many posted events Prometheus has seen arrive: rates need a before and an after."""
    return sum(_numbers(prometheus, "event_end_to_end_seconds_count"))


def _numbers(prometheus: Prometheus, expression: str) -> list[float]:
    found = (float(each["value"][1]) for each in prometheus.query(expression))
    return [each for each in found if not math.isnan(each)]
