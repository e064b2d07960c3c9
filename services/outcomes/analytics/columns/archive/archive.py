"""The archive at work: takes records, keeps them as segments, gives them back.

A segment is written beside, made to last and named before the manifest knows it: a crash costs
what was not yet in one, which is read from Kafka again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import RLock

import polars as pl

from services.outcomes.analytics.columns.archive import manifest
from services.outcomes.analytics.columns.archive.files import place, sha256_of
from services.outcomes.analytics.columns.archive.manifest import Segment, places_of
from services.outcomes.analytics.columns.archive.records import RECORDS, places_after

FLUSH_ROWS = 50_000
SMALL_ROWS = 100_000
SMALL_MAX = 16
_ORDER = ["partition", "offset"]


class Archive:
    """`folder` is ours alone. Nothing in it is anything but what the topics hold."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, RLock()
        self._manifest = manifest.read(folder)
        self._waiting: dict[str, list[pl.DataFrame]] = {}
        self._waiting_rows = 0
        self._places: dict[str, dict[int, int]] = {}
        self._replaced: list[str] = []

    def check(self) -> list[str]:
        """The topics of which a segment is not what was written; they are empty from now on."""
        bad = {each.topic for each in self._manifest.segments if not self._is_whole(each)}
        for topic in bad:
            self.empty(topic)
        self._sweep()
        return sorted(bad)

    @property
    def identity(self) -> Mapping[str, str]:
        return self._manifest.identity

    def is_of(self, identity: Mapping[str, str]) -> None:
        with self._lock:
            self._manifest.identity = dict(identity)
            self._manifest.write(self._folder)

    def places(self, topic: str) -> dict[int, int]:
        """Per partition, the offset that comes next."""
        with self._lock:
            return self._manifest.places(topic) | self._places.get(topic, {})

    def first(self, topic: str) -> dict[int, int]:
        """Per partition, the oldest offset there is."""
        with self._lock:
            bounds = [each.places for each in self._manifest.of(topic)]
            bounds += map(places_of, self._waiting.get(topic, ()))
        firsts: dict[int, int] = {}
        for partition, (first, _) in (item for each in bounds for item in each.items()):
            firsts[int(partition)] = min(first, firsts.get(int(partition), first))
        return firsts

    def append(self, topic: str, records: pl.DataFrame) -> None:
        with self._lock:
            waiting = self._waiting.setdefault(topic, [])
            waiting.append(records)
            self._places.setdefault(topic, {}).update(places_after(records))
            self._waiting_rows += records.height
            if self._waiting_rows >= FLUSH_ROWS:
                self.flush()

    def flush(self) -> None:
        """Everything to disk."""
        with self._lock:
            for topic, frames in self._waiting.items():
                if frames:
                    self._manifest.segments += self._written(topic, pl.concat(frames))
            self._compact()
            self._manifest.write(self._folder)
            self._waiting.clear()
            self._waiting_rows = 0
            self._places.clear()

    def empty(self, topic: str) -> None:
        with self._lock:
            self._waiting.pop(topic, None)
            self._places.pop(topic, None)
            kept = [each for each in self._manifest.segments if each.topic != topic]
            self._manifest.segments = kept
            self._manifest.write(self._folder)

    def pieces(self, topic: str) -> Sequence[pl.LazyFrame]:
        """All of a topic, piece by piece, oldest first."""
        with self._lock:
            files = [self._folder / each.file for each in self._manifest.of(topic)]
            waiting = list(self._waiting.get(topic, ()))
        return [*map(pl.scan_parquet, files), *(each.lazy() for each in waiting)]

    def known(self, topic: str, until: datetime) -> pl.DataFrame:
        """What Kafka had taken by then."""
        pieces = [each.filter(pl.col("known_at") <= until) for each in self.pieces(topic)]
        return pl.concat(pieces).collect() if pieces else pl.DataFrame(schema=RECORDS)

    def read(self, topic: str, partition: int, offset: int, limit: int) -> pl.DataFrame:
        """At most `limit` records of a partition from `offset` on, in order."""
        of_it = (pl.col("partition") == partition) & (pl.col("offset") >= offset)
        with self._lock:
            segments = [each for each in self._manifest.of(topic) if each.holds(partition, offset)]
            waiting = [each.filter(of_it) for each in self._waiting.get(topic, ())]
        segments.sort(key=lambda each: each.places[str(partition)])
        found = pl.DataFrame(schema=RECORDS)
        for segment in segments:
            if found.height == limit and found["offset"][-1] < segment.places[str(partition)][0]:
                break  # and so do all after it
            lazy = pl.scan_parquet(self._folder / segment.file).filter(of_it)
            found = pl.concat([found, lazy.head(limit).collect()]).sort("offset").head(limit)
        return pl.concat([found, *waiting]).sort("offset").head(limit)

    def _written(self, topic: str, records: pl.DataFrame) -> list[Segment]:
        months = records.with_columns(month=pl.col("known_at").dt.strftime("%Y-%m"))
        parts = months.partition_by("month", as_dict=True, include_key=False)
        return [self._segment(topic, str(month), part) for (month,), part in parts.items()]

    def _segment(self, topic: str, month: str, records: pl.DataFrame) -> Segment:
        number, self._manifest.next_number = (
            self._manifest.next_number,
            self._manifest.next_number + 1,
        )
        name = f"records/topic={topic}/month={month}/{number:08d}.parquet"
        rows = records.sort(_ORDER)
        file = self._folder / name
        place(
            file, lambda draft: rows.write_parquet(draft, compression="zstd", row_group_size=8192)
        )
        return Segment(name, topic, month, rows.height, sha256_of(file), places_of(rows))

    def _compact(self) -> None:
        """Many small segments of a month become one; their files go when nobody reads them."""
        small: dict[tuple[str, str], list[Segment]] = {}
        for each in self._manifest.segments:
            if each.rows < SMALL_ROWS:
                small.setdefault((each.topic, each.month), []).append(each)
        for (topic, month), segments in small.items():
            if len(segments) > SMALL_MAX:
                self._merge(topic, month, segments)

    def _merge(self, topic: str, month: str, segments: Sequence[Segment]) -> None:
        rows = pl.concat([pl.read_parquet(self._folder / each.file) for each in segments])
        merged = self._segment(topic, month, rows)
        kept = [each for each in self._manifest.segments if each not in segments]
        self._manifest.segments = [*kept, merged]
        for name in self._replaced:
            (self._folder / name).unlink(missing_ok=True)
        self._replaced = [each.file for each in segments]

    def _is_whole(self, segment: Segment) -> bool:
        return sha256_of(self._folder / segment.file) == segment.sha256

    def _sweep(self) -> None:
        """Removes what the manifest does not name: drafts, and segments it never came to know."""
        named = {self._folder / each.file for each in self._manifest.segments}
        for file in self._folder.glob("records/**/*.parquet*"):
            if file not in named:
                file.unlink()
        for draft in self._folder.glob("records/**/.*.draft"):
            draft.unlink(missing_ok=True)
