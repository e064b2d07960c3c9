"""The whole network as real processes, for e2e and chaos: own engines, own ports, nothing seeded.

`KAP_NETWORK` names the network.json of a network that runs already (Compose); then that is used.
"""

import json
import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from shared.local import status
from shared.local.engines import Engines
from shared.local.engines.ports import is_free
from shared.local.engines.process import ChildProcess
from shared.local.issuer.clients import load_clients
from shared.local.network import issuer_command
from shared.local.services import Backends, child_process, describe, service_processes
from shared.local.settings import Settings
from shared.messaging.kafka_topics import create_topics
from tests.kit.engines import temporary_home

READY_WITHIN_S = 60
SPAN = 20


@dataclass
class RunningNetwork:
    """`addresses` is what network.json holds. `processes` by name, e.g. `intake-api-1`."""

    addresses: dict[str, Any]
    engines: Engines
    settings: Settings
    backends: Backends
    processes: dict[str, ChildProcess] = field(default_factory=dict)

    def start(self, name: str, **environment: str) -> None:
        """Starts one service process (again), with more or other environment if wanted."""
        process = next(p for p in service_processes(self.settings) if p.name == name)
        settings = replace(self.settings, environment=os.environ)
        self.processes[name] = child_process(process, settings, self.backends, **environment)
        self.processes[name].start()

    def wait_ready(self, name: str) -> None:
        process = next(p for p in service_processes(self.settings) if p.name == name)
        answers = partial(status.answers, process.port, "/health/ready")
        self.processes[name].wait_until(answers, READY_WITHIN_S)


@contextmanager
def running_network(
    only: Mapping[str, Mapping[str, str]] | None = None,
) -> Iterator[RunningNetwork]:
    """`only`: the service processes to start, each with environment of its own; else all."""
    with temporary_home() as home, Engines(home=home) as engines:
        create_topics(engines.bootstrap_servers)
        settings = Settings(port=_base_port(), home=home)
        issuer = _issuer(settings)
        backends = Backends(engines.bootstrap_servers, engines.mongodb_uri)
        addresses = describe(settings, backends, load_clients(home / "issuer"))
        network = RunningNetwork(addresses, engines, settings, backends)
        try:
            issuer.start()
            for name in only or [process.name for process in service_processes(settings)]:
                network.start(name, **(only or {}).get(name, {}))
            for name in network.processes:
                network.wait_ready(name)
            yield network
        finally:
            for child in network.processes.values():
                child.ask_to_stop()
            for child in [*network.processes.values(), issuer]:
                child.stop()


def existing_network() -> dict[str, Any] | None:
    file = os.environ.get("KAP_NETWORK")
    return json.loads(Path(file).read_text(encoding="utf-8")) if file else None


def _base_port() -> int:
    """A port with `SPAN` free ones from it on."""
    for base in random.sample(range(20_000, 32_000, SPAN), 100):
        if all(is_free(port) for port in range(base, base + SPAN)):
            return base
    raise RuntimeError("no free ports")


def _issuer(settings: Settings) -> ChildProcess:
    return ChildProcess("issuer", issuer_command(settings), settings.home)
