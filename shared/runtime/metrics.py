"""The catalogue of metrics: every name once, with its meaning. No label ever names a patient.

A clinic, a method or a type that somebody else chose is bounded before it becomes a label.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_END_TO_END = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60)

VERDICTS = Counter(
    "event_verdicts_total",
    "Events decided, by reader (site: posted; else the consumer group), type and verdict.",
    ["service", "reader", "type", "verdict"],
)
REQUESTS = Histogram(
    "http_request_seconds",
    "Time to answer an HTTP request, by route pattern.",
    ["service", "method", "route", "status"],
    buckets=_SECONDS,
)
GAPS = Counter(
    "site_sequence_gaps_total",
    "Jumps seen in the numbering of a site's events.",
    ["service", "clinic"],
)
BATCH = Histogram(
    "consumer_batch_seconds",
    "Time from a poll's records to their committed transaction.",
    ["service"],
    buckets=_SECONDS,
)
LAG = Gauge(
    "consumer_lag_records",
    "Records of a partition that the group has not yet applied.",
    ["service", "topic", "partition"],
)
RESTARTS = Counter(
    "consumer_restarts_total",
    "Times a consumer client was thrown away because it stood still or broke.",
    ["service"],
)
KNOWLEDGE_AGE = Gauge(
    "knowledge_age_seconds",
    "Age of what is known of all that another service said (+Inf: some was never heard of).",
    ["service", "producer"],
)
LANES = Gauge("lanes_parked", "Patients whose events wait in a dead-letter lane.", ["service"])
DEFERRED = Gauge(
    "events_deferred", "Posted events that wait for something not heard yet.", ["service"]
)
RELAYED = Counter("relay_records_total", "Records acknowledged by Kafka.", ["service", "topic"])
TOLD = Counter(
    "events_told_total",
    "Events sent, by clinic and type; `reason` only where it is one of the service's own codes.",
    ["service", "clinic", "type", "reason"],
)
REFUSALS = Counter(
    "refusals_total",
    "What stood against posted events that were rejected: each blocker, by clinic, type and code.",
    ["service", "clinic", "type", "code"],
)
RELAY_FAILURES = Counter(
    "relay_failures_total", "Pages that failed; each cost the producer its life.", ["service"]
)
OUTBOX_AGE = Gauge(
    "outbox_oldest_seconds", "Age of the oldest record not yet on Kafka (0: none).", ["service"]
)
END_TO_END = Histogram(
    "event_end_to_end_seconds",
    "From recorded at the door to acknowledged by Kafka, of posted events, by lane.",
    ["service", "lane"],
    buckets=_END_TO_END,
)
THROTTLED = Counter(
    "events_throttled_total",
    "Posts (a batch is one) that were sent away with 429, because the clinic sent too much.",
    ["service", "clinic"],
)
LAST_EVENT = Gauge(
    "site_last_event_timestamp_seconds",
    "When a site of the clinic last posted here (Unix time), decided or not.",
    ["service", "clinic"],
)
MISSING = Gauge(
    "site_missing_sequences",
    "Numbers that are missing among the last events of the clinic's sites.",
    ["service", "clinic"],
)
LAG_SECONDS = Gauge(
    "consumer_lag_seconds",
    "Age of the oldest record of the topic that this member has yet to apply (0: none waits).",
    ["service", "topic"],
)
LANES_OLDEST = Gauge(
    "lanes_oldest_seconds", "Since when the longest parked lane waits (0: none).", ["service"]
)
LANES_LETTERS = Gauge("lanes_letters", "Records that wait in dead-letter lanes.", ["service"])
DEPENDENCY_UP = Gauge(
    "dependency_up",
    "1 if the process could do its work with it when it last tried, else 0.",
    ["service", "dependency"],
)
DEPENDENCY_SECONDS = Gauge(
    "dependency_seconds", "How long it took to answer the last time.", ["service", "dependency"]
)
DOSING_OPEN = Gauge(
    "dosing_sessions_open", "Dosing sessions that have begun and not ended.", ["clinic"]
)
VITALS_OVERDUE = Gauge(
    "vitals_overdue", "Open sessions whose next reading of vital signs is overdue.", ["clinic"]
)
HOLDS = Gauge("holds_active", "Patients with a safety hold that nobody has lifted.", ["clinic"])
ADVERSE_EVENTS = Gauge(
    "adverse_events", "Adverse events on record, by CTCAE grade.", ["clinic", "grade"]
)
INTEGRATIONS_OVERDUE = Gauge(
    "integrations_overdue", "Courses whose integration after a dose is overdue.", ["clinic"]
)
TASKS_OPEN = Gauge("tasks_open", "Tasks about the written record that are not done.", ["clinic"])
CLINIC_OPEN = Gauge("clinic_open", "1 while a site of the clinic is open, else 0.", ["clinic"])
CAPACITY_USED = Gauge(
    "capacity_used_ratio",
    "Booked minutes of the open minutes of today, by kind of resource.",
    ["clinic", "kind"],
)
COLUMNS_TAKEN = Counter(
    "columns_records_total", "Records read into the columns since the start.", ["topic"]
)
COLUMNS_SKIPPED = Counter(
    "columns_skipped_total", "Records that the columns left out, by reason.", ["topic", "reason"]
)
COLUMNS_ROWS = Gauge("columns_rows", "Rows shown, by table.", ["table"])
COLUMNS_LAG = Gauge(
    "columns_lag_seconds",
    "How long ago Kafka took what was read last (0: nothing waits).",
    ["topic"],
)
COLUMNS_LAST = Gauge(
    "columns_last_record_timestamp_seconds", "When Kafka took the last record read.", ["topic"]
)
COLUMNS_AWAY = Gauge("columns_kafka_away", "1 while the columns cannot be fed.")
EXPORTS = Counter("exports_total", "Exports handed out.", ["table", "format"])

FAULTS = Counter("metrics_faults_total", "Times that one of these could not be read at a scrape.")
CATALOGUE: Sequence[Any] = [
    each for each in list(globals().values()) if isinstance(each, Counter | Gauge | Histogram)
]
COLLECTORS = [PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR, *CATALOGUE]
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
CLINICS_MAX = 500
FRESH_S = 1.0
Reading = tuple[Gauge, tuple[str, ...], float | Callable[[], float]]
"""(gauge, the values of its labels, its value or what tells it at each scrape)."""
_clinics: dict[str, str] = {}


def clinic(name: str) -> str:
    """The clinic as a label: itself, for as many as a network can have; else `other`."""
    if name in _clinics or len(_clinics) < CLINICS_MAX:
        return _clinics.setdefault(name, name)
    return OTHER


def method(name: str) -> str:
    """The HTTP method as a label: a caller may send any word."""
    return name if name in METHODS else OTHER


@dataclass(frozen=True)
class Dependency:
    """What a process cannot work without, as that process sees it."""

    service: str
    name: str
    _found: list[str] = field(default_factory=list)

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Around a call that only succeeds if it is there; what it raises goes on."""
        up, began = DEPENDENCY_UP.labels(self.service, self.name), time.perf_counter()
        try:
            yield
        except Exception:
            up.set(0)
            self._found[:] = ["away"]
            raise
        up.set(1)
        self._found[:] = ["ok"]
        seconds = DEPENDENCY_SECONDS.labels(self.service, self.name)
        seconds.set(time.perf_counter() - began)

    @property
    def state(self) -> str:
        """`ok` or `away`; `unknown` before it was asked."""
        return self._found[0] if self._found else "unknown"


