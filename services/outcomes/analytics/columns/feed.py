"""What feeds the columns: one thread reads Kafka, another takes what it has read."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, Queue
from threading import Event

import polars as pl

from services.outcomes.analytics.columns.archive.records import rows_of
from services.outcomes.analytics.columns.live import TOPICS, Columns
from shared.kernel.errors import Unavailable
from shared.messaging.kafka_tail import MadeAnew, Run, Tailing, TopicPlaces, TopicsTail
from shared.runtime import metrics
from shared.runtime.clock import utc_now
from shared.runtime.logs import logger
from shared.runtime.probe import NotReady
from shared.runtime.process import Drain, background

FLUSH_S = 60.0
KEYS_S = 20.0
"""How often keys are looked at: a destroyed one is gone within a minute, come what may."""
_AHEAD, _LOOK_S = 8, 0.5
_PAUSE_MAX_S = 5.0


@dataclass
class Feed:
    """Runs until the drain; Kafka away, it keeps what is known and tries again."""

    columns: Columns
    tail: TopicsTail
    drain: Drain
    ready: Event = field(default_factory=Event)
    away: str = ""
    _read: Queue[list[Run] | Exception] = field(default_factory=lambda: Queue(_AHEAD))
    _due: dict[str, float] = field(default_factory=dict)

    def check(self) -> None:
        """For readiness. Raises NotReady until the back-fill is done."""
        if not self.ready.is_set():
            raise NotReady(self.away or "reading the topics from their beginning: ask again soon")

    def run(self) -> None:
        failures, restored = 0, False
        while not self.drain:
            try:
                if not restored:
                    self.columns.restore()
                    restored = True
                self._follow()
                failures = 0
            except MadeAnew:
                logger().error("the topics were made anew: the columns are built from nothing")
                self.ready.clear()
                self.columns.rebuild()
            except Unavailable as away:
                failures, self.away = failures + 1, str(away)
                metrics.COLUMNS_AWAY.set(1)
                logger().warning("away", what=self.away, failures=failures)
                self.drain.wait(min(_PAUSE_MAX_S, 0.2 * 2**failures))
        self.columns.archive.flush()

    def _follow(self) -> None:
        with self.tail.opened() as tailing:
            self._start(tailing)
            ends, stop = tailing.ends(), Drain()
            reader = background("kafka-reader", lambda: self._read_on(tailing, stop))
            try:
                while not self.drain:
                    self._turn(ends)
            finally:
                stop.ask()
                while reader.is_alive():
                    self._next()  # it may wait for room
                self._read = Queue(_AHEAD)

    def _start(self, tailing: Tailing) -> None:
        known = self.columns.archive.identity
        if known and known != tailing.identity:
            raise MadeAnew
        self.columns.archive.is_of(tailing.identity)
        tailing.seek({topic: self.columns.archive.places(topic) for topic in TOPICS})
        self.away = ""
        metrics.COLUMNS_AWAY.set(0)

    def _read_on(self, tailing: Tailing, stop: Drain) -> None:
        try:
            while not stop:
                if runs := tailing.poll():
                    self._read.put(runs)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other thread raises it
            self._read.put(error)

    def _turn(self, ends: TopicPlaces) -> None:
        read = self._next()
        if isinstance(read, Exception):
            raise read
        for topic in {run.topic for run in read}:
            self._take(topic, rows_of(run for run in read if run.topic == topic))
        if not read:
            for topic in TOPICS:
                metrics.COLUMNS_LAG.labels(topic).set(0)
        if not self.ready.is_set() and self._has(ends):
            logger().info("columns are filled")
            self.ready.set()
        self._chores()

    def _next(self) -> list[Run] | Exception:
        try:
            return self._read.get(timeout=_LOOK_S)
        except Empty:
            return []

    def _take(self, topic: str, records: pl.DataFrame) -> None:
        self.columns.take(topic, records)
        known_at = records["known_at"].max()
        assert isinstance(known_at, datetime)
        metrics.COLUMNS_LAG.labels(topic).set(max(0.0, (utc_now() - known_at).total_seconds()))
        metrics.COLUMNS_LAST.labels(topic).set(known_at.timestamp())
        metrics.COLUMNS_TAKEN.labels(topic).inc(records.height)

    def _has(self, ends: TopicPlaces) -> bool:
        return all(
            self.columns.archive.places(topic).get(partition, 0) >= end or end == 0
            for topic, each in ends.items()
            for partition, end in each.items()
        )

    def _chores(self) -> None:
        chores: dict[Callable[[], None], float] = {
            self.columns.archive.flush: FLUSH_S,
            self.columns.look_for_destroyed_keys: KEYS_S,
        }
        for chore, every_s in chores.items():
            if time.monotonic() >= self._due.get(chore.__name__, 0.0):
                chore()
                self._due[chore.__name__] = time.monotonic() + every_s
