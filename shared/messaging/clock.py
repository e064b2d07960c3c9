"""The clock that strikes: what must be decided because time passed, not because an event came.

Documents that are due are found by their `wake_at`; each becomes one step of the journal.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.codec import strict_json
from shared.codec.cloudevents import content_sha256, from_structured
from shared.contracts.envelope import SPEC_VERSION, Event
from shared.contracts.time import ClockStruck
from shared.kernel.clock import Clock
from shared.kernel.errors import Conflict, Unavailable
from shared.kernel.identifiers import derive
from shared.runtime import metrics
from shared.runtime.logs import logger
from shared.storage.documents import Collection
from shared.storage.runner import Runner
from shared.storage.steps import Outcome, Route, Routes, Step, tally
from shared.storage.store import Document
from shared.storage.unit_of_work import Need, UnitOfWork

CLOCK = "clock"
"""The reader of what the clock struck, as `site` is of what was posted."""
PAGE = 200
TRIED_AGAIN_AFTER = timedelta(minutes=1)
_EXACT = timedelta(milliseconds=1)
"""Times of events are of whole milliseconds."""
_EVER = datetime(1900, 1, 1, tzinfo=UTC)
Alarms = Mapping[Collection[Any], Route[Any]]
"""How a service takes the striking of the clock, by the collection whose aggregate it is for.

The handler gets ClockStruck at the hour the aggregate asked for, if it still asks for it, and
saves it with its next one.
"""


@dataclass(frozen=True)
class AlarmClock:
    """Swept by the consumer process. Two of them do no harm: the journal takes each hour once."""

    service: str
    runner: Runner
    alarms: Alarms
    clock: Clock

    def sweep(self) -> int:
        """For how many aggregates the hour struck and was decided."""
        return sum(self._sweep(collection) for collection in self.alarms)

    def _sweep(self, collection: Collection[Any]) -> int:
        session, now = self.runner.store.session(), self.clock()
        found = session.where(collection.name, {}, order="wake_at", after=_EVER, limit=PAGE)
        due = [each for each in found if each["wake_at"] <= now]
        return sum(self._strike(collection, each, now) for each in due)

    def _strike(self, collection: Collection[Any], document: Document, now: datetime) -> bool:
        """Whatever comes of it, this document is not found due again for the same hour for ever."""
        try:
            hour = _hour(collection, document)
            if hour is None or hour > now:  # the service has another mind than when it was stored
                self._set(collection, document, hour)
                return False
            outcome = self._run(collection, document, hour, now)
        except Unavailable:
            raise
        except Exception as bug:  # noqa: BLE001 - a bug of ours must not stop the others
            logger().error("alarm fails", document=document["_id"], exc_info=bug)
            outcome = "error"
        if outcome in ("error", "invalid"):
            self._set(collection, document, now + TRIED_AGAIN_AFTER)
        elif outcome in ("duplicate", "conflict"):  # decided before, and it asks no other hour
            self._set(collection, document, None)
        return outcome in ("accepted", "rejected", "deferred")

    def _run(
        self, collection: Collection[Any], document: Document, hour: datetime, now: datetime
    ) -> Outcome:
        steps = [self._step(collection, document, hour, now)]
        verdicts = self.runner.run(steps)
        for (kind, outcome), times in tally(steps, verdicts).items():
            metrics.VERDICTS.labels(self.service, CLOCK, kind, outcome).inc(times)
        return verdicts[0].verdict

    def _step(
        self, collection: Collection[Any], document: Document, hour: datetime, now: datetime
    ) -> Step:
        aggregate = collection.aggregate(document)
        struck = ClockStruck(collection.name, collection.identity(aggregate), now)
        content = {
            "specversion": SPEC_VERSION,
            "id": derive(f"{collection.name}/{document['_id']}", hour.isoformat()),
            "source": f"/{self.service}/{CLOCK}",
            "type": struck_type(self.service),
            "subject": collection.subject(aggregate),
            "time": hour.isoformat(),
            "data": {
                "collection": struck.collection,
                "aggregate_id": struck.aggregate_id,
                "struck_at": now.isoformat(),
            },
        }
        envelope = from_structured(content, document["clinic"])
        body = strict_json.dumps(content)
        route = alarm_routes(self.service, self.alarms)[envelope.type]
        return Step(CLOCK, envelope, content_sha256(content), body, route, struck)

    def _set(
        self, collection: Collection[Any], document: Document, wake_at: datetime | None
    ) -> None:
        """When the clock looks at it next, unless somebody has saved it since."""
        kept = {name: value for name, value in document.items() if name != "wake_at"}
        changed = kept | {"version": document["version"] + 1}
        with suppress(Conflict):
            self.runner.store.session().replace(
                collection.name, [changed | ({"wake_at": wake_at} if wake_at else {})]
            )


def struck_type(service: str) -> str:
    return f"{service}.clock.struck.v1"


def alarm_routes(service: str, alarms: Alarms) -> Routes:
    """The alarms as one route, which also takes up again a striking that had to wait."""
    by_name = {collection.name: (collection, route) for collection, route in alarms.items()}

    def handle(event: Event, uow: UnitOfWork) -> None:
        collection, route = by_name[event.data.collection]
        aggregate = uow.get(collection, event.data.aggregate_id)
        if aggregate is not None and _is_wanted(collection, aggregate, event.time):
            route.handle(route.translate(event), uow)

    def loads(event: Event) -> Sequence[Need]:
        collection, route = by_name[event.data.collection]
        return [(collection, event.data.aggregate_id), *route.loads(event)]

    return {struck_type(service): Route(ClockStruck, lambda event: event, handle, loads)}


def _is_wanted(collection: Collection[Any], aggregate: Any, hour: datetime) -> bool:
    """Whether it still asks for the hour: somebody may have saved it since it was found due."""
    asked = collection.wake(aggregate) if collection.wake else None
    return asked is not None and asked - hour < _EXACT


def _hour(collection: Collection[Any], document: Document) -> datetime | None:
    """The hour that the aggregate asks for. `wake_at` may be later, after a failure."""
    assert collection.wake, f"{collection.name} has an alarm but never wakes"
    return collection.wake(collection.aggregate(document))