@dataclass
class Board:
    """Gauges whose labels come and go: what is not shown again is taken away."""

    _shown: set[tuple[Gauge, tuple[str, ...]]] = field(default_factory=set)

    def show(self, readings: Iterable[Reading]) -> None:
        now = set()
        for gauge, labels, value in readings:
            child = gauge.labels(*labels)
            child.set_function(value) if callable(value) else child.set(value)
            now.add((gauge, labels))
        for gauge, labels in self._shown - now:
            gauge.remove(*labels)
        self._shown = now


class _Readable:
    """All collectors, of which one that fails leaves out itself and none of the others."""

    def collect(self) -> Iterator[Any]:
        for each in COLLECTORS:
            try:
                found = list(each.collect())
            except Exception:  # noqa: BLE001 - whatever it was, the others are asked for too
                FAULTS.inc()
            else:
                yield from found


def exposition() -> bytes:
    """Every metric as Prometheus reads it, now."""
    return generate_latest(_Readable())


@dataclass
class Scrapes:
    """The exposition for whoever scrapes: made once a second at most, by one thread at a time."""

    make: Callable[[], bytes] = exposition
    clock: Callable[[], float] = time.monotonic
    _text: bytes = b""
    _until: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def text(self) -> bytes:
        with self._lock:
            if not self._text or self.clock() >= self._until:
                self._text = self.make()
                self._until = self.clock() + FRESH_S
            return self._text


SCRAPES = Scrapes()
