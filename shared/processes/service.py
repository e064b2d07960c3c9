"""What a service is, to the processes that run it: its name, routes, collections and reads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.contracts.topics import POSTED
from shared.kernel.policy import Policy
from shared.messaging.clock import Alarms
from shared.runtime import clock
from shared.runtime.logs import logger
from shared.runtime.metrics import Reading
from shared.runtime.policy_file import load
from shared.runtime.settings import ServiceSettings
from shared.storage.documents import Collection
from shared.storage.runner import Runner
from shared.storage.steps import Routes, Step
from shared.storage.store import Session, Store

Reader = Callable[[Store, Policy], Any]
"""Makes a service's read blueprint."""

Gauges = Callable[[Session, Policy, datetime], Iterable[Reading]]
"""Reads a service's clinical numbers, every few seconds, in the process that leads."""


Invariant = Callable[[Store], tuple[int, Sequence[str]]]
"""How many were looked at, and a sentence for each that is not as it must be."""


@dataclass(frozen=True)
class Service:
    """`name` is the service's name on the wire. `alarms`: what it does when the clock strikes for
    an aggregate of a collection that wakes. `gauges`: its clinics' numbers, by bounded reads.
    `invariants`: what `verify` looks at beyond what holds of every service, by its words."""

    name: str
    routes: Callable[[Policy], Routes]
    collections: Sequence[Collection[Any]]
    reads: Reader
    alarms: Callable[[Policy], Alarms] = lambda _policy: {}
    gauges: Gauges = lambda _session, _policy, _now: ()
    invariants: Mapping[str, Invariant] = field(default_factory=dict)

    @property
    def posted(self) -> frozenset[str]:
        return frozenset(contract.type for contract in POSTED[self.name])

    def policy(self, settings: ServiceSettings) -> Policy:
        return load(settings.policy_file)

    def runner(self, store: Store) -> Runner:
        return Runner(self.name, store, clock.utc_now, clock.random_token, clock.backoff, _bug)


def _bug(step: Step, error: Exception) -> str:
    """Logs a bug that a step ran into, under an id that its sender may quote."""
    error_id = clock.random_token()
    kind = step.envelope.type if step.envelope else ""
    logger().error("bug in a step", error_id=error_id, type=kind, exc_info=error)
    return error_id
