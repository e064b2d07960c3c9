"""The columns at work: what is read goes into the tables, the log and the archive, once."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock, RLock

import polars as pl

from services.outcomes.analytics.columns.archive.archive import Archive
from services.outcomes.analytics.columns.archive.records import places_after
from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.columns.log import StreamLog
from services.outcomes.analytics.columns.opening import Opened, Opening, SubjectKeys
from services.outcomes.analytics.columns.standing import TABLES, Standing
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
    """A View. One thread takes; any thread asks. `quiet`: what is left out was told before."""

    def __init__(
        self,
        archive: Archive,
        keys: SubjectKeys,
        now: Callable[[], datetime],
        *,
        quiet: bool = False,
    ) -> None:
        self.archive, self._now, self._quiet = archive, now, quiet
        self._past: OrderedDict[datetime, Frames] = OrderedDict()
        self._past_lock, self._stream_lock = Lock(), Lock()
        self._patients, self._stream = PatientTables(), StreamTables()
        self._opening = Opening(keys)
        self._log = StreamLog(archive, self._opening)
        self._places: dict[int, int] = {}
        self._followed: dict[int, int] = {}
        self._read: Counter[str] = Counter()
        self._taking = RLock()

    @property
    def log(self) -> Log:
        return self._log

    def epoch(self) -> str:
        """Changes when the stream's topic, or the whole of Kafka, is made anew."""
        identity = self.archive.identity
        return f"{identity.get('', '')}/{identity.get(STREAM.name, '')}"

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

    def rows(self) -> dict[str, int]:
        """How many are shown, by table."""
        return {name: frame.height for name, frame in self._all_frames().items()}

    def standing(self) -> Standing:
        """All of it, between two records."""
        with self._taking:
            places = {FOLLOWED.name: dict(self._followed), STREAM.name: dict(self._places)}
            gone = frozenset(self._opening.gone)
            return Standing(self._all_frames(), places, gone, dict(self._read))

    def replay(self, topic: str, records: pl.DataFrame) -> None:
        """Takes what is in an archive already. Raises Unavailable, with nothing taken."""
        with self._taking:
            self._into_tables(topic, records)

    def adopt(self, other: "Columns") -> None:
        """The other's tables take the place of these; first it takes what came meanwhile. The
        archive and the stream's log stay: they are records as they came."""
        with self._taking:
            reached = other.standing().places
            for topic in TOPICS:
                for piece in self.archive.pieces(topic):
                    other.replay(topic, _after(piece.collect(), reached[topic]))
            with self._stream_lock, self._past_lock:
                self._past.clear()
                self._patients, self._stream = other._patients, other._stream
                self._forget(set(other._opening.gone) | self._opening.gone)

    def restore(self) -> None:
        """From the archive; what of it is damaged is read from Kafka again."""
        with self._taking:
            self._restore()

    def _restore(self) -> None:
        self._read.clear()
        for topic in self.archive.check():
            logger().error("archive damaged: the topic is read anew", topic=topic)
        for topic in TOPICS:
            for piece in self.archive.pieces(topic):
                self._into_tables(topic, piece.collect())

    def take(self, topic: str, records: pl.DataFrame) -> None:
        """Raises Unavailable, with nothing taken."""
        with self._taking:
            self._into_tables(topic, records, keep=True)

    def rebuild(self) -> None:
        """From nothing: what was read was of other topics."""
        with self._taking:
            self._rebuild()

    def _rebuild(self) -> None:
        for topic in TOPICS:
            self.archive.empty(topic)
        self.archive.is_of({})
        self._past.clear()
        with self._stream_lock:
            self._log.clear()
            self._opening.gone.clear()
            self._patients, self._stream = PatientTables(), StreamTables()
            for each in (self._places, self._followed, self._read):
                each.clear()

    def look_for_destroyed_keys(self) -> None:
        """Whoever has no key any more is forgotten, whether or not a withdrawal was heard."""
        if destroyed := self._opening.destroyed(self._stream.tokens()):
            with self._taking, self._stream_lock:
                self._forget(destroyed)

    def _into_tables(self, topic: str, records: pl.DataFrame, *, keep: bool = False) -> None:
        if topic == STREAM.name:
            opened, unread = self._opening.open(records)
            if keep:
                self.archive.append(topic, records)
            self._take_stream(opened, places_after(records))
            self._count(topic, unread)
        else:
            if keep:
                self.archive.append(topic, records)
            self._count(topic, self._patients.take(records))
            self._followed.update(places_after(records))
        self._read[topic] += records.height

    def _take_stream(self, opened: list[Opened], after: Places) -> None:
        with self._stream_lock:
            self._forget({each.token for each in opened if each.type == SubjectWithdrawn.type})
            gone = self._opening.gone
            within = [each for each in opened if each.type != SubjectWithdrawn.type]
            skipped = self._stream.take([each for each in within if each.token not in gone])
            self._places.update(after)
            self._log.add(opened, after)
        self._count(STREAM.name, skipped)

    def _count(self, topic: str, skipped: Mapping[str, int]) -> None:
        for reason, number in skipped.items() if not self._quiet else ():
            metrics.COLUMNS_SKIPPED.labels(topic, reason).inc(number)
            logger().warning("records skipped", topic=topic, reason=reason, number=number)

    def _all_frames(self) -> dict[str, pl.DataFrame]:
        frames = (*self._patients.frames(), *self._stream.frames())
        return dict(zip(TABLES, frames, strict=True))

    def _forget(self, tokens: set[str]) -> None:
        for token in tokens:
            self._opening.forget(token)
        self._stream.drop(tokens)
        self._log.forget(tokens)


def _after(records: pl.DataFrame, places: Mapping[int, int]) -> pl.DataFrame:
    """Those that come after these places."""
    reached = pl.col("partition").replace_strict(
        list(places), list(places.values()), default=0, return_dtype=pl.Int64()
    )
    return records.filter(pl.col("offset") >= reached) if places else records
