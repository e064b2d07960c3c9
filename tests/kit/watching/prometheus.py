"""A real Prometheus: found on the PATH or unpacked from the system's package, and run for a test.

Where neither is to be had the test is skipped, and says so.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from shared.local.engines.ports import is_free
from shared.local.engines.process import ChildProcess
from shared.local.services import service_processes
from tests.kit.network import RunningNetwork
from tests.kit.watching.files import RULES

CACHE = Path(__file__).parents[3] / ".cache" / "prometheus"
UNPACKED = CACHE / "usr" / "bin"
EVERY = "1s"
READY_WITHIN_S = 20


@cache
def program(name: str) -> str:
    """The path of `prometheus` or `promtool`; skips the test if there is none."""
    found = shutil.which(name) or shutil.which(name, path=str(UNPACKED)) or _unpacked(name)
    if not found:
        pytest.skip(f"no {name}: install Prometheus, or let `apt-get download prometheus` work")
    return found


def _unpacked(name: str) -> str | None:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return None
    CACHE.mkdir(parents=True, exist_ok=True)
    _run("apt-get", "download", "prometheus")
    for package in CACHE.glob("*.deb"):
        _run("dpkg-deb", "-x", package.name, ".")
        package.unlink()
    return shutil.which(name, path=str(UNPACKED))


def _run(*command: str) -> None:
    subprocess.run(command, cwd=CACHE, check=False, capture_output=True, timeout=120)


def promtool(*arguments: str) -> str:
    """What it says; an AssertionError with that if it is not content."""
    done = subprocess.run(
        [program("promtool"), *arguments], check=False, capture_output=True, text=True
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


class Prometheus:
    """Its HTTP API."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def query(self, expression: str) -> list[Any]:
        """The samples at this moment: [{"metric": labels, "value": [time, text]}]."""
        return list(self._get("query", query=expression)["result"])

    def rules(self) -> list[dict[str, Any]]:
        return [each for group in self._get("rules")["groups"] for each in group["rules"]]

    def targets(self) -> list[dict[str, Any]]:
        return list(self._get("targets")["activeTargets"])

    def is_ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/-/ready", timeout=1) as answer:  # noqa: S310 - our own
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def _get(self, path: str, **asked: str) -> Any:
        address = f"{self.url}/api/v1/{path}?{urlencode(asked)}"
        with urlopen(address, timeout=10) as answer:  # noqa: S310 - our own
            return json.load(answer)["data"]


def targets_of(network: RunningNetwork) -> list[dict[str, Any]]:
    """Every process with the labels that deploy/prometheus/prometheus.yml makes of its name."""
    return [
        {
            "targets": [f"127.0.0.1:{each.port}"],
            "labels": {"service": each.service, "process": each.kind},
        }
        for each in service_processes(network.settings)
    ]


@contextmanager
def watching(targets: list[dict[str, Any]], home: Path) -> Iterator[Prometheus]:
    """A Prometheus with our rules on `targets`: [{"targets": [...], "labels": {...}}]."""
    home.mkdir(parents=True, exist_ok=True)
    file = home / "prometheus.yml"
    port = next(each for each in range(29_500, 29_600) if is_free(each))
    file.write_text(json.dumps(_configuration(targets)))  # JSON is YAML
    command = [
        program("prometheus"),
        f"--config.file={file}",
        f"--storage.tsdb.path={home / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    child, found = ChildProcess("prometheus", command, home), Prometheus(port)
    child.start()
    try:
        child.wait_until(found.is_ready, READY_WITHIN_S)
        yield found
    finally:
        child.stop()


def _configuration(targets: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": EVERY, "evaluation_interval": EVERY},
        "rule_files": [str(file) for file in RULES],
        "scrape_configs": [
            {"job_name": "services", "honor_labels": True, "static_configs": targets}
        ],
    }
