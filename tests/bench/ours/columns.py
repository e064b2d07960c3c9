"""The read side at work on a network's results: rebuilt from Kafka, reported, exported, fed on.

Every part runs in a process of its own. The keys of the stream's subjects are in memory.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any

import polars as pl
import psutil
from kafka import KafkaConsumer, TopicPartition

from services.outcomes.analytics.columns.archive.archive import Archive
from services.outcomes.analytics.columns.exports.files import FORMATS
from services.outcomes.analytics.columns.feed import Feed
from services.outcomes.analytics.columns.frames import Frames, columns_of
from services.outcomes.analytics.columns.live import TOPICS, Columns
from services.outcomes.analytics.columns.table import Table
from services.outcomes.analytics.report.counting.people import last_days
from services.outcomes.analytics.report.counts import Dimension
from services.outcomes.analytics.report.network import network_report
from services.outcomes.analytics.report.shapes import Count, NetworkReport, Rate
from shared.codec import strict_json
from shared.codec.cloudevents import KafkaRecord
from shared.codec.sealing import SubjectKey
from shared.codec.stream_records import PADDED_TO
from shared.contracts.outcomes import (
    OutcomeResult,
    OutcomeSubject,
    PatientFollowed,
    PatientResult,
    StreamSealed,
)
from shared.contracts.topics import FOLLOWED, STREAM
from shared.messaging.tail.kafka_tail import _FAST, TopicsTail
from shared.runtime.clock import utc_now
from shared.runtime.process import Drain, background
from tests.bench.measures import Measurements, Run, Scale
from tests.bench.raw import kafka
from tests.bench.raw.reports import Counts, by_duckdb, by_pandas
from tests.bench.rows import made, stream_of
from tests.kit.analytics.columns import Keys, record, records, result
from tests.kit.outcomes import POLICY

GROUPS: dict[str, tuple[Dimension, ...]] = {
    "clinic": ("clinic",),
    "clinic and indication": ("clinic", "indication"),
}
CONSENTING = 5
"""One patient in so many is on the analysts' stream."""
REQUESTS, EVENTS, FEW = 20, 300, 1000
_SENT_AT_ONCE, _LIMIT_S = 50_000, 300
_WINDOWS = ("end", "week-4", "month-3", "month-6")


@dataclass(frozen=True)
class Filled:
    """What a process found that filled its columns. `runs`: by the name of the variant."""

    runs: dict[str, Run]
    few_us: float
    all_us: float
    read_ms: float


@dataclass(frozen=True)
class Exported:
    seconds: float
    megabytes: float
    extra_mb: float


def measure(bootstrap_servers: str, scale: Scale, found: Measurements) -> None:
    """The topics must be there; what else is on them is read too."""
    now = datetime.now(UTC).replace(microsecond=0)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as alone:
        alone.submit(publish, bootstrap_servers, scale.patients, now).result()
        found.add("raw rebuild", alone.submit(consumed, bootstrap_servers).result())
        filled = alone.submit(fill, bootstrap_servers).result()
        exported = alone.submit(export, scale.patients, now).result()
    for name, run in filled.runs.items():
        found.add(name, run)
    found.values["event at all over few"].append(filled.all_us / filled.few_us)
    found.values["export s"].append(exported.seconds)
    found.values["export extra MB"].append(exported.extra_mb)
    found.said.append(
        f"Columns of {scale.patients:,} patients: one event {filled.few_us:.0f} us at {FEW:,} rows,"
        f" {filled.all_us:.0f} us at all (median of {EVENTS}, in turns); after it the frames are"
        f" anew in {filled.read_ms:.1f} ms. Export of every result to Parquet:"
        f" {exported.seconds:.2f} s, {exported.megabytes:.1f} MB, {exported.extra_mb:.0f} MB more"
        " memory at its peak"
    )


def publish(bootstrap_servers: str, patients: int, now: datetime) -> None:
    waiting: list[KafkaRecord] = []
    for each in _told(patients, now):
        waiting.append(each)
        if len(waiting) == _SENT_AT_ONCE:
            kafka.publish(bootstrap_servers, waiting)
            waiting.clear()
    kafka.publish(bootstrap_servers, waiting)


