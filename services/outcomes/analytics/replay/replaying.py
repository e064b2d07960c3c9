"""Replays: one at a time, into tables beside those at work, which are swapped in if asked.

Nothing here can publish: no alarm and no notice comes of a replay (decision 28).
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any, Literal, Protocol

import polars as pl

from services.outcomes.analytics.columns.archive.records import places_after, rows_of
from services.outcomes.analytics.columns.live import TOPICS, Columns
from services.outcomes.analytics.columns.standing import Standing
from services.outcomes.analytics.replay.checksum import Sum, sums
from shared.kernel.errors import Rejected, Unavailable
from shared.messaging.tail.kafka_tail import MadeAnew, Run, TopicPlaces
from shared.runtime.logs import logger
from shared.runtime.process import background

ROWS_MAX = 5_000_000
"""Shown at once, beyond which a second copy does not fit beside the first: some 4 GB."""
REMEMBERED, SILENT_POLLS_MAX = 20, 150
Swap = Literal["no", "equal", "any"]
"""Whether the new tables take the place of those at work: if they are equal, or in any case."""


class Reading(Protocol):
    """Topics being read (see shared.messaging.tail.kafka_tail)."""

    def begins(self) -> TopicPlaces: ...

    def seek(self, after: TopicPlaces) -> None: ...

    def poll(self) -> list[Run]: ...


class Tail(Protocol):
    def opened(self) -> AbstractContextManager[Reading]: ...


@dataclass(frozen=True, slots=True)
class Compared:
    table: str
    live: Sum
    replayed: Sum

    @property
    def is_equal(self) -> bool:
        return self.live == self.replayed


@dataclass(frozen=True)
class Replay:
    """`read`, `of`: records by topic. `half`: sentences, if the topics do not have everything any
    more; then nothing is swapped. `fault`: why it came to no end."""

    id: str
    swap: Swap
    started_at: datetime
    state: Literal["running", "done", "failed"] = "running"
    read: Mapping[str, int] = field(default_factory=dict)
    of: Mapping[str, int] = field(default_factory=dict)
    tables: tuple[Compared, ...] = ()
    half: tuple[str, ...] = ()
    swapped: bool = False
    fault: str = ""
    ended_at: datetime | None = None

    @property
    def is_equal(self) -> bool:
        return bool(self.tables) and all(each.is_equal for each in self.tables)


@dataclass
class Replays:
    """`shadow` gives empty columns like those at work. `is_ready`: the columns are filled."""

    columns: Columns
    tail: Tail
    shadow: Callable[[], Columns]
    now: Callable[[], datetime]
    is_ready: Callable[[], bool] = lambda: True
    rows_max: int = ROWS_MAX
    _known: dict[str, Replay] = field(default_factory=dict)
    _running: Lock = field(default_factory=Lock)

    def of(self, replay_id: str) -> Replay | None:
        return self._known.get(replay_id)

    def start(self, replay_id: str, swap: Swap) -> Replay:
        """Raises Rejected: one is running, it would not fit, or the columns are not filled yet."""
        if not self.is_ready():
            raise Rejected("not-ready", "the columns are still being filled: ask again soon")
        if (rows := sum(self.columns.rows().values())) > self.rows_max:
            many = f"{rows} rows are shown, and {self.rows_max} are the most that fit twice"
            raise Rejected("too-many-rows", f"{many}: replay in a process with an empty folder")
        if not self._running.acquire(blocking=False):
            raise Rejected("running", "a replay is running: wait for its end")
        replay = self._keep(Replay(replay_id, swap, self.now()))
        background("replay", lambda: self._run(replay))
        return replay

    def _keep(self, replay: Replay) -> Replay:
        self._known[replay.id] = replay
        for oldest in list(self._known)[:-REMEMBERED]:
            del self._known[oldest]
        return replay

    def _run(self, replay: Replay) -> None:
        try:
            ended = self._replayed(replay)
        except (MadeAnew, Unavailable) as away:
            fault = str(away) or "the topics were made anew meanwhile"
            ended = replace(self._known[replay.id], state="failed", fault=fault)
        except Exception as bug:  # noqa: BLE001 - it must come to an end that can be asked for
            logger().error("bug in a replay", exc_info=bug)
            ended = replace(self._known[replay.id], state="failed", fault="a bug: read the log")
        finally:
            self._running.release()
        self._keep(replace(ended, ended_at=self.now()))
        logger().info("replay", id=replay.id, equal=ended.is_equal, swapped=ended.swapped)

    def _replayed(self, replay: Replay) -> Replay:
        self.columns.look_for_destroyed_keys()
        before, shadow = self.columns.standing(), self.shadow()
        replay = self._keep(replace(replay, of=before.records))
        replay, begins = self._fill(replay, shadow, before.places)
        half = tuple(_missing(before, begins, replay.read))
        shadow.look_for_destroyed_keys()
        replay = self._keep(replace(replay, half=half, tables=_compared(before, shadow.standing())))
        wanted = replay.swap == "any" or (replay.swap == "equal" and replay.is_equal)
        if wanted and not half:
            self.columns.adopt(shadow)
        return replace(replay, state="done", swapped=wanted and not half)

    def _fill(
        self, replay: Replay, shadow: Columns, until: TopicPlaces
    ) -> tuple[Replay, TopicPlaces]:
        """Everything from the beginning up to exactly `until`."""
        reached: dict[str, dict[int, int]] = {topic: {} for topic in TOPICS}
        silent = 0
        with self.tail.opened() as reading:
            begins = reading.begins()
            reading.seek({})
            while not _has(reached, until, begins):
                runs = reading.poll()
                if (silent := 0 if runs else silent + 1) > SILENT_POLLS_MAX:
                    raise Unavailable("Kafka gives no more, and not all was read: replay again")
                for topic in sorted({run.topic for run in runs}):
                    records = rows_of(run for run in runs if run.topic == topic)
                    reached[topic].update(places_after(records))
                    within = _before(records, until.get(topic, {}))
                    shadow.replay(topic, within)
                    read = {**replay.read, topic: replay.read.get(topic, 0) + within.height}
                    replay = self._keep(replace(replay, read=read))
        return replay, begins


def _has(reached: TopicPlaces, until: TopicPlaces, begins: TopicPlaces) -> bool:
    return all(
        reached[topic].get(partition, begins.get(topic, {}).get(partition, 0)) >= end
        for topic, each in until.items()
        for partition, end in each.items()
    )


def _before(records: pl.DataFrame, until: Mapping[int, int]) -> pl.DataFrame:
    ends = pl.col("partition").replace_strict(
        list(until), list(until.values()), default=0, return_dtype=pl.Int64()
    )
    return records.filter(pl.col("offset") < ends) if until else records.clear()


def _missing(before: Standing, begins: TopicPlaces, read: Mapping[str, int]) -> list[str]:
    said = [
        f"{topic}/{partition} begins at {begin}: what was before is gone from Kafka"
        for topic, each in begins.items()
        for partition, begin in sorted(each.items())
        if begin > 0
    ]
    for topic, known in before.records.items():
        if (there := read.get(topic, 0)) < known:
            said.append(f"{topic} has {there} records, and {known} were read before")
    return said


def _compared(live: Standing, replayed: Standing) -> tuple[Compared, ...]:
    gone = live.gone | replayed.gone
    ours, theirs = sums(live, gone), sums(replayed, gone)
    return tuple(Compared(table, ours[table], theirs[table]) for table in ours)


def as_json(replay: Replay) -> dict[str, Any]:
    """The body of `GET /v1/replay/<id>`."""
    tables = [
        {
            "table": each.table,
            "live": {"rows": each.live.rows, "sha256": each.live.sha256},
            "replayed": {"rows": each.replayed.rows, "sha256": each.replayed.sha256},
            "equal": each.is_equal,
        }
        for each in replay.tables
    ]
    progress = [
        {"topic": topic, "read": replay.read.get(topic, 0), "of": number}
        for topic, number in sorted(replay.of.items())
    ]
    return {
        **{name: getattr(replay, name) for name in ("id", "state", "swap", "swapped", "fault")},
        "started_at": replay.started_at.isoformat(),
        "ended_at": replay.ended_at.isoformat() if replay.ended_at else None,
        "progress": progress,
        "tables": tables,
        "equal": replay.is_equal,
        "half": list(replay.half),
    }
