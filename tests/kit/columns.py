"""Builders for the columns: records of both topics as Kafka gives them, and subjects' keys."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from services.outcomes.analytics.columns.archive.archive import Archive
from services.outcomes.analytics.columns.archive.records import RECORDS
from services.outcomes.analytics.columns.live import Columns
from shared.codec import schema, strict_json
from shared.codec.sealing import SubjectKey
from shared.codec.stream_records import sealed
from shared.contracts.outcomes import (
    OutcomeResult,
    OutcomeSubject,
    PatientFollowed,
    PatientResult,
    StreamSealed,
    SubjectWithdrawn,
)
from shared.kernel.sealing import RecordKey
from shared.messaging.kafka_tail import Run
from shared.web.descriptions import example

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
FROM = datetime(2026, 9, 1, tzinfo=UTC)


def result(**changes: Any) -> PatientResult:
    return replace(_of(PatientResult), **changes)


def followed(**changes: Any) -> PatientFollowed:
    return replace(_of(PatientFollowed), **changes)


def told(token: str, **changes: Any) -> OutcomeResult:
    return replace(_of(OutcomeResult), subject_token=token, **changes)


def subject(token: str, **changes: Any) -> OutcomeSubject:
    return replace(_of(OutcomeSubject), subject_token=token, **changes)


class Keys:
    """Subjects' keys that a test hands out and destroys."""

    def __init__(self, *tokens: str) -> None:
        self.living = {each: SubjectKey(each, each.encode().ljust(32, b"k")) for each in tokens}

    def learn(self, tokens: Iterable[str]) -> None:
        """Knows them all."""

    def opener(self, token: str) -> RecordKey | None:
        return self.living.get(token)

    def of(self, tokens: Iterable[str]) -> Sequence[RecordKey]:
        return [self.living[each] for each in tokens if each in self.living]

    def forget(self, token: str) -> None:
        """A test destroys keys itself."""

    def seal(self, record: OutcomeResult | OutcomeSubject) -> StreamSealed:
        return sealed(record, self.living[record.subject_token])


def record(
    data: Any, key: str, offset: int, *, partition: int = 0, known_at: datetime | None = None
) -> dict[str, Any]:
    """A row of the archive. `data`: a contract's, or bytes as they are."""
    is_ours = not isinstance(data, bytes)
    return {
        "partition": partition,
        "offset": offset,
        "known_at": known_at or FROM + timedelta(minutes=offset),
        "key": key,
        "type": data.type if is_ours else PatientResult.type,
        "clinic": "riverside",
        "value": strict_json.dumps(asdict(data)) if is_ours else data,
    }


def records(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=RECORDS)


def run_of(topic: str, rows: Sequence[dict[str, Any]]) -> Run:
    return Run(
        topic,
        rows[0]["partition"],
        [each["offset"] for each in rows],
        [int(each["known_at"].timestamp() * 1000) for each in rows],
        [each["key"].encode() for each in rows],
        [each["value"] for each in rows],
        [[("ce_type", each["type"].encode()), ("ce_clinic", b"riverside")] for each in rows],
    )


def withdrawn(token: str) -> SubjectWithdrawn:
    return SubjectWithdrawn(token)


def columns(folder: Path, keys: Keys | None = None) -> Columns:
    return Columns(Archive(folder), keys or Keys(), lambda: NOW)


def _of(contract: type[Any]) -> Any:
    return schema.load(contract, example(contract.type)["data"], closed=True)
