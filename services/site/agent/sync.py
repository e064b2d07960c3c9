"""Empties the spool into the network: alarms first, each subject's events in order.

It can be killed at any step: a row leaves the queue only with the network's answer on the disk.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx2

from services.site.agent.home import Home
from services.site.agent.sending import TOO_LARGE, Broken, cut_to_size, failed, send, settled
from services.site.agent.spool import TAKEN, TRAY, WAITING, Row, Settled, Spool, Which
from shared.client.calls import Calls
from shared.client.connection import Connection
from shared.client.errors import ClientError, NotAnswering
from shared.contracts.topics import SAFETY_LANE, SERVICES
from shared.runtime.clock import utc_now
from shared.storage.steps import SITE

EVENTS_MAX = 500
WAIT_STEP_S = 0.5
LAST_SYNC = "last sync"
FOLLOWED = 20
"""How many events that the network put off are asked about after a sync."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of what this sync found or was given meanwhile; `verdicts` so far."""

    done: int
    waiting: int
    verdicts: dict[str, int]


@dataclass
class _Round:
    """What is known of the services until everything is tried again."""

    away: set[str] = field(default_factory=set)
    throttled: set[str] = field(default_factory=set)
    left_alone: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    retry_after_s: float = 0
    why: NotAnswering | None = None


