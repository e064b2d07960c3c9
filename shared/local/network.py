"""The whole system on this machine: started in order, watched, and stopped in reverse order."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event
from time import monotonic
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import Progress

from shared.local import preflight, report, status, tour
from shared.local.engines.embedded import start_together, stop_together
from shared.local.engines.engine import Engine
from shared.local.engines.kafka import Kafka
from shared.local.engines.mongod import Mongod
from shared.local.engines.process import ChildProcess, record_process
from shared.local.issuer.clients import load_clients, write_private
from shared.local.services import (
    Backends,
    answering,
    child_process,
    describe,
    service_processes,
)
from shared.local.settings import Settings

READY_WITHIN_S = 90
LOOK_EVERY_S = 0.5
REVIVALS_MAX = 5
DRAIN_S = 30


def run(settings: Settings, console: Console) -> None:
    """Returns after Ctrl-C or SIGTERM; raises Problem when the start fails."""
    preflight.check(settings)
    network = Network(settings, console)
    pid_file = settings.home / "network.pid"
    record_process(pid_file, os.getpid())
    _on_endings(signal.default_int_handler)
    try:
        network.start()
        network.watch()
    except KeyboardInterrupt:
        console.print()
    finally:
        # A second Ctrl-C would leave half of it running.
        _on_endings(signal.SIG_IGN)
        network.stop()
        pid_file.unlink(missing_ok=True)


class Network:
    def __init__(self, settings: Settings, console: Console) -> None:
        self._settings = settings
        self._console = console
        self._engines = _embedded(settings)
        self._issuer = ChildProcess("issuer", issuer_command(settings), settings.home)
        self._services: list[ChildProcess] = []
        self._revivals: dict[str, int] = {}

    def start(self) -> None:
        began = monotonic()
        backends = self._start_engines()
        with self._step("Topics"):
            _create_topics(backends.bootstrap_servers)
        self._start_services(backends)
        clients = load_clients(self._settings.home / "issuer")
        network = describe(self._settings, backends, clients)
        write_private(self._settings.home / "network.json", json.dumps(network, indent=2))
        self._seed(network)
        report.print_outcomes(network, self._console)
        tour.show(network, self._settings.home, self._console)
        status.print_banner(network, self._console, monotonic() - began)
        report.print_next_steps(self._console)
        report.print_code(network, self._console)

    def watch(self) -> None:
        """Until interrupted: a process that ends is reported and, a few times, revived."""
        pause = Event()
        while not pause.wait(LOOK_EVERY_S):
            for child in self._children():
                if not child.is_running and self._revivals.get(child.name, 0) <= REVIVALS_MAX:
                    self._revive(child)

    def stop(self) -> None:
        began = monotonic()
        for child in self._services:
            child.ask_to_stop()
        for child in self._services:
            child.stop(DRAIN_S)
        self._issuer.stop()
        stop_together(self._engines)
        self._console.print(
            f"Stopped in {monotonic() - began:.1f} s. The data and logs are kept in "
            f"{_shown(self._settings)}: `make run` goes on with them, `make clean` removes them."
        )

    def _start_engines(self) -> Backends:
        with self._step("Kafka, MongoDB and the token issuer"):
            self._issuer.start()
            start_together(list(self._engines))
            issuer_answers = partial(status.answers, self._settings.port, "/health/live")
            self._issuer.wait_until(issuer_answers, READY_WITHIN_S)
        kafka, mongodb = self._settings.existing_kafka, self._settings.existing_mongodb
        for engine in self._engines:
            if isinstance(engine, Kafka):
                kafka = engine.bootstrap_servers
            elif isinstance(engine, Mongod):
                mongodb = engine.uri
        return Backends(str(kafka), str(mongodb))

    def _start_services(self, backends: Backends) -> None:
        processes = service_processes(self._settings)
        self._services = [child_process(p, self._settings, backends) for p in processes]
        with self._step(f"{len(processes)} service processes"):
            for child in self._services:
                child.start()
            for child, process in zip(self._services, processes, strict=True):
                is_ready = partial(status.answers, process.port, "/health/ready")
                child.wait_until(is_ready, READY_WITHIN_S)

    def _seed(self, network: dict[str, Any]) -> None:
        seeded = self._settings.home / "seeded"
        if seeded.exists():
            return
        # Here, because a network that is already seeded need not load what seeds it.
        from shared.local import demo

        with Progress(console=self._console, transient=True) as bar:
            task = bar.add_task("Feeding the demo network", total=None)
            fed = demo.feed(
                network, lambda done, total: bar.update(task, completed=done, total=total)
            )
        report.print_fed(fed, self._console)
        seeded.touch()

    def _revive(self, child: ChildProcess) -> None:
        self._revivals[child.name] = self._revivals.get(child.name, 0) + 1
        is_last = self._revivals[child.name] > REVIVALS_MAX
        self._console.print(
            f"[red]{child.name} ended (exit code {child.exit_code})[/]; "
            f"{'it ends again and again and stays down' if is_last else 'started again'}. "
            f"Its log: tail -n 50 {os.path.relpath(child.log)}"
        )
        if not is_last:
            child.start()

    def _children(self) -> list[ChildProcess]:
        return [*(engine.process for engine in self._engines), self._issuer, *self._services]

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        began = monotonic()
        with self._console.status(f"{what} ..."):
            yield
        self._console.print(f"[green]ready[/] {what} [dim]({monotonic() - began:.1f} s)[/]")


def _on_endings(handler: Callable[[int, FrameType | None], Any] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # What is ignored already stays so: `nohup`, and a job in the background.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _embedded(settings: Settings) -> list[Engine]:
    engines: list[Engine] = []
    home = settings.home
    if not settings.existing_mongodb:
        engines.append(Mongod(home, settings.engine_ports.mongod))
    if not settings.existing_kafka:
        engines.append(Kafka(home, settings.engine_ports))
    return engines


def issuer_command(settings: Settings) -> list[str]:
    home = settings.home / "issuer"
    options = ["--port", str(settings.port), "--home", str(home)]
    options += ["--services", ",".join(f"{name}={url}" for name, url in answering(settings))]
    options += ["--console", settings.console_url]
    return [sys.executable, "-m", "shared.local.issuer", *options]


def _create_topics(bootstrap_servers: str) -> None:
    # Here, because the status and the clean-up of a network need no Kafka client.
    from shared.messaging.kafka_topics import create_topics

    create_topics(bootstrap_servers)


def _shown(settings: Settings) -> str:
    return f"{os.path.relpath(settings.home)}/"
