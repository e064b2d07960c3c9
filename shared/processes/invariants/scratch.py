"""A table on disk for what a look must remember: a network's history does not fit in memory."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_AT_ONCE = 500


class Scratch:
    """Rows that are gone when the look is over."""

    def __init__(self, place: str, tables: str) -> None:
        self._database = sqlite3.connect(place, isolation_level=None)
        self._database.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {tables}")
        self._database.execute("BEGIN")  # and never the end of it: nothing here must last

    def write(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        self._database.executemany(statement, rows)

    def rows(self, query: str, *values: Any) -> Iterator[Any]:
        return self._database.execute(query, values)

    def of_keys(self, query: str, keys: Sequence[Any]) -> Iterator[Any]:
        """The rows of a query that ends in `IN`, for these keys."""
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            yield from self._database.execute(f"{query} ({','.join('?' * len(some))})", some)

    def close(self) -> None:
        self._database.close()


@contextmanager
def on_disk(tables: str) -> Iterator[Scratch]:
    with TemporaryDirectory(prefix="kap-verify-") as folder:
        scratch = Scratch(str(Path(folder) / "scratch.db"), tables)
        try:
            yield scratch
        finally:
            scratch.close()
