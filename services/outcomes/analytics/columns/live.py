"""The columns at work: what is read goes into the tables, the log and the archive, once."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock

import polars as pl

from services.outcomes.analytics.columns.archive.archive import Archive
from services.outcomes.analytics.columns.archive.records import places_after
from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.columns.log import StreamLog
from services.outcomes.analytics.columns.opening import Opened, Opening, SubjectKeys
from services.outcomes.analytics.columns.tables import PatientTables, StreamTables, last_known
from services.outcomes.analytics.view import Log, Places, StreamFrames
from shared.contracts.outcomes import SubjectWithdrawn
from shared.contracts.topics import FOLLOWED, STREAM
from shared.runtime import metrics
from shared.runtime.logs import logger

TOPICS = (FOLLOWED.name, STREAM.name)
PAST_MAX = 4
"""So many moments of the past are kept at hand."""


class Columns:
    """A View. One thread takes; any thread asks."""

    def __init__(
        self, archive: Archive, keys: SubjectKeys, now: Callable[[], datetime]
    ) -> None:
        self.archive, self._keys, self._now = archive, keys, now
        self._past: OrderedDict[datetime, Frames] = OrderedDict()
        self._past_lock, self._stream_lock = Lock(), Lock()
        self._begin()

    @property
    def log(self) -> Log:
        return self._log

    def frames(self, as_of: datetime | None = None) -> Frames:
        if as_of is None or as_of >= self._now():
            return Frames(*self._patients.frames(), self._now())
        with self._past_lock:
            if as_of not in self._past:
                records = self.archive.known(FOLLOWED.name, as_of)
                self._past[as_of] = Frames(*last_known(records), as_of)
            self._past.move_to_end(as_of)
            while len(self._past) > PAST_MAX:
                self._past.popitem(last=False)
            return self._past[as_of]

    def stream(self) -> StreamFrames:
        with self._stream_lock:
            return StreamFrames(*self._stream.frames(), dict(self._places))

    def restore(self) -> None:
        """From the archive; what of it is damaged is read from Kafka again."""
        for topic in self.archive.check():
            logger().error("archive damaged: the topic is read anew", topic=topic)
        for topic in TOPICS:
            for piece in self.archive.pieces(topic):
                self._into_tables(topic, piece.collect())

    def take(self, topic: str, records: pl.DataFrame) -> None:
        """Raises Unavailable, with nothing taken."""
        self._into_tables(topic, records, keep=True)

    def rebuild(self) -> None:
        """From nothing: what was read was of other topics."""
        for topic in TOPICS:
            self.archive.empty(topic)
        self._past.clear()
        self._begin()

    def look_for_destroyed_keys(self) -> None:
        """Whoever has no key any more is forgotten, whether or not a withdrawal was heard."""
        if destroyed := self._opening.destroyed(self._stream.tokens()):
            with self._stream_lock:
                self._forget(destroyed)

    def _begin(self) -> None:
        self._patients, self._stream = PatientTables(), StreamTables()
        self._opening = Opening(self._keys)
        self._log = StreamLog(self.archive, self._opening)
        self._places: dict[int, int] = {}

    def _into_tables(self, topic: str, records: pl.DataFrame, *, keep: bool = False) -> None:
        if topic == STREAM.name:
            opened, unread = self._opening.open(records)
            if keep:
                self.archive.append(topic, records)
            self._take_stream(opened, places_after(records))
            _count(topic, unread)
        else:
            if keep:
                self.archive.append(topic, records)
            _count(topic, self._patients.take(records))

    def _take_stream(self, opened: list[Opened], after: Places) -> None:
        with self._stream_lock:
            self._forget({each.token for each in opened if each.type == SubjectWithdrawn.type})
            gone = self._opening.gone
            within = [each for each in opened if each.type != SubjectWithdrawn.type]
            skipped = self._stream.take([each for each in within if each.token not in gone])
            self._places.update(after)
            self._log.add(opened, after)
        _count(STREAM.name, skipped)

    def _forget(self, tokens: set[str]) -> None:
        for token in tokens:
            self._opening.forget(token)
        self._stream.drop(tokens)
        self._log.forget(tokens)


def _count(topic: str, skipped: Mapping[str, int]) -> None:
    for reason, number in skipped.items():
        metrics.COLUMNS_SKIPPED.labels(topic, reason).inc(number)
        logger().warning("records skipped", topic=topic, reason=reason, number=number)
