"""One service in the simulation: its store, its door, two relays and two consumers.

Put together as shared.processes does it, on the simulated store and broker. A second relay and a
second consumer are what is left running after a takeover: they must do no harm.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from services.intake import main as intake
from services.outcomes import main as outcomes
from services.scheduling.main import SERVICE as SCHEDULING
from services.session_record.main import SERVICE as SESSION_RECORD
from shared.codec.cloudevents import KafkaRecord
from shared.contracts.topics import heard_by
from shared.kernel.policy import CourseTemplate, Policy
from shared.messaging.clock import AlarmClock, alarm_routes
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letter import DeadLetters
from shared.messaging.deferrals import Deferrals
from shared.messaging.memory import MemoryBroker
from shared.messaging.relay import Relay
from shared.processes.service import Service
from shared.storage.journal import JOURNAL, records_of, unpacked
from shared.storage.lanes import LETTERS
from shared.storage.runner import Runner
from shared.storage.steps import Routes, Step, journal_id
from shared.storage.store import Document
from shared.storage.time.freshness import heard_until
from shared.web.ingest import Ingest
from tests.kit.clinical.said import POLICY as NETWORK_POLICY
from tests.kit.outcomes import KEYS
from tests.kit.people import VAULT
from tests.simulation.engines import SimulatedPublisher, SimulatedStore, SimulatedSubscription
from tests.simulation.faults import Faults, WorldClock

SERVICES: tuple[Service, ...] = (
    *(intake.service(VAULT), SCHEDULING, SESSION_RECORD),
    outcomes.service(KEYS),
)
SHORT = CourseTemplate("iv-2", "1", "iv", 2, 2, 72, 60, 150, 60)
POLICY: Policy = replace(NETWORK_POLICY, protocols={SHORT.code: SHORT})
"""The network's policy with one short protocol, so that a world sees whole courses."""
REPLICAS = ("1", "2")


@dataclass(frozen=True)
class Plan:
    """What a network is made of. A planted bug is a plan with one wrong part."""

    relay: type[Relay] = Relay
    consumer: type[Consumer] = Consumer
    deferrals: type[Deferrals] = Deferrals
    lanes: type[DeadLetters] = DeadLetters
    store: type[SimulatedStore] = SimulatedStore
    runner: type[Runner] = Runner
    routes: Callable[[str, Routes], Routes] = lambda _service, routes: routes


@dataclass(frozen=True)
class Surroundings:
    """What all services of a world share. `bugs`: every exception that nobody meant to raise."""

    dice: Random
    faults: Faults
    clock: WorldClock
    broker: MemoryBroker
    plan: Plan
    bugs: list[str]

    def token(self) -> str:
        return f"{self.dice.getrandbits(128):032x}"


class Node:
    """A service's processes by name: `api`, `relay-1`, `consumer-2`. Restarting makes them anew."""

    def __init__(self, service: Service, world: Surroundings) -> None:
        self.service, self.name = service, service.name
        self._world = world
        self.clock = world.clock.of(self.name)
        self.store = world.plan.store(world.faults)
        self.store.clock = lambda: None if world.clock.behind.get(self.name) else self.clock()
        self.routes = world.plan.routes(self.name, service.routes(POLICY))
        self.runner = world.plan.runner(
            self.name, self.store, self.clock, world.token, lambda _attempt: None, self._bug
        )
        self.ingest = Ingest(
            self.name, self.runner, self.routes, service.posted, POLICY, self.clock
        )
        self.lanes = world.plan.lanes(self.name, self.runner, self.routes)
        patience = POLICY.days("events.patience_d")
        alarms = service.alarms(POLICY)
        taken_up = self.routes | alarm_routes(self.name, alarms)
        self.deferrals = world.plan.deferrals(
            self.name, self.runner, taken_up, self.clock, patience
        )
        self.alarm_clock = AlarmClock(self.name, self.runner, alarms, self.clock)
        self.relays: dict[str, Relay] = {}
        self.consumers: dict[str, Consumer] = {}
        self.subscriptions: dict[str, SimulatedSubscription] = {}
        self.stopping: set[str] = set()
        self._founded: Counter[str] = Counter()
        for replica in REPLICAS:
            self.restart(f"relay-{replica}")
            self.restart(f"consumer-{replica}")

    @property
    def processes(self) -> list[str]:
        return ["api", *self.relays, *self.consumers]

    def restart(self, process: str) -> None:
        """What a process had in memory is gone; an api has nothing there."""
        if process.startswith("relay"):
            self.relays[process] = self._relay()
        elif process.startswith("consumer"):
            self.subscriptions[process] = self._subscription()
            self.consumers[process] = self._consumer(process)
        self.stopping.discard(process)

    def held(self, collection: str) -> list[Document]:
        """What is committed, read past every fault."""
        return list(self.store.collections.get(collection, {}).values())

    def states(self, collection: str, **equals: object) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [each["state"] for each in self.held(collection)]
        return [each for each in found if all(each[name] == v for name, v in equals.items())]

    def unfounded(self, producer: "Node") -> Iterator[str]:
        """What the producer had committed by the time that this service says it knows all of, and
        that it has neither in its journal nor in a lane."""
        until = self.heard_until(producer.name)
        for committed_at, document in producer.store.caused[self._founded[producer.name] :]:
            if until is None or committed_at >= until:
                return
            self._founded[producer.name] += 1
            missing = [each for each in records_of(document) if not self._has(each)]
            yield from (f"{self.name} {until}: {each.topic} {each.event_id}" for each in missing)

    def heard_until(self, producer: str) -> datetime | None:
        return heard_until(self.store.session(), self.name, producer)

    def _has(self, record: KafkaRecord) -> bool:
        if record.topic not in {topic.name for topic in heard_by(self.name)}:
            return True
        headers = dict(record.headers)
        key = journal_id(record.event_id, headers["ce_source"].decode(), self.name)
        return key in self.store.collections.get(JOURNAL, {}) or any(
            unpacked(each["headers"]) == record.headers for each in self.held(LETTERS)
        )

    def _relay(self) -> Relay:
        publisher = SimulatedPublisher(
            self._world.broker, self._world.faults, lambda: self.store.rival()
        )
        return self._world.plan.relay(
            self.name, self._world.token(), self.store, publisher, self.clock
        )

    def _subscription(self) -> SimulatedSubscription:
        topics = [topic.name for topic in heard_by(self.name)]
        return SimulatedSubscription(
            self._world.broker, self.name, topics, self._world.faults, lambda: self.store.rival()
        )

    def _consumer(self, process: str) -> Consumer:
        def keep_on() -> bool:
            if self._world.faults.bites("told to stop"):
                self.stopping.add(process)
            return process not in self.stopping

        return self._world.plan.consumer(
            self.name,
            self.subscriptions[process],
            self.runner,
            self.routes,
            keep_on,
            lambda _attempt: None,
        )

    def _bug(self, step: Step, error: Exception) -> str:
        kind = step.envelope.type if step.envelope else "unreadable"
        self._world.bugs.append(f"{self.name}: {kind}: {error!r}")
        return f"bug-{len(self._world.bugs)}"
