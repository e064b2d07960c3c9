"""Rows as numpy columns, updated in place by key: an event costs the same whatever is there.

What is handed out is made chunk by chunk, and only of chunks that have changed since.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from services.outcomes.analytics.columns.column import Column, column_of

CHUNK = 65_536
_FIRST_ROOM = 1024
Rows = Any
"""A numpy array of row numbers."""


class Table:
    """The last revision of everything: `group` and `key` name the columns that say of what.

    Without a key there is one row per group. Retracted rows are kept for their revision and not
    shown. `order`: rows of a group are shown ascending by this column, then by key.
    """

    def __init__(
        self, schema: Mapping[str, Any], group: str, key: str = "", order: str = ""
    ) -> None:
        self._group, self._key, self._order = group, key, order
        self._schema = dict(schema)
        self._columns: dict[str, Column] = {
            name: column_of(kind, is_name=name in (group, key)) for name, kind in schema.items()
        }
        self._rows: dict[str, dict[str, int]] = {}
        self._latest: dict[str, int] = {}
        self._shown = np.zeros(_FIRST_ROOM, dtype=np.bool_)
        self._revision = np.zeros(_FIRST_ROOM, dtype=np.int32)
        self._times = np.zeros(_FIRST_ROOM, dtype=np.int64)
        self._used = 0
        self._changed: set[int] = set()
        self._chunks: list[pl.DataFrame] = []
        self._frame = pl.DataFrame(schema=self._schema)

    def take(self, frame: pl.DataFrame) -> None:
        """Columns: the schema's. An older revision, or one that is there, changes nothing."""
        if frame.is_empty():
            return
        frame = self._last_revisions(frame)
        rows, fresh = self._rows_of(frame)
        revision = frame["revision"].to_numpy()
        newer = fresh | (revision > self._revision[rows])
        if not newer.all():
            frame, rows, fresh = frame.filter(pl.Series(newer)), rows[newer], fresh[newer]
        if frame.height:
            self._put(frame, rows)
            self._keep_order(frame, rows, fresh)

    def drop(self, group: str) -> None:
        """Forgets a group and what its rows said."""
        rows = np.array(list(self._rows.pop(group, {}).values()), dtype=np.int64)
        self._latest.pop(group, None)
        self._shown[rows] = False
        for column in self._columns.values():
            column.clear(rows)
        self._touch(rows)

    def groups(self) -> Sequence[str]:
        return list(self._rows)

    def frame(self) -> pl.DataFrame:
        """Everything shown; it stays as it is whatever is taken afterwards."""
        if self._changed:
            for number in sorted(self._changed):
                self._chunks[number:] = [self._chunk(number), *self._chunks[number + 1 :]]
            self._changed.clear()
            self._frame = pl.concat(self._chunks, rechunk=False)
        return self._frame

    def _last_revisions(self, frame: pl.DataFrame) -> pl.DataFrame:
        key = [self._group, *([self._key] if self._key else [])]
        if frame.height < 2 or not frame.select(key).is_duplicated().any():
            return frame
        numbered = frame.with_row_index("_place")
        newest_first = numbered.sort("revision", descending=True, maintain_order=True)
        # Of one revision told twice the first stands, as it does where they come one by one.
        last = newest_first.unique(key, keep="first", maintain_order=True)
        return last.sort("_place").drop("_place")

    def _rows_of(self, frame: pl.DataFrame) -> tuple[Rows, Rows]:
        """(row of each, whether it is new): new ones get the next rows."""
        first, rows = self._used, []
        keys = frame[self._key].to_list() if self._key else [""] * frame.height
        for group, key in zip(frame[self._group].to_list(), keys, strict=True):
            known = self._rows.setdefault(group, {})
            row = known.setdefault(key, self._used)
            self._used += row == self._used
            rows.append(row)
        self._make_room()
        numbers = np.array(rows, dtype=np.int64)
        return numbers, numbers >= first

    def _make_room(self) -> None:
        room = len(self._shown)
        if self._used <= room:
            return
        room = max(2 * room, self._used)
        self._shown, self._revision, self._times = (
            grown(each, room) for each in (self._shown, self._revision, self._times)
        )
        for column in self._columns.values():
            column.grow(room)

    def _put(self, frame: pl.DataFrame, rows: Rows) -> None:
        values = frame.select(pl.col(self._columns).to_physical())
        for column, series in zip(self._columns.values(), values, strict=True):
            column.put(rows, series)
        self._revision[rows] = frame["revision"].to_numpy()
        retracted = frame["retracted"].to_numpy() if "retracted" in self._schema else False
        self._shown[rows] = ~np.broadcast_to(retracted, rows.shape)
        self._touch(rows)

    def _touch(self, rows: Rows) -> None:
        self._changed.update(np.unique(rows // CHUNK).tolist())

    def _keep_order(self, frame: pl.DataFrame, rows: Rows, fresh: Rows) -> None:
        if not self._order:
            return
        times = frame[self._order].to_physical().to_numpy()
        moved = ~fresh & (self._times[rows] != times)
        self._times[rows] = times
        late = set()
        groups = frame[self._group].to_list()
        for group, time, is_fresh, has_moved in zip(groups, times, fresh, moved, strict=True):
            latest = self._latest.get(group)
            if has_moved or (is_fresh and latest is not None and time <= latest):
                late.add(group)
            self._latest[group] = max(time, time if latest is None else latest)
        for group in late:
            self._sort(group)

    def _sort(self, group: str) -> None:
        """Puts the rows of a group, wherever they are, into order among themselves."""
        known = self._rows[group]
        wanted = sorted(known, key=lambda key: (self._times[known[key]], key))
        sources = np.array([known[key] for key in wanted], dtype=np.int64)
        places = np.sort(sources)
        for each in (self._shown, self._revision, self._times):
            each[places] = each[sources]
        for column in self._columns.values():
            column.move(places, sources)
        self._rows[group] = dict(zip(wanted, places.tolist(), strict=True))
        self._touch(places)

    def _chunk(self, number: int) -> pl.DataFrame:
        part = slice(number * CHUNK, min((number + 1) * CHUNK, self._used))
        frame = pl.DataFrame([c.series(part).alias(n) for n, c in self._columns.items()])
        return frame.filter(pl.Series(self._shown[part]))


def grown(values: Any, room: int) -> Any:
    more = np.zeros(room, dtype=values.dtype)
    more[: len(values)] = values
    return more
