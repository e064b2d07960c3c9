"""The durable queue: what is spooled is on the disk, numbered, and kept until it is answered.

Order is the place in the queue, never a clock; a number and its event are one transaction.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from services.site.agent.database import PLACE, exclusive, in_words, opened
from services.site.agent.faults import SpoolFull
from shared.client.errors import BadEvent
from shared.client.events import SERVICE_OF, CloudEvent
from shared.codec import schema, strict_json
from shared.codec.cloudevents import content_sha256
from shared.contracts.topics import SAFETY_LANE, lane_of
from shared.runtime import failpoints
from shared.runtime.clock import utc_now

CAP_BYTES = 2 * 1024**3
BODIES_KEPT = 1000
"""Of what was taken, per service: as many numbers as the network looks back for gaps."""
WAITING, TAKEN, TRAY, MENDED, DISMISSED = "waiting", "taken", "tray", "mended", "dismissed"
_MEANT = ("type", "subject", "time", "data")


@dataclass(frozen=True, slots=True)
class Row:
    """One spooled event. `verdict`: the network's last answer; `amends`: the id it replaces;
    `note`: why a person dismissed it, or the id that replaced it."""

    number: int
    place: int
    id: str
    lane: str
    service: str
    sequence: int
    subject: str
    type: str
    time: str
    body: bytes
    state: str
    verdict: dict[str, Any]
    attempts: int
    amends: str
    note: str
    spooled_at: str

    @property
    def event(self) -> CloudEvent:
        event: CloudEvent = strict_json.loads(self.body)
        return event


@dataclass(frozen=True, slots=True)
class Spooled:
    """`fresh` False: the same event was spooled before, and is not kept twice."""

    id: str
    service: str
    sequence: int
    state: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """What an answer makes of a row. `attempt`: it counts against the row's bounded attempts."""

    id: str
    state: str
    verdict: Mapping[str, Any]
    attempt: bool = False


@dataclass(frozen=True, slots=True)
class Which:
    """Of what waits: only alarms and what must go before them (`urgent`); nothing of the subjects
    `without`; of no others than `only`. `away`: services for which an alarm does not wait."""

    urgent: bool = False
    away: Collection[str] = ()
    without: Collection[str] = ()
    only: Collection[str] | None = None


_COLUMNS = ", ".join(Row.__slots__)
_READY = f"""
SELECT {_COLUMNS} FROM event AS one
WHERE state = 'waiting' AND service = :service
  AND subject NOT IN (SELECT value FROM json_each(:without))
  AND (:only IS NULL OR subject IN (SELECT value FROM json_each(:only)))
  AND (:urgent = 0 OR EXISTS (
    SELECT 1 FROM event AS alarm WHERE alarm.state = 'waiting' AND alarm.subject = one.subject
      AND alarm.place >= one.place AND alarm.lane = 'safety'))
  AND (
    NOT EXISTS (
      SELECT 1 FROM event AS earlier WHERE earlier.state = 'waiting'
        AND earlier.subject = one.subject AND earlier.place < one.place
        AND earlier.service <> :service)
    OR EXISTS (
      SELECT 1 FROM event AS alarm JOIN event AS stuck ON stuck.subject = alarm.subject
      WHERE alarm.state = 'waiting' AND alarm.subject = one.subject AND alarm.lane = 'safety'
        AND alarm.service = :service AND alarm.place >= one.place
        AND stuck.state = 'waiting' AND stuck.place < alarm.place
        AND stuck.service IN (SELECT value FROM json_each(:away))))
ORDER BY place LIMIT :most
"""  # noqa: S608 - the columns are our own
"""What may be sent to a service now: an event waits for all earlier ones of its subject. Only an
alarm waits for no other service while one of them is away, and takes along what is of its own."""


