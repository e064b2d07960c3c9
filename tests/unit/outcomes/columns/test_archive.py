"""The archive: every record as it came, whole after a crash, and damage is noticed."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outcomes.analytics.columns.archive import archive as module
from services.outcomes.analytics.columns.archive.archive import Archive
from services.outcomes.analytics.columns.archive.records import RECORDS, rows_of
from tests.kit.analytics.columns import record, records, result, run_of

TOPIC = "outcomes.patient"


def some(first: int, count: int, partition: int = 0) -> pl.DataFrame:
    rows = range(first, first + count)
    return records(record(result(), f"p{n}", n, partition=partition) for n in rows)


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("records/**/*.parquet"))


def test_rows_are_the_records_as_kafka_gave_them() -> None:
    rows = [record(result(), "p", 3), record(b"\xff", "p", 4)]

    frame = rows_of([run_of(TOPIC, rows)])

    assert frame.schema == pl.Schema(RECORDS)
    assert frame.to_dicts() == rows


def test_what_was_flushed_is_there_after_a_restart_and_places_say_what_comes_next(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path)
    archive.append(TOPIC, some(0, 3))
    archive.append(TOPIC, some(5, 2, partition=1))
    archive.flush()
    archive.append(TOPIC, some(3, 1))

    again = Archive(tmp_path)

    assert (archive.places(TOPIC), again.places(TOPIC)) == ({0: 4, 1: 7}, {0: 3, 1: 7})
    assert again.check() == []
    assert again.first(TOPIC) == {0: 0, 1: 5}
    assert pl.concat(each.collect() for each in again.pieces(TOPIC)).height == 5


def test_segments_are_laid_out_by_topic_and_month(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    months = [datetime(2026, month, 1, tzinfo=UTC) for month in (8, 9)]
    rows = [record(result(), "p", n, known_at=at) for n, at in enumerate(months)]
    archive.append(TOPIC, records(rows))
    archive.flush()

    assert [str(each.parent.relative_to(tmp_path)) for each in segments(tmp_path)] == [
        f"records/topic={TOPIC}/month=2026-{month}" for month in ("08", "09")
    ]
    read = pl.scan_parquet(tmp_path / "records", hive_partitioning=True).collect()
    assert read["month"].to_list() == ["2026-08", "2026-09"]


@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_a_damaged_segment_is_found_and_its_topic_is_read_anew(tmp_path: Path, damage: str) -> None:
    archive = Archive(tmp_path)
    archive.append(TOPIC, some(0, 3))
    archive.append("outcomes.stream", some(0, 3))
    archive.flush()
    file = next(each for each in segments(tmp_path) if TOPIC in str(each))
    content = file.read_bytes()
    file.unlink()
    if damage != "gone":
        file.write_bytes(content[:-1] if damage == "cut" else b"X" + content[1:])

    again = Archive(tmp_path)

    assert again.check() == [TOPIC]
    assert (again.places(TOPIC), again.places("outcomes.stream")) == ({}, {0: 3})
    assert Archive(tmp_path).check() == []


def test_what_the_manifest_does_not_know_is_swept_away(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.append(TOPIC, some(0, 1))
    archive.flush()
    known = segments(tmp_path)
    (known[0].parent / "00000099.parquet").write_bytes(b"never came to be known")
    (known[0].parent / ".00000100.parquet.draft").write_bytes(b"half")

    assert Archive(tmp_path).check() == []
    assert list(known[0].parent.iterdir()) == known


@pytest.mark.parametrize("manifest", ["", "{", '{"version":0}', "[]"])
def test_a_manifest_that_cannot_be_read_is_an_empty_archive(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)

    assert Archive(tmp_path).places(TOPIC) == {}


@settings(max_examples=50)
@given(st.lists(st.integers(1, 4), max_size=12), st.integers(0, 20), st.integers(1, 9), st.data())
def test_reading_from_any_offset_gives_what_follows_in_order_wherever_it_lies(
    tmp_path_factory: pytest.TempPathFactory,
    sizes: list[int],
    offset: int,
    limit: int,
    data: st.DataObject,
) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    count = 0
    for size in sizes:
        archive.append(TOPIC, some(count, size))
        archive.append(TOPIC, some(count, size, partition=1))
        count += size
        if data.draw(st.booleans()):
            archive.flush()

    read = archive.read(TOPIC, 0, offset, limit)

    assert read["offset"].to_list() == list(range(count))[offset : offset + limit]
    assert set(read["partition"]) <= {0}


def test_small_segments_become_one_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SMALL_MAX", 3)
    archive = Archive(tmp_path)
    for number in range(20):
        archive.append(TOPIC, some(number, 1))
        archive.flush()

    assert archive.read(TOPIC, 0, 0, 100)["offset"].to_list() == list(range(20))
    again = Archive(tmp_path)
    assert again.check() == []
    assert len(segments(tmp_path)) <= 4
    assert again.read(TOPIC, 0, 0, 100).height == 20
