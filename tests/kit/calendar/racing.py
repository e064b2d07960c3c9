"""Clients that race for one calendar: processes of many threads, each through the real runner.

Every client sends its one event until it has a verdict, under the same id, as a site does.
"""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from threading import Barrier
from typing import Any, TypeVar

from services.scheduling.adapters.events import routes
from services.scheduling.application.documents import COLLECTIONS
from shared.kernel.errors import Conflict, Unavailable
from shared.kernel.policy import CourseTemplate
from shared.runtime import clock
from shared.storage.mongo import MongoSession, MongoStore
from shared.storage.runner import Runner
from shared.storage.steps import Step, Verdict
from tests.kit import scheduling as kit

T = TypeVar("T")
PROTOCOL = "iv-1"
"""One dose and its integration: who gets the dose's time has won."""
POLICY = replace(
    kit.POLICY,
    protocols=dict(kit.POLICY.protocols)
    | {PROTOCOL: CourseTemplate(PROTOCOL, "1", "iv", 0, 1, 72, 60, 150, 60)},
)
ROUTES = routes(POLICY)
TRIES = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """What one client says. `heard`: it comes from a neighbour over Kafka, not from a site."""

    clinic: str
    event_id: str
    patient_id: str
    data: Any
    heard: bool = False

    def step(self) -> Step:
        make = kit.heard if self.heard else kit.posted
        step = make(self.data, id=self.event_id, subject=self.patient_id, clinic=self.clinic)
        return replace(step, route=ROUTES[self.data.type])


@dataclass
class Outcome:
    """`conflicts`: how often a client lost to another writer and decided again; `sent_again`: how
    often it was told to come back later."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    conflicts: int = 0
    sent_again: int = 0

    def counted(self) -> Counter[str]:
        return Counter(each.code or each.verdict for each in self.verdicts.values())

    def accepted(self) -> list[str]:
        return [name for name, each in self.verdicts.items() if each.verdict == "accepted"]


class _Watched(MongoStore):
    """Counts the transactions that another writer won."""

    conflicts = 0

    def transact(self, work: Callable[[MongoSession], T]) -> T:
        try:
            return super().transact(work)
        except Conflict:
            self.conflicts += 1
            raise


class Field:
    """The processes that race over one database, started before the race begins."""

    def __init__(self, uri: str, workers: Sequence[ProcessPoolExecutor]) -> None:
        self._uri, self._workers = uri, workers

    def race(self, *shares: Sequence[Entry]) -> Outcome:
        """Each share is raced by one process, a thread for each of its entries."""
        running = [
            worker.submit(_race, self._uri, tuple(share))
            for worker, share in zip(self._workers, shares, strict=True)
        ]
        whole = Outcome()
        for each in running:
            done = each.result()
            whole.verdicts |= done.verdicts
            whole.conflicts += done.conflicts
            whole.sent_again += done.sent_again
        return whole


@contextmanager
def field_of(uri: str, processes: int) -> Iterator[Field]:
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        workers = [
            stack.enter_context(ProcessPoolExecutor(1, mp_context=context))
            for _ in range(processes)
        ]
        for ready in [each.submit(_warm_up, uri) for each in workers]:
            ready.result()
        yield Field(uri, workers)


def dealt(entries: Sequence[Entry], processes: int) -> list[list[Entry]]:
    return [list(entries[number::processes]) for number in range(processes)]


def run_all(store: MongoStore, entries: Sequence[Entry]) -> list[Verdict]:
    """In this process, in order: what must be so before a race."""
    return _runner(store).run([each.step() for each in entries])


def _runner(store: MongoStore) -> Runner:
    return Runner("scheduling", store, clock.utc_now, clock.random_token, clock.backoff, _bug)


def _bug(_step: Step, bug: Exception) -> str:
    raise AssertionError("a bug of ours") from bug


def _warm_up(uri: str) -> None:
    store = MongoStore(uri)
    store.prepare(COLLECTIONS)
    store.close()


def _race(uri: str, entries: Sequence[Entry]) -> Outcome:
    store, outcome, barrier = _Watched(uri), Outcome(), Barrier(len(entries))
    runner = _runner(store)

    def run(entry: Entry) -> None:
        step = entry.step()
        barrier.wait()
        outcome.verdicts[entry.event_id] = _until_decided(runner, step, outcome)

    with ThreadPoolExecutor(len(entries)) as pool:
        for each in [pool.submit(run, entry) for entry in entries]:
            each.result()
    store.close()
    outcome.conflicts = store.conflicts
    return outcome


def _until_decided(runner: Runner, step: Step, outcome: Outcome) -> Verdict:
    for attempt in range(TRIES):
        try:
            return runner.run([step])[0]
        except Unavailable:
            outcome.sent_again += 1
            clock.backoff(attempt, longest_s=0.5)
    raise AssertionError(f"no verdict after {TRIES} tries")
