"""The spool's SQLite file: opened so that a commit outlives a power cut, and checked each time.

A damaged file is moved aside and what can be read of it is carried into a new one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from services.site.agent.faults import NeedsALook, SpoolBusy, SpoolFull

BUSY_S = 30
LASTING = "FULL"
"""SQLite's `synchronous`: a commit is on the disk, not only on its way there."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  place INTEGER NOT NULL,
  id TEXT NOT NULL UNIQUE,
  lane TEXT NOT NULL,
  service TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  subject TEXT NOT NULL,
  type TEXT NOT NULL,
  time TEXT NOT NULL,
  body BLOB NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'taken', 'tray', 'mended', 'dismissed')),
  verdict TEXT NOT NULL DEFAULT '{}',
  attempts INTEGER NOT NULL DEFAULT 0,
  amends TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  spooled_at TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS numbers ON event (service, sequence) WHERE state <> 'mended';
CREATE UNIQUE INDEX IF NOT EXISTS queue ON event (place) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS turns ON event (subject, place) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS kept ON event (service, sequence) WHERE state = 'taken' AND body <> x'';
CREATE INDEX IF NOT EXISTS trays ON event (number) WHERE state = 'tray';
CREATE INDEX IF NOT EXISTS undecided ON event (attempts, place) WHERE state = 'taken'
  AND 'deferred' IN (json_extract(verdict, '$.verdict'), json_extract(verdict, '$.first'));
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS remark (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
TABLES = ("event", "counter", "remark")
PLACE = "place"
"""The counter of places in the queue; every other counter is a service's last number."""
_DAMAGED = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT"})
_NO_ROOM = frozenset({"SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY"})


@dataclass(frozen=True)
class Salvage:
    """What became of a damaged spool: where it lies now, and how many of its events were read."""

    aside: Path
    events: int
    waiting: int

    def __str__(self) -> str:
        return (
            f"The spool was damaged. It lies at {self.aside} now; {self.events} events could be"
            f" read from it and are in the new spool, {self.waiting} of them still to be sent."
            " Run `kap site doctor`: it names the numbers that never reached the network, which"
            " must be posted again from your own records. Have this disk checked."
        )


def opened(file: Path) -> tuple[sqlite3.Connection, Salvage | None]:
    """A sound database at `file`, new if there was none. Raises SpoolFull, SpoolBusy."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with in_words():
        try:
            return _checked(file), None
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
        return _salvaged(file)


@contextmanager
def in_words() -> Iterator[None]:
    """A full disk, a busy or a damaged file as a sentence. SQLite has undone what was begun."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_BUSY"):
            raise SpoolBusy(
                f"Another program has been writing to the spool for {BUSY_S} s: try again."
            ) from error
        if any(name.startswith(each) for each in _NO_ROOM):
            raise SpoolFull(_no_room(str(error))) from error
        if _is_damage(error):
            raise NeedsALook(
                f"The spool turned out to be damaged ({error}). Run the same command again: it"
                " moves the file aside and keeps all that can be read."
            ) from error
        raise
    except OSError as error:
        raise SpoolFull(_no_room(str(error))) from error


def _no_room(why: str) -> str:
    return (
        f"The spool cannot be written ({why}). Nothing of this was kept, and everything spooled"
        " before is as it was: make room on the disk (or make the folder writable), then run the"
        " same command again."
    )


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return any(getattr(error, "sqlite_errorname", "").startswith(each) for each in _DAMAGED)


def _checked(file: Path) -> sqlite3.Connection:
    """Raises sqlite3.DatabaseError for a file that is not sound."""
    file.touch(mode=0o600)
    database = sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)
    try:
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(f"PRAGMA synchronous = {LASTING}")
        _require_integrity(database)
        database.executescript(SCHEMA)
    except BaseException:
        database.close()
        raise
    return database


def _require_integrity(database: sqlite3.Connection) -> None:
    found = [row[0] for row in database.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        fault = sqlite3.DatabaseError("; ".join(found))
        fault.sqlite_errorname = "SQLITE_CORRUPT"
        raise fault


def _salvaged(file: Path) -> tuple[sqlite3.Connection, Salvage]:
    """Whoever comes second finds the sound file that the first one made."""
    with exclusive(file.with_name("repair.lock"), BUSY_S):
        with suppress(sqlite3.DatabaseError):
            return _checked(file), Salvage(_newest_aside(file), 0, 0)
        aside = _moved_aside(file)
        fresh = file.with_name("spool.repair")
        for each in _with_logs(fresh):
            each.unlink(missing_ok=True)
        with closing(_checked(fresh)) as target, closing(sqlite3.connect(aside)) as damaged:
            _carry(damaged, target)
            target.execute("PRAGMA journal_mode = DELETE")
        fresh.replace(file)
        database = _checked(file)
    events = database.execute("SELECT count(*), sum(state = 'waiting') FROM event").fetchone()
    return database, Salvage(aside, events[0], events[1] or 0)


def _carry(damaged: sqlite3.Connection, target: sqlite3.Connection) -> None:
    target.execute("BEGIN IMMEDIATE")
    for table in TABLES:
        columns = [row[1] for row in target.execute(f"PRAGMA table_info({table})")]
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        for row in _readable(damaged, table, names):
            with suppress(sqlite3.IntegrityError):
                target.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", row)  # noqa: S608
    target.execute(
        "INSERT INTO counter SELECT service, max(sequence) FROM event GROUP BY service"
        " UNION ALL SELECT ?, max(place) FROM event HAVING max(place) IS NOT NULL"
        " ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)",
        (PLACE,),
    )
    target.execute("COMMIT")


def _readable(damaged: sqlite3.Connection, table: str, names: str) -> Iterator[tuple[object, ...]]:
    """Every row that either direction of the table still gives, before a page that is broken."""
    seen: set[object] = set()
    for direction in ("ASC", "DESC"):
        wanted = f"SELECT rowid, {names} FROM {table} ORDER BY rowid {direction}"  # noqa: S608
        for row in _until_damage(damaged, wanted):
            if row[0] not in seen:
                yield row[1:]
            seen.add(row[0])


def _until_damage(damaged: sqlite3.Connection, wanted: str) -> Iterator[tuple[object, ...]]:
    with suppress(sqlite3.DatabaseError):
        yield from damaged.execute(wanted)


def _moved_aside(file: Path) -> Path:
    """The damaged file and its logs under a number of their own: nothing is overwritten."""
    number = next(n for n in range(1, 10_000) if not _aside(file, n).exists())
    for each in _with_logs(file):
        if each.exists():
            suffix = each.name.removeprefix(file.name)
            each.rename(_aside(file, number).with_name(_aside(file, number).name + suffix))
    return _aside(file, number)


def _aside(file: Path, number: int) -> Path:
    return file.with_name(f"{file.stem}.damaged-{number}{file.suffix}")


def _newest_aside(file: Path) -> Path:
    number = next(n for n in range(1, 10_000) if not _aside(file, n + 1).exists())
    return _aside(file, number)


def _with_logs(file: Path) -> list[Path]:
    return [file.with_name(file.name + suffix) for suffix in ("", "-wal", "-shm")]


@contextmanager
def exclusive(file: Path, wait_s: float) -> Iterator[None]:
    """Holds `file` against every other process; the system lets go of it when this one dies.

    A database nobody writes to serves as the lock, because SQLite locks on every system.
    Raises SpoolBusy.
    """
    with closing(sqlite3.connect(file, timeout=wait_s, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise SpoolBusy(f"Another process holds {file.name}: it is already at work.") from error
        yield
