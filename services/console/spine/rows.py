"""One service in a row: its processes and stores, and what waits in its outbox, lag and lanes.

What is late is late here at the same figures as in deploy/prometheus/alerts.yml.
"""

from dataclasses import dataclass
from typing import Any

from services.console.reading import Answer

OUTBOX_LATE_S, LAG_LATE_S, KNOWLEDGE_LATE_S = 60, 60, 120
KINDS = ("api", "consumer", "relay")
_STATES = {"ok": "ok", "away": "bad"}


@dataclass(frozen=True, slots=True)
class Part:
    """A process or a store, and how it is: `ok`, `warn`, `bad` or `unknown`."""

    name: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """`fault` is empty where the service has answered; else nothing but it counts."""

    service: str
    fault: str = ""
    processes: tuple[Part, ...] = ()
    stores: tuple[Part, ...] = ()
    waiting: int = 0
    oldest_s: float = 0
    behind: int = 0
    behind_s: float = 0
    topics: tuple[dict[str, Any], ...] = ()
    parked: int = 0
    letters: int = 0
    parked_s: float = 0
    deferred: int = 0
    heard: tuple[dict[str, Any], ...] = ()

    @property
    def state(self) -> str:
        """The worst of all that it says."""
        if self.fault:
            return "bad"
        states = {each.state for each in (*self.processes, *self.stores)}
        states |= {self.outbox_state, self.lag_state, self.lanes_state, self.heard_state}
        return next((each for each in ("bad", "warn") if each in states), "ok")

    @property
    def outbox_state(self) -> str:
        return "warn" if self.oldest_s > OUTBOX_LATE_S else "ok"

    @property
    def lag_state(self) -> str:
        return "warn" if self.behind_s > LAG_LATE_S else "ok"

    @property
    def lanes_state(self) -> str:
        return "warn" if self.parked else "ok"

    @property
    def heard_state(self) -> str:
        return "warn" if self.old_knowledge else "ok"

    @property
    def old_knowledge(self) -> list[dict[str, Any]]:
        """Of which services it knows nothing new; None: it has never heard all of one."""
        return [
            each for each in self.heard if each["age_s"] is None or each["age_s"] > KNOWLEDGE_LATE_S
        ]


def row_of(answer: Answer) -> Row:
    said = answer.data
    if answer.fault:
        return Row(answer.service, answer.fault)
    lag = said["consumer"]
    return Row(
        answer.service,
        processes=tuple(_process(kind, said["processes"]) for kind in KINDS),
        stores=tuple(_store(name, state) for name, state in sorted(said["health"].items())),
        waiting=said["outbox"]["waiting"],
        oldest_s=said["outbox"]["oldest_s"] or 0,
        behind=sum(each["records"] for each in lag),
        behind_s=max((each["seconds"] or 0 for each in lag), default=0),
        topics=tuple(lag),
        parked=said["lanes"]["parked"],
        letters=said["lanes"]["letters"],
        parked_s=said["lanes"]["oldest_s"] or 0,
        deferred=said["deferred"],
        heard=tuple(said["knowledge"]),
    )


def _process(kind: str, alive: list[dict[str, Any]]) -> Part:
    count = sum(each["kind"] == kind for each in alive)
    if kind == "api" or count:  # the api has just answered
        return Part(kind, "ok", "up" if count < 2 else f"{count} up")
    return Part(kind, "bad", "silent")


def _store(name: str, state: str) -> Part:
    known = _STATES.get(state, "unknown")
    return Part({"mongodb": "MongoDB", "kafka": "Kafka"}.get(name, name), known, state)
