"""The consumer loop: poll, decode, run as one transaction, then commit the offsets.

Whatever a record holds, it ends in the store or in a lane before its offset is passed.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from hashlib import sha256

from shared.codec import schema, strict_json
from shared.codec.cloudevents import from_kafka
from shared.contracts.time import Heartbeat
from shared.contracts.topics import heard_by
from shared.kernel.clock import Clock
from shared.kernel.errors import Malformed, Unavailable
from shared.messaging.broker import Subscription
from shared.messaging.measuring.lag import Behind, Lag
from shared.runtime import failpoints, metrics
from shared.runtime.logs import logger
from shared.runtime.metrics import Board, Reading
from shared.storage.runner import Runner
from shared.storage.steps import Origin, Routes, Step, Verdict, tally
from shared.storage.time import freshness
from shared.storage.time.freshness import Beat

POLL_S = 0.2
IDLE_WATCHES_MAX = 3
_BEAT = ("ce_type", Heartbeat.type.encode())


def beat_of(origin: Origin) -> Beat | None:
    """The heartbeat that a record is; None for all others, and for one that is not of the
    partition it is on, which then is treated like any record that cannot be read."""
    if origin.key is not None or _BEAT not in origin.headers:
        return None
    try:
        envelope, data = from_kafka(origin.value, origin.headers)
        said = schema.load(Heartbeat, data, closed=False)
    except Malformed:
        return None
    beat = Beat(origin.topic, origin.partition, said.until, said.partitions)
    return beat if envelope.subject == beat.key else None


def step_of(origin: Origin, group: str, routes: Routes) -> Step:
    """The step that a record is. Never raises: what cannot be read becomes the step's fault."""
    envelope, content = None, origin.value or b""
    digest = sha256(content).hexdigest()
    try:
        envelope, data = from_kafka(origin.value, origin.headers)
        digest = sha256(strict_json.dumps([envelope.type, envelope.subject, data])).hexdigest()
        if not envelope.clinic:
            raise Malformed("/clinic", "is missing")
        route = routes.get(envelope.type)
        loaded = schema.load(route.data, data, closed=False) if route else None
    except Malformed as fault:
        return Step(group, envelope, digest, content, fault=fault, origin=origin)
    return Step(group, envelope, digest, content, route, loaded, origin=origin)


@dataclass
class Consumer:
    """One group member. `keep_on` is asked between attempts; `pause` waits before attempt n+1."""

    group: str
    subscription: Subscription
    runner: Runner
    routes: Routes
    keep_on: Callable[[], bool]
    pause: Callable[[int], None]
    _board: Board = field(default_factory=Board)
    _behind: dict[tuple[str, int], int] = field(default_factory=dict)
    _moved: bool = False
    _idle_watches: int = 0

    @cached_property
    def lag(self) -> Lag:
        return Lag(self.runner.clock)

    def turn(self) -> int:
        """One poll and all that follows from it: how many records were applied."""
        records = self.subscription.poll(POLL_S)
        if records and self._apply(records):
            failpoints.reach("consumer.after_apply")
            self.subscription.commit(records)
        return len(records)

    def watch(self) -> None:
        """Measures the lag, and restarts a client that does not do its work: it stands still
        while the end moves away, or it has long owned nothing (a join that never ended)."""
        lag = self.subscription.lag()
        self.lag.look(lag, self.subscription.read_until())
        self._board.show(self._measured(lag))
        stuck = any(behind > self._behind.get(place, behind) for place, behind in lag.items())
        self._idle_watches = 0 if lag else self._idle_watches + 1
        if (stuck and not self._moved) or self._idle_watches == IDLE_WATCHES_MAX:
            logger().warning("consumer restarted", owned=len(lag))
            metrics.RESTARTS.labels(self.group).inc()
            self.subscription.restart()
            self._idle_watches = 0
        self._behind, self._moved = lag, False
        self._measure_knowledge()

    def _measured(self, lag: Mapping[tuple[str, int], int]) -> Iterator[Reading]:
        """As functions, so that the seconds grow also while nobody measures them again."""
        for (topic, partition), records in lag.items():
            yield metrics.LAG, (self.group, topic, str(partition)), records
        for behind in self.lag.behind.values():
            age = partial(_seconds, behind, self.runner.clock)
            yield metrics.LAG_SECONDS, (self.group, behind.topic), age

    def _apply(self, records: Sequence[Origin]) -> bool:
        """Whether the records are in the store; False only if asked to stop before."""
        self._moved = True
        heard = [(record, beat_of(record)) for record in records]
        events = [record for record, beat in heard if beat is None]
        if events and not self._run([step_of(each, self.group, self.routes) for each in events]):
            return False
        # Only now: a heartbeat speaks of what stands before it, and that is in the store.
        self._note([beat for _, beat in heard if beat])
        return True

    def _run(self, steps: Sequence[Step]) -> bool:
        attempt = 0
        while True:
            try:
                with metrics.BATCH.labels(self.group).time():
                    verdicts = self.runner.run(steps)
            except Unavailable:
                if not self.keep_on():
                    return False
                self.subscription.hold()
                self.pause(attempt := attempt + 1)
            else:
                self._count(steps, verdicts)
                return True

    def _note(self, beats: Sequence[Beat]) -> None:
        if beats:
            with suppress(Unavailable):  # we know more than we can say; the next beat is soon
                freshness.note(self.runner.store.session(), beats)

    def _measure_knowledge(self) -> None:
        """As functions, so that the age grows also while there is nobody to measure it again."""
        session, clock = self.runner.store.session(), self.runner.clock
        for producer in {topic.producer for topic in heard_by(self.group)}:
            until = freshness.heard_until(session, self.group, producer)
            metrics.KNOWLEDGE_AGE.labels(self.group, producer).set_function(
                partial(_age_s, until, clock)
            )

    def _count(self, steps: Sequence[Step], verdicts: Sequence[Verdict]) -> None:
        for (kind, outcome), times in tally(steps, verdicts).items():
            metrics.VERDICTS.labels(self.group, self.group, kind, outcome).inc(times)
        for step, verdict in zip(steps, verdicts, strict=True):
            if verdict.verdict == "parked" and step.origin:
                logger().warning(
                    "parked",
                    code=verdict.code,
                    event_id=verdict.id,
                    origin=step.origin.id,
                    correlationid=step.envelope.correlationid if step.envelope else "",
                )


def _age_s(until: datetime | None, clock: Clock) -> float:
    return max(0.0, (clock() - until).total_seconds()) if until else math.inf


def _seconds(behind: Behind, clock: Clock) -> float:
    return behind.seconds(clock())