class Spool:
    """One connection to the spool. Any number of processes may post, one at a time syncs.

    `salvage`: said when the file was found damaged at opening. Raises SpoolFull, SpoolBusy.
    """

    def __init__(
        self, file: Path, now: Callable[[], datetime] = utc_now, cap_bytes: int = CAP_BYTES
    ) -> None:
        self.file, self._now, self._cap = file, now, cap_bytes
        self._database, self.salvage = opened(file)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(self, events: Sequence[CloudEvent]) -> list[Spooled]:
        """All of them or none, on the disk when this returns. `source` is set, `sequence` is not:
        the number is given here. Raises SpoolFull, SpoolBusy, BadEvent (an id with other content).
        """
        with self.writing():
            self._require_room(sum(len(strict_json.dumps(each)) for each in events))
            spooled = [self.add(each) for each in events]
        failpoints.reach("site.after_spool")
        return spooled

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; a failure undoes it whole."""
        with in_words():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def add(
        self, event: CloudEvent, *, amends: str = "", place: int = 0, sequence: int = 0
    ) -> Spooled:
        """Within `writing`. `place`, `sequence`: those of what it replaces, which has left them."""
        digest = content_sha256(_meaning(event))
        if before := self._same(event["id"], digest):
            return before
        service = SERVICE_OF[event["type"]]
        sequence = sequence or self._next(service)
        values = {
            "place": place or self._next(PLACE),
            "id": event["id"],
            "lane": lane_of(event["type"]),
            "service": service,
            "sequence": sequence,
            "subject": event["subject"],
            "type": event["type"],
            "time": event["time"],
            "body": strict_json.dumps(event | {"sequence": sequence}),
            "digest": digest,
            "state": WAITING,
            "amends": amends,
            "spooled_at": self._now().isoformat(),
        }
        names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        insert = f"INSERT INTO event ({names}) VALUES ({marks})"  # noqa: S608
        self._database.execute(insert, values)
        return Spooled(event["id"], service, sequence, WAITING, fresh=True)

    def ready(self, service: str, most: int, which: Which | None = None) -> list[Row]:
        """What the service may be sent now, in order."""
        which = which or Which()
        wanted = {
            "service": service,
            "urgent": int(which.urgent),
            "away": json.dumps(sorted(which.away)),
            "without": json.dumps(sorted(which.without)),
            "only": None if which.only is None else json.dumps(sorted(which.only)),
            "most": most,
        }
        return [_row(each) for each in self._all(_READY, wanted)]

    def settle(self, answers: Sequence[Settled]) -> None:
        """Marks what the network answered, all at once."""
        failpoints.reach("site.before_mark")
        with self.writing():
            self._mark(answers, WAITING)
            self._forget_bodies()
        failpoints.reach("site.after_mark")

    def revise(self, answers: Sequence[Settled]) -> None:
        """What became of events that were taken for the time being."""
        with self.writing():
            self._mark(answers, TAKEN)

    def deferred(self, most: int) -> list[Row]:
        """Taken, and still to be decided by the network: those asked about least often first."""
        query = (
            f"SELECT {_COLUMNS} FROM event WHERE state = 'taken'"  # noqa: S608
            " AND 'deferred' IN"
            " (json_extract(verdict, '$.verdict'), json_extract(verdict, '$.first'))"
            " ORDER BY attempts, place LIMIT ?"
        )
        return [_row(each) for each in self._all(query, (most,))]

    def _mark(self, answers: Sequence[Settled], before: str) -> None:
        self._database.executemany(
            "UPDATE event SET state = ?, verdict = ?, attempts = attempts + ?"
            " WHERE id = ? AND state = ?",
            [
                (
                    *(each.state, strict_json.dumps(each.verdict).decode(), each.attempt),
                    *(each.id, before),
                )
                for each in answers
            ],
        )

    def change(self, event_id: str, state: str, note: str = "") -> None:
        """Within `writing`: a person's decision about a row."""
        self._database.execute(
            "UPDATE event SET state = ?, note = ?, attempts = 0 WHERE id = ?",
            (state, note, event_id),
        )

    def get(self, event_id: str) -> Row | None:
        found = self._all(f"SELECT {_COLUMNS} FROM event WHERE id = ?", (event_id,))  # noqa: S608
        return _row(found[0]) if found else None

    def rows(self, state: str, most: int = 1000) -> list[Row]:
        """The oldest of this state."""
        query = f"SELECT {_COLUMNS} FROM event WHERE state = ? ORDER BY place LIMIT ?"  # noqa: S608
        return [_row(each) for each in self._all(query, (state, most))]

    def numbered(self, service: str, first: int, last: int) -> list[Row]:
        """What was given these numbers of the service."""
        query = (
            f"SELECT {_COLUMNS} FROM event WHERE service = ?"  # noqa: S608
            " AND sequence BETWEEN ? AND ? AND state <> 'mended' ORDER BY sequence"
        )
        return [_row(each) for each in self._all(query, (service, first, last))]

    def waiting(self, lane: str = "", only: Collection[str] | None = None) -> int:
        query = (
            "SELECT count(*) FROM event WHERE state = 'waiting' AND ? IN ('', lane)"
            " AND (? IS NULL OR subject IN (SELECT value FROM json_each(?)))"
        )
        subjects = None if only is None else json.dumps(sorted(only))
        return int(self._all(query, (lane, subjects, subjects))[0][0])

    def alarms(self) -> int:
        return self.waiting(SAFETY_LANE)

    def counts(self) -> dict[str, dict[str, int]]:
        """state -> lane -> how many."""
        found: dict[str, dict[str, int]] = {}
        query = "SELECT state, lane, count(*) FROM event GROUP BY state, lane"
        for state, lane, count in self._all(query):
            found.setdefault(state, {})[lane] = count
        return found

    def oldest_waiting(self) -> Row | None:
        found = self.rows(WAITING, 1)
        return found[0] if found else None

    def give_up_to(self, service: str, number: int) -> None:
        """Numbers up to this one were given elsewhere: the next event gets a later one."""
        with self.writing():
            self._database.execute(
                "INSERT INTO counter VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)",
                (service, number),
            )

    def last_number(self, service: str) -> int:
        found = self._all("SELECT last FROM counter WHERE name = ?", (service,))
        return int(found[0][0]) if found else 0

    def remark(self, name: str, value: Mapping[str, Any]) -> None:
        """Keeps something beside the events, such as when the last sync was."""
        with self.writing():
            self._database.execute(
                "INSERT INTO remark VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, strict_json.dumps(value).decode()),
            )

    def remarked(self, name: str) -> dict[str, Any]:
        found = self._all("SELECT value FROM remark WHERE name = ?", (name,))
        return dict(json.loads(found[0][0])) if found else {}

    def alone(self, wait_s: float = 0) -> AbstractContextManager[None]:
        """Held by the one process that syncs. Raises SpoolBusy."""
        return exclusive(self.file.with_name("sync.lock"), wait_s)

    def bytes_used(self) -> int:
        pages, free, size = (
            self._all(f"PRAGMA {name}")[0][0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    def _require_room(self, wanted: int) -> None:
        if self.bytes_used() + wanted > self._cap:
            raise SpoolFull(
                f"The spool holds {self.bytes_used() // 1024**2} MB, and {self._cap // 1024**2} MB"
                " is its limit; nothing of this was kept. Run `kap site sync` where there is a"
                " network, and `kap site doctor` if it does not empty; then run this again."
            )

    def _same(self, event_id: str, digest: str) -> Spooled | None:
        query = "SELECT id, service, sequence, state, digest FROM event WHERE id = ?"
        found = self._all(query, (event_id,))
        if not found:
            return None
        if found[0]["digest"] != digest:
            raise BadEvent(
                f"The id {event_id} was spooled before with other content: give a new event a new"
                " id. (A correction is a new event whose data has `amends`.)"
            )
        known = found[0]
        return Spooled(known["id"], known["service"], known["sequence"], known["state"], False)

    def _next(self, counter: str) -> int:
        self._database.execute(
            "INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1",
            (counter,),
        )
        return self.last_number(counter)

    def _forget_bodies(self) -> None:
        """What the network took long ago is kept as a line without its content: its id is known
        for ever, so that it cannot be spooled twice."""
        self._database.execute(
            "UPDATE event SET body = x'' WHERE state = 'taken' AND body <> x'' AND sequence <="
            " (SELECT last FROM counter WHERE name = event.service) - ?",
            (BODIES_KEPT,),
        )

    def _all(self, query: str, values: Any = ()) -> list[sqlite3.Row]:
        with in_words():
            return self._database.execute(query, values).fetchall()


def _meaning(event: CloudEvent) -> dict[str, Any]:
    """What an event says, however its time is spelled: as the network compares it."""
    meant = {name: event[name] for name in _MEANT if name in event}
    return meant | {"time": schema.moment(event["time"])}


def _row(found: sqlite3.Row) -> Row:
    values = {name: found[name] for name in Row.__slots__}
    return Row(**values | {"verdict": json.loads(found["verdict"])})
