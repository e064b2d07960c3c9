"""Records of Kafka as rows, as they came: what was sealed stays sealed."""

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from shared.messaging.kafka_tail import Run

RECORDS: dict[str, Any] = {
    "partition": pl.Int32(),
    "offset": pl.Int64(),
    "known_at": pl.Datetime("ms", "UTC"),
    "key": pl.String(),
    "type": pl.String(),
    "clinic": pl.String(),
    "value": pl.Binary(),
}
"""`known_at`: when Kafka took it. `type`, `clinic`: as the envelope says, empty if it does not."""


def rows_of(runs: Iterable[Run]) -> pl.DataFrame:
    frames = [_rows(run) for run in runs]
    return pl.concat(frames) if frames else pl.DataFrame(schema=RECORDS)


def places_after(records: pl.DataFrame) -> dict[int, int]:
    """Per partition, the offset that comes after the last of these."""
    ends = records.group_by("partition").agg(pl.col("offset").max() + 1)
    return dict(ends.iter_rows())


def _rows(run: Run) -> pl.DataFrame:
    named = [dict(each) for each in run.headers]
    columns = {
        "partition": [run.partition] * len(run.offsets),
        "offset": run.offsets,
        "known_at": run.times_ms,
        "key": [_text(each) for each in run.keys],
        "type": [_text(each.get("ce_type")) for each in named],
        "clinic": [_text(each.get("ce_clinic")) for each in named],
        "value": run.values,
    }
    return pl.DataFrame([_series(name, values) for name, values in columns.items()])


def _series(name: str, values: Sequence[Any]) -> pl.Series:
    if name == "known_at":
        return pl.Series(name, values, dtype=pl.Int64()).cast(RECORDS[name])
    return pl.Series(name, values, dtype=RECORDS[name])


def _text(value: bytes | None) -> str:
    return value.decode(errors="replace") if value else ""
