"""The service in memory: a store, the routes, the clock, and what a test wants to see."""

from datetime import datetime
from typing import Any

from shared.codec import strict_json
from shared.contracts.topics import SESSION_RECORD, heard_by
from shared.messaging.clock import AlarmClock
from shared.storage.documents import Collection
from shared.storage.journal import JOURNAL, records_of
from shared.storage.memory import MemoryStore
from shared.storage.reads import Reads
from shared.storage.runner import Runner
from shared.storage.steps import Step, Verdict
from shared.storage.time import freshness
from shared.storage.time.freshness import Beat
from tests.kit.session_record.facts import (
    ALARMS,
    CLINIC,
    NOON,
    at,
)


class SessionRecord:
    """A store, the routes, and what a test wants to see of them."""

    def __init__(self, *, is_fresh: bool = True) -> None:
        self.store = MemoryStore()
        if is_fresh:
            self.hear(at(days=30))
        self.reads = Reads(self.store, CLINIC)
        self._runner = Runner(
            SESSION_RECORD, self.store, lambda: NOON, str, lambda _attempt: None, _raise
        )

    def hear(self, until: datetime) -> None:
        """Intake and scheduling are known to have told everything up to then."""
        beats = [
            Beat(topic.name, number, until, topic.partitions)
            for topic in heard_by(SESSION_RECORD)
            for number in range(topic.partitions)
        ]
        freshness.note(self.store.session(), beats)

    def strike(self, until: datetime) -> int:
        """The clock looks at what wants to be looked at, until nothing is due."""
        alarm_clock = AlarmClock(SESSION_RECORD, self._runner, ALARMS, lambda: until)
        struck = 0
        while found := alarm_clock.sweep():
            struck += found
        return struck

    def take(self, *steps: Step) -> list[Verdict]:
        """Runs each step by itself."""
        return [verdict for step in steps for verdict in self._runner.run([step])]

    def take_at_once(self, *steps: Step) -> list[Verdict]:
        return self._runner.run(steps)

    def resume(self, step: Step) -> Verdict:
        document = self.store.session().find(JOURNAL, [step.id])[0]
        return self._runner.resume(step, document)

    def states(self, collection: Collection[Any]) -> list[dict[str, Any]]:
        documents = self.store.session().where(collection.name, {})
        return [document["state"] for document in documents]

    def said(self) -> list[tuple[str, dict[str, Any]]]:
        """(type, data) of every event that was emitted, in order."""
        entries = self.store.session().where(JOURNAL, {}, order="order")
        return [
            (dict(record.headers)["ce_type"].decode(), strict_json.loads(record.value or b""))
            for entry in entries
            for record in records_of(entry)
        ]


def _raise(_step: Step, bug: Exception) -> str:
    raise bug