class Sync:
    """`calls` brings the connections and the patience; `told` hears of every answer."""

    def __init__(
        self,
        home: Home,
        spool: Spool,
        calls: Calls | None = None,
        told: Callable[[Progress], None] = lambda _: None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        calls = calls or Calls()
        self._patience = calls.patience
        once = replace(calls, patience=replace(calls.patience, attempts=1))
        self._connection: Connection = home.connection(once)
        self._spool, self._told, self._now = spool, told, now
        self._most = dict.fromkeys(SERVICES, EVENTS_MAX)
        self._verdicts: Counter[str] = Counter()
        self._only: tuple[str, ...] | None = None
        self._answered = 0

    def drain(self, only: Iterable[str] | None = None) -> Progress:
        """Until nothing waits (`only`: of these subjects). Raises NotAnswering when patience ends,
        NotAllowed, SpoolBusy; what was answered until then is settled."""
        self._only = None if only is None else tuple(only)
        with self._spool.alone():
            try:
                self._drain()
            except ClientError as error:
                self._remember(str(error))
                raise
            self._remember("")
            if only is None:
                self._follow()
        return self.progress()

    def _drain(self) -> None:
        tries = 0
        while True:
            before, known = self._answered, _Round()
            self._pump(known)
            if not self._spool.waiting(only=self._only):
                return
            tries = 0 if self._answered > before else tries + 1
            if tries >= self._patience.attempts:
                raise self._gave_up(known)
            self._wait(tries, known)

    def _pump(self, known: _Round) -> None:
        while batch := self._next(known):
            self._send(batch, known)

    def _next(self, known: _Round) -> list[Row]:
        """The next POST: what alarms need, before anything else."""
        for urgent in (True, False) if self._spool.alarms() else (False,):
            for service in SERVICES:
                if service not in known.away and (rows := self._ready(service, known, urgent)):
                    return rows
        return []

    def _ready(self, service: str, known: _Round, urgent: bool) -> list[Row]:
        throttled = service in known.throttled
        if throttled and not urgent:
            return []
        busy = known.away | known.throttled
        which = Which(urgent, busy, known.left_alone, self._only)
        rows = self._spool.ready(service, self._most[service], which)
        return _first_alarm_alone(rows) if throttled else cut_to_size(rows)

    def _send(self, rows: list[Row], known: _Round) -> None:
        service = rows[0].service
        try:
            answer = send(self._connection, rows)
        except NotAnswering as error:
            self._not_answered(rows, error, known)
            return
        if isinstance(answer, Broken):
            self._broken(rows, answer, known)
            return
        self._most[service] = min(EVENTS_MAX, self._most[service] * 2)
        known.heard.add(service)
        answers = [settled(*each) for each in zip(rows, answer, strict=True)]
        self._settle(answers, rows, known)
        self._answered += sum(each.state != WAITING for each in answers)

    def _not_answered(self, rows: list[Row], error: NotAnswering, known: _Round) -> None:
        """Throttled: alarms may still come alone. Cut off: fewer at a time may come through."""
        service = rows[0].service
        alone = len(rows) == 1 and service in known.throttled
        known.why = error
        known.retry_after_s = max(known.retry_after_s, error.retry_after_s)
        if error.status == 429 and not alone:
            known.throttled.add(service)
            return
        if error.cut:
            self._most[service] = max(1, len(rows) // 2)
        known.away.add(service)

    def _broken(self, rows: list[Row], broken: Broken, known: _Round) -> None:
        """Halved until it is one event; that one is to blame only if the service is well."""
        service = rows[0].service
        if len(rows) > 1:
            self._most[service] = len(rows) // 2
            return
        known.why = NotAnswering(f"{service} answers {broken.status}: {broken.reason}.")
        if broken.status == TOO_LARGE or self._is_well(service, known):
            self._settle([failed(rows[0], broken)], rows, known)
        if service not in known.heard:
            known.away.add(service)

    def _is_well(self, service: str, known: _Round) -> bool:
        """It gave a verdict in this round, or answers a question."""
        if service in known.heard:
            return True
        try:
            self._connection.get(service, "gaps", below=1)
        except ClientError:
            return False
        return True

    def _settle(self, answers: list[Settled], rows: list[Row], known: _Round) -> None:
        self._spool.settle(answers)
        subject_of = {row.id: row.subject for row in rows}
        known.left_alone |= {subject_of[each.id] for each in answers if each.state == WAITING}
        self._verdicts.update(
            str(each.verdict["verdict"]) for each in answers if each.state != WAITING
        )
        self._told(self.progress())

    def _follow(self) -> None:
        """What the network put off: a refusal that came later is for a person, as any other."""
        asked = self._spool.deferred(FOLLOWED)
        try:
            self._spool.revise([self._decided(row) for row in asked])
        except (ClientError, httpx2.HTTPError):
            return  # it is asked again after the next sync

    def _decided(self, row: Row) -> Settled:
        found = self._connection.find(row.service, f"events/{row.id}") or {"handled": []}
        mine = (each for each in found["handled"] if each["by"] == SITE)
        known = next((each for each in mine if each["verdict"] != "deferred"), None)
        if known is None:
            return Settled(row.id, TAKEN, row.verdict, attempt=True)
        said = {name: known[name] for name in ("verdict", "code", "reason")}
        return Settled(row.id, TRAY if known["verdict"] == "rejected" else TAKEN, said)

    def progress(self) -> Progress:
        done = sum(self._verdicts.values())
        return Progress(done, self._spool.waiting(), dict(self._verdicts))

    def _wait(self, tries: int, known: _Round) -> None:
        """Backs off, but an alarm that is spooled meanwhile goes at once."""
        left_s = known.retry_after_s + self._patience.backoff(tries)
        alarms = self._spool.alarms()
        while left_s > 0:
            self._patience.wait(min(left_s, WAIT_STEP_S))
            left_s -= WAIT_STEP_S
            if self._spool.alarms() > alarms:
                self._pump(known)
                alarms = self._spool.alarms()

    def _gave_up(self, known: _Round) -> NotAnswering:
        left = self._spool.waiting()
        why = known.why or "the same events break the service again and again"
        return NotAnswering(
            f"{left} events wait in the spool, kept and in order: {why} `kap site doctor` says what"
            " is wrong; `kap site sync` goes on where this stopped."
        )

    def _remember(self, stopped: str) -> None:
        at = self._now().isoformat()
        said: dict[str, Any] = {"at": at, "verdicts": dict(self._verdicts), "stopped": stopped}
        self._spool.remark(LAST_SYNC, said)


def _first_alarm_alone(rows: list[Row]) -> list[Row]:
    """The first alarm that nothing of its subject must go before; the door never throttles it."""
    seen: set[str] = set()
    for row in rows:
        if row.lane == SAFETY_LANE and row.subject not in seen:
            return [row]
        seen.add(row.subject)
    return []
