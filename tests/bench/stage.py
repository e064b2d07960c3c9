"""The network under measurement: who runs during which variant, who posts, who writes raw.

The load client and the raw writer are processes of their own, as our services are.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import psutil
from pymongo import MongoClient
from pymongo.database import Database

from shared.client.calls import Calls
from shared.client.connection import credentials
from shared.client.tokens import TokenSource
from shared.local.engines.process import recorded_process
from shared.local.services import ANALYTICS, KINDS, with_database
from shared.processes.service import Service
from shared.storage.mongo import MongoStore
from tests.bench.measures import SITES, Measurements
from tests.contract.catalogue import service_named
from tests.kit.network import RunningNetwork

T = TypeVar("T")
UNLIMITED = {"QUOTA_EVENTS_S": "1000000", "QUOTA_BURST": "1000000"}
"""What is measured is what the door can take, not what one clinic may send."""


@dataclass
class Stage:
    network: RunningNetwork
    found: Measurements
    worker: ProcessPoolExecutor

    def apart(self, work: Callable[..., T], *arguments: Any) -> T:
        """Runs in the worker process, which has nothing else to do meanwhile."""
        return self.worker.submit(work, *arguments).result()

    def only(self, *names: str) -> None:
        """Stops every service process but these, and starts those of these that do not run."""
        running = {name for name, child in self.network.processes.items() if child.is_running}
        leaving = [self.network.processes[name] for name in running - set(names)]
        for child in leaving:
            child.ask_to_stop()
        for child in leaving:
            child.stop()
        self.start(*(name for name in names if name not in running))

    def start(self, *names: str) -> None:
        for name in names:
            self.network.start(name, **UNLIMITED)
        for name in names:
            self.network.wait_ready(name)

    def database(self, service: str) -> Database[dict[str, Any]]:
        uri = self.network.addresses["mongodb"][service]["uri"]
        client: MongoClient[dict[str, Any]] = MongoClient(uri, tz_aware=True)
        return client.get_default_database()

    def raw_uri(self, service: Service) -> str:
        """A database that nobody has used, with the collections and indexes of the service."""
        uri = with_database(self.network.engines.mongodb_uri, f"raw{uuid4().hex[:8]}")
        store = MongoStore(uri)
        store.prepare(service.collections)
        store.close()
        return uri

    def flush(self) -> None:
        """To disk with what was written so far, or the next variant pays for it."""
        self.database("intake").client.admin.command("fsync")

    def url(self, service: str) -> str:
        return str(self.network.addresses["services"][service]["url"])

    def source(self, site: str) -> str:
        client = credentials(self.network.addresses, site)
        return f"/clinics/{client['clinic']}/sites/{client['site']}"

    def token(self, site: str) -> str:
        client = credentials(self.network.addresses, site)
        pair = (client["client_id"], client["client_secret"])
        return TokenSource(self.network.addresses["token_endpoint"], pair, Calls()).token()

    def cpu_s(self, name: str) -> float:
        """Seconds of CPU that a process and its children have used so far."""
        return sum(sum(each.cpu_times()[:2]) for each in self._tree(name))

    def weigh(self) -> None:
        """The memory of every running process of ours: the largest is what counts."""
        for name, child in self.network.processes.items():
            if child.is_running:
                for process in self._tree(name):
                    megabytes = process.memory_info().rss / 1e6
                    self.found.values[f"rss {_kind(name)}"].append(megabytes)

    def idle_share(self, seconds: float) -> None:
        """What the whole network uses of one core when nothing happens."""
        before = sum(self.cpu_s(name) for name in self.network.processes)
        time.sleep(seconds)
        used = sum(self.cpu_s(name) for name in self.network.processes) - before
        self.found.values["idle share"].append(used / seconds)

    def _tree(self, name: str) -> list[psutil.Process]:
        process = recorded_process(self.network.settings.home / "pids" / name)
        return [process, *process.children(recursive=True)] if process else []


@contextmanager
def staged(network: RunningNetwork, found: Measurements) -> Iterator[Stage]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as worker:
        yield Stage(network, found, worker)


def service(name: str) -> Service:
    return service_named(name)


def site_of(client: int) -> str:
    return SITES[client % len(SITES)]


def until(look: Callable[[], bool], within_s: float, every_s: float = 0.02) -> float:
    """Seconds until `look` was true, or `within_s` if it never was."""
    began_s = time.monotonic()
    while not look() and time.monotonic() - began_s < within_s:
        time.sleep(every_s)
    return time.monotonic() - began_s


def _kind(name: str) -> str:
    return next(kind for kind in (*KINDS, ANALYTICS) if f"-{kind}-" in name)
