"""The stream as a log: the latest entries of each partition from memory, all before them from the
archive."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import fields
from threading import Condition

from orjson import JSONDecodeError, loads

from services.outcomes.analytics.columns.archive.archive import Archive
from services.outcomes.analytics.columns.opening import Opened, Opening
from services.outcomes.analytics.view import Entry, Places
from shared.contracts.outcomes import OutcomeResult, OutcomeSubject, SubjectWithdrawn
from shared.contracts.topics import STREAM

REMEMBERED = 10_000
_FIELDS = {
    each.type: {field.name for field in fields(each)}
    for each in (OutcomeResult, OutcomeSubject, SubjectWithdrawn)
}


class StreamLog:
    """Entries of the stream, sealed at rest, opened where they are handed out."""

    def __init__(self, archive: Archive, opening: Opening, remembered: int = REMEMBERED) -> None:
        self._archive, self._opening, self._remembered = archive, opening, remembered
        self._latest: dict[int, deque[Opened]] = {}
        self._from: dict[int, int] = {}
        self._next: dict[int, int] = {}
        self._changed = Condition()

    def add(self, opened: Sequence[Opened], after: Places) -> None:
        """`after`: what comes next, now that these and what cannot be read were taken."""
        with self._changed:
            for partition, place in after.items():
                self._from.setdefault(partition, self._next.get(partition, 0))
                self._next[partition] = place
            for each in opened:
                self._latest.setdefault(each.partition, deque()).append(each)
            for partition in self._latest:
                self._shorten(partition)
            self._changed.notify_all()

    def forget(self, tokens: Iterable[str]) -> None:
        gone = set(tokens)
        with self._changed:
            for partition, latest in self._latest.items():
                kept = (each for each in latest if each.token not in gone or not _is_opened(each))
                self._latest[partition] = deque(kept)

    def entries(self, after: Places, limit: int) -> tuple[Sequence[Entry], Places]:
        found: list[Entry] = []
        reached = dict(after)
        with self._changed:
            ends = dict(self._next)
        for partition in sorted(ends):
            start = after.get(partition, 0)
            if start < ends[partition] and len(found) < limit:
                some, reached[partition] = self._some(
                    partition, start, ends[partition], limit - len(found)
                )
                found += some
        return found, reached

    def wait(self, after: Places, timeout_s: float) -> bool:
        def is_more() -> bool:
            return any(place > after.get(each, 0) for each, place in self._next.items())

        with self._changed:
            return self._changed.wait_for(is_more, timeout_s)

    def places(self) -> tuple[Places, Places]:
        with self._changed:
            following = dict(self._next)
        return self._archive.first(STREAM.name), following

    def _some(self, partition: int, start: int, end: int, limit: int) -> tuple[list[Entry], int]:
        """(entries, where they end): nothing of the partition is beyond `end`."""
        with self._changed:
            if start >= self._from.get(partition, 0):
                latest = [e for e in self._latest.get(partition, ()) if start <= e.offset < end]
                shown = self._shown(latest[:limit])
                return shown, latest[limit - 1].offset + 1 if len(latest) > limit else end
        records = self._archive.read(STREAM.name, partition, start, limit)
        records = records.filter(records["offset"] < end)
        opened, _ = self._opening.open(records)
        reached = int(records["offset"].max()) + 1 if records.height == limit else end
        return self._shown(opened), reached

    def _shown(self, opened: Iterable[Opened]) -> list[Entry]:
        gone = self._opening.gone
        living = (each for each in opened if each.token not in gone or not _is_opened(each))
        return [entry for entry in map(_entry, living) if entry]

    def _shorten(self, partition: int) -> None:
        latest = self._latest[partition]
        while len(latest) > self._remembered:
            self._from[partition] = latest.popleft().offset + 1


def _is_opened(each: Opened) -> bool:
    """Not a withdrawal, which everybody is told."""
    return each.type != SubjectWithdrawn.type


def _entry(each: Opened) -> Entry | None:
    """None for what is not as its contract says: fields that we do not know are not passed on."""
    try:
        data = loads(each.payload)
    except JSONDecodeError:
        return None
    if each.type not in _FIELDS or not isinstance(data, dict) or data.keys() - _FIELDS[each.type]:
        return None
    return Entry(each.partition, each.offset, each.type, data)