def _told(patients: int, now: datetime) -> Iterator[KafkaRecord]:
    rows = made(patients, now)
    own = {"patient_id", "clinic"}
    for frame, type_ in ((rows.patients, PatientFollowed.type), (rows.results, PatientResult.type)):
        lines = _lines(frame.drop(own))
        for line, who, clinic in zip(lines, frame["patient_id"], frame["clinic"], strict=True):
            headers = (("ce_type", type_.encode()), ("ce_clinic", clinic.encode()))
            yield KafkaRecord("", FOLLOWED.name, who.encode(), line, headers)
    among = rows.patients["patient_id"].gather_every(CONSENTING).implode()
    told = (
        each.filter(pl.col("patient_id").is_in(among)) for each in (rows.patients, rows.results)
    )
    subjects, results = stream_of(
        replace(rows, **dict(zip(("patients", "results"), told, strict=True)))
    )
    keys = Keys(*subjects["subject_token"]).living
    for frame, within in ((subjects, OutcomeSubject.type), (results, OutcomeResult.type)):
        for line, token in zip(_lines(frame), frame["subject_token"], strict=True):
            yield _sealed(token, keys[token], within, line)


def _sealed(token: str, key: SubjectKey, within: str, line: bytes) -> KafkaRecord:
    padded = line.ljust(-(-len(line) // PADDED_TO) * PADDED_TO)
    value = strict_json.dumps(StreamSealed(token, key.seal(within, padded)))
    headers = (("ce_type", StreamSealed.type.encode()), ("ce_clinic", b"network"))
    return KafkaRecord("", STREAM.name, token.encode(), value, headers)


def _lines(frame: pl.DataFrame) -> list[bytes]:
    return frame.write_ndjson().encode().splitlines()


def consumed(bootstrap_servers: str) -> Run:
    """kafka-python alone with the same settings: everything polled and counted."""
    began_s, cpu_s, done = time.monotonic(), time.process_time(), 0
    consumer = KafkaConsumer(bootstrap_servers=bootstrap_servers, group_id=None, **_FAST)
    places = [TopicPartition(t, n) for t in TOPICS for n in consumer.partitions_for_topic(t)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    count = _on_the_topics(consumer, places)
    while done < count and time.monotonic() - began_s < _LIMIT_S:
        done += sum(len(each) for each in consumer.poll(timeout_ms=200).values())
    run = Run(done, time.monotonic() - began_s, cpu_s=time.process_time() - cpu_s)
    consumer.close(autocommit=False)
    return run


def _on_the_topics(consumer: KafkaConsumer, places: Sequence[TopicPartition]) -> int:
    ends, begins = consumer.end_offsets(places), consumer.beginning_offsets(places)
    return sum(ends[each] - begins[each] for each in places)


class AllKeys(Keys):
    """The key that each token has in these rows, made when it is asked for."""

    def opener(self, token: str) -> SubjectKey | None:
        if token not in self.living:
            self.living |= Keys(token).living
        return self.living[token]

    def of(self, tokens: Any) -> Any:
        return [self.opener(each) for each in tokens]


def fill(bootstrap_servers: str) -> Filled:
    with tempfile.TemporaryDirectory() as folder:
        columns = Columns(Archive(Path(folder) / "all"), AllKeys(), utc_now)
        rebuild = _rebuilt(columns, bootstrap_servers)
        runs = _reports(columns.frames())
        few = Columns(Archive(Path(folder) / "few"), AllKeys(), utc_now)
        few_us, all_us = _event_costs(few, columns)
        return Filled({"rebuild": rebuild, **runs}, few_us, all_us, _read_after_an_event(columns))


def _rebuilt(columns: Columns, bootstrap_servers: str) -> Run:
    feed = Feed(columns, TopicsTail(bootstrap_servers, TOPICS), Drain())
    began_s, cpu_s = time.monotonic(), time.process_time()
    thread = background("feed", feed.run)
    assert feed.ready.wait(_LIMIT_S), feed.away
    seconds, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
    feed.drain.ask()
    thread.join()
    count = sum(sum(columns.archive.places(topic).values()) for topic in TOPICS)
    return Run(count, seconds, cpu_s=cpu_s)


def _reports(frames: Frames) -> dict[str, Run]:
    """Each warmed up once; all three must have counted the same."""
    days = last_days(POLICY)
    pandas, duck = by_pandas(frames, days), by_duckdb(frames, days)
    runs = {}
    for name, by in GROUPS.items():
        counts = _counts(network_report(frames, by, POLICY), by)
        assert pandas(by) == duck(by) == counts, f"not the same counts by {name}"
        runs[f"report, {name}"] = _timed(partial(network_report, frames, by, POLICY))
        runs[f"pandas, {name}"] = _timed(partial(pandas, by))
        runs[f"duckdb, {name}"] = _timed(partial(duck, by))
    return runs


def _counts(report: NetworkReport, by: Sequence[Dimension]) -> Counts:
    found: dict[tuple[str, ...], tuple[int, ...]] = {}
    for row in report.items:
        for at in row.windows:
            if at.window in _WINDOWS and at.due.value:
                n = at.due, at.observed, at.response.observed, at.remission.observed
                key = (*(getattr(row, each) for each in by), at.window)
                found[key] = tuple(_number(each) for each in n)
    return found


def _number(of: Count | Rate) -> int:
    found = of.value if isinstance(of, Count) else of.numerator
    assert found is not None, "everything is shown: nothing is suppressed"
    return found


def _timed(work: Callable[[], object]) -> Run:
    took_ms, cpu_s = [], time.process_time()
    for _ in range(REQUESTS):
        began_s = time.perf_counter()
        work()
        took_ms.append(1000 * (time.perf_counter() - began_s))
    cpu_s = time.process_time() - cpu_s
    return Run(REQUESTS, sum(took_ms) / 1000, tuple(took_ms), cpu_s=cpu_s)


def _event_costs(few: Columns, all_: Columns) -> tuple[float, float]:
    """Median us of one event, half of them revisions of results that are there; in turns."""
    few.take(FOLLOWED.name, records(_news(number, 0) for number in range(FEW)))
    took: dict[int, list[float]] = {id(few): [], id(all_): []}
    for number in range(EVENTS):
        at = number // 2 if number % 2 else 10 * FEW + number
        piece = records([_news(at, number % 2, offset=10**9 + number)])
        for columns in (few, all_):
            began_s = time.perf_counter()
            columns.take(FOLLOWED.name, piece)
            took[id(columns)].append(1e6 * (time.perf_counter() - began_s))
    return median(took[id(few)]), median(took[id(all_)])


def _read_after_an_event(columns: Columns) -> float:
    took_ms = []
    for number in range(REQUESTS):
        columns.take(FOLLOWED.name, records([_news(number, 2 + number, offset=2 * 10**9 + number)]))
        began_s = time.perf_counter()
        columns.frames()
        took_ms.append(1000 * (time.perf_counter() - began_s))
    return median(took_ms)


def _news(number: int, revision: int, offset: int = 0) -> dict[str, Any]:
    at = datetime(2026, 9, 1, tzinfo=UTC) + timedelta(minutes=number)
    data = result(assessment_id=f"event-{number}", revision=revision, answered_at=at)
    told = record(b"", f"patient-{number % 100}", offset or number)
    return told | {"value": strict_json.dumps(data)}


@contextmanager
def _peak() -> Iterator[list[int]]:
    """The largest resident memory meanwhile, bytes."""
    highest, done = [0], Event()

    def look() -> None:
        while not done.wait(0.002):
            highest[0] = max(highest[0], psutil.Process().memory_info().rss)

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield highest
    finally:
        done.set()
        thread.join()


def export(patients: int, now: datetime) -> Exported:
    """Of every result, as the answer of `/v1/exports/results.parquet` writes it."""
    table = Table(columns_of(OutcomeResult), "subject_token", "result_id")
    for piece in stream_of(made(patients, now))[1].iter_slices(50_000):
        table.take(piece)
    frame, write = table.frame(), FORMATS["parquet"][1]
    with _peak() as highest, tempfile.TemporaryFile() as file:
        before = psutil.Process().memory_info().rss
        began_s = time.monotonic()
        for part in write(frame, {"schema": OutcomeResult.type}):
            file.write(part)
        seconds = time.monotonic() - began_s
        size = file.tell()
    return Exported(seconds, size / 1e6, (highest[0] - before) / 1e6)
