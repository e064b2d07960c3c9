"""docker-compose.yml gives no container more than it needs, and every process all it must know."""

import re
from dataclasses import MISSING, fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its types are a package of their own, for this file

from shared.contracts.topics import SERVICES
from shared.local.compose.network import ISSUER, ISSUER_PORT, described
from shared.local.compose.secrets import write_once
from shared.local.services import CONSOLE, PACKAGES, Backends, describe
from shared.local.settings import Settings

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
ANALYTICS = "outcomes-analytics"
PROCESSES = {
    *(f"{service}-{kind}" for service in SERVICES for kind in ("api", "consumer", "relay")),
    ANALYTICS,
}
LONG_LIVED = {name for name, each in CONTAINERS.items() if each["restart"] != "no"}
PUBLISHED = {
    *("kafka", "dev-issuer", "prometheus", ANALYTICS, CONSOLE),
    *(f"{service}-api" for service in SERVICES),
}
OWN_VOLUMES = {
    **{f"{service}-relay": ["anchors:/var/lib/anchors"] for service in SERVICES},
    ANALYTICS: ["analytics:/var/lib/analytics", "outcome-releases:/var/lib/analytics/releases"],
}
SETTINGS = {
    service: import_module(f"services.{package}.settings").Settings
    for service, package in PACKAGES.items()
}

every_container = pytest.mark.parametrize("name", sorted(CONTAINERS))
every_process = pytest.mark.parametrize("name", sorted(PROCESSES))


def test_all_thirteen_processes_and_the_console_are_there() -> None:
    assert {*PROCESSES, CONSOLE} <= LONG_LIVED


@every_container
def test_a_container_is_confined(name: str) -> None:
    container = CONTAINERS[name]

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", container["user"]), "a number, and not root's"
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["mem_limit"]
    assert container["pids_limit"]
    assert not {"privileged", "cap_add", "devices", "pid", "ipc"} & container.keys()


@every_container
def test_a_container_sees_nothing_of_the_host_but_our_own_files(name: str) -> None:
    folders = [each for each in CONTAINERS[name].get("volumes", ()) if each.startswith((".", "/"))]

    assert all(re.fullmatch(r"\./deploy/\w+:[^:]+:ro", folder) for folder in folders)


@pytest.mark.parametrize("name", sorted(LONG_LIVED))
def test_what_runs_for_long_is_watched_and_may_drain(name: str) -> None:
    container = CONTAINERS[name]

    assert container["restart"] == "unless-stopped"
    assert container["healthcheck"]["test"][0] == "CMD"
    assert container["stop_grace_period"] == "40s"


def test_ports_are_published_on_this_host_alone_and_mongodb_not_at_all() -> None:
    ports = {name: each["ports"] for name, each in CONTAINERS.items() if "ports" in each}

    assert set(ports) == PUBLISHED
    assert all(port.startswith("127.0.0.1:") for each in ports.values() for port in each)


def test_the_stores_are_on_a_network_without_a_way_out() -> None:
    assert COMPOSE["networks"]["data"] == {"internal": True}
    assert CONTAINERS["mongodb"]["networks"] == ["data"]


@every_process
def test_a_process_is_told_all_that_it_must_know_and_nothing_else(name: str) -> None:
    settings = fields(SETTINGS[name.rpartition("-")[0]])
    variables, known = CONTAINERS[name]["environment"], {each.name.upper() for each in settings}
    told = {each if each in known else each.removesuffix("_FILE") for each in variables}

    assert {each.name.upper() for each in settings if each.default is MISSING} <= told
    assert told <= known


@every_process
def test_a_process_runs_its_own_service_and_sees_its_own_secret_alone(name: str) -> None:
    service, _, kind = name.rpartition("-")

    assert CONTAINERS[name]["command"] == [f"services.{PACKAGES[service]}", kind]
    assert CONTAINERS[name]["volumes"] == [
        f"secrets-{service}:/run/secrets:ro",
        *OWN_VOLUMES.get(name, ()),
    ]


@every_process
def test_a_process_starts_after_the_users_and_the_topics_are_made(name: str) -> None:
    made = {"condition": "service_completed_successfully"}

    assert CONTAINERS[name]["depends_on"] == {"mongodb-users": made, "topics": made}


def test_the_console_is_told_all_that_it_must_know_and_nothing_else() -> None:
    settings = fields(import_module("services.console.settings").Settings)
    variables, known = CONTAINERS[CONSOLE]["environment"], {each.name.upper() for each in settings}
    told = {each if each in known else each.removesuffix("_FILE") for each in variables}

    assert {each.name.upper() for each in settings if each.default is MISSING} <= told <= known


def test_the_console_reaches_no_store_and_sees_its_own_key_alone() -> None:
    console = CONTAINERS[CONSOLE]

    assert console["command"] == ["services.console", "web"]
    assert console["networks"] == ["edge"]
    assert console["volumes"] == ["secrets-console:/run/secrets:ro"]


def test_the_console_reads_every_service_and_the_analytics() -> None:
    names = dict(
        pair.split("=") for pair in CONTAINERS[CONSOLE]["environment"]["SERVICES"].split(",")
    )

    assert names.keys() == {*SERVICES, "analytics"}
    assert {url.removeprefix("http://").split(":")[0] for url in names.values()} <= PROCESSES


@every_container
def test_no_variable_holds_a_secret(name: str) -> None:
    variables = CONTAINERS[name].get("environment", {})

    assert not [each for each in variables if re.search("PASS|SECRET|TOKEN$|KEY$|URI$", each)]


def test_the_file_holds_no_password() -> None:
    text = FILE.read_text()

    assert not re.search(r"://[^/\s]+:[^/\s]+@", text)
    assert not re.search(r"(?i)(password|secret)\s*[=:]\s*[\"']?\w{6,}", text)


def test_prometheus_scrapes_every_process_by_name() -> None:
    config = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    names = {n for job in config["scrape_configs"] for n in job["dns_sd_configs"][0]["names"]}

    assert names == {*PROCESSES, CONSOLE}


def test_the_network_file_has_the_keys_of_the_embedded_network() -> None:
    apis = {(name, 8080): "127.0.0.1:1" for name in PUBLISHED}
    addresses = {**apis, (ISSUER, ISSUER_PORT): "127.0.0.1:2", ("kafka", 29192): "127.0.0.1:3"}

    embedded = describe(Settings(), Backends("127.0.0.1:3", "mongodb://127.0.0.1:4"), {})

    assert described(addresses, []).keys() == embedded.keys()
    assert described(addresses, [])["services"].keys() == embedded["services"].keys()


def test_a_secret_is_drawn_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "mongodb_uri"

    write_once(file, "first")
    write_once(file, "second")

    assert file.read_text() == "first"
    assert file.stat().st_mode & 0o777 == 0o400
