"""The stream as it is served: entries without gap or overlap, and nothing of who withdrew."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outcomes.analytics.columns.archive.archive import Archive
from services.outcomes.analytics.columns.archive.records import places_after
from services.outcomes.analytics.columns.live import Columns
from services.outcomes.analytics.columns.log import StreamLog
from services.outcomes.analytics.columns.opening import Opening
from services.outcomes.analytics.view import Entry, Log, Places
from shared.contracts.outcomes import OutcomeResult, SubjectWithdrawn
from tests.kit.analytics.columns import (
    FROM,
    Keys,
    columns,
    record,
    records,
    subject,
    told,
    withdrawn,
)

STREAM = "outcomes.stream"
TOKENS = ("amber", "birch", "cedar")


def sealed(keys: Keys, token: str, offset: int, **changes: Any) -> dict[str, Any]:
    said = told(token, result_id=f"{token}-{offset}", **changes)
    return record(keys.seal(said), token, offset, partition=TOKENS.index(token) % 2)


def everything(log: Log, limit: int = 3) -> list[Entry]:
    found: list[Entry] = []
    after: Places = {}
    while True:
        entries, reached = log.entries(after, limit)
        found += entries
        if reached == after:
            return found
        after = reached


def of(partition: int, entries: list[Entry]) -> list[int]:
    return [each.offset for each in entries if each.partition == partition]


@settings(max_examples=50)
@given(
    st.lists(st.lists(st.sampled_from(TOKENS), max_size=5), max_size=8),
    st.integers(0, 4),
    st.integers(1, 7),
    st.data(),
)
def test_memory_and_archive_join_without_gap_or_overlap(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[str]],
    remembered: int,
    limit: int,
    data: st.DataObject,
) -> None:
    keys, archive = Keys(*TOKENS), Archive(tmp_path_factory.mktemp("archive"))
    opening = Opening(keys)
    log = StreamLog(archive, opening, remembered)
    count, expected = 0, dict[int, list[int]]()
    for batch in batches:
        rows = [sealed(keys, token, count + n) for n, token in enumerate(batch)]
        count += len(batch)
        for each in rows:
            expected.setdefault(each["partition"], []).append(each["offset"])
        archive.append(STREAM, records(rows))
        log.add(opening.open(records(rows))[0], places_after(records(rows)))
        if data.draw(st.booleans()):
            archive.flush()

    found = everything(log, limit)

    assert {partition: of(partition, found) for partition in expected} == expected


def filled(folder: Path) -> tuple[Columns, Keys]:
    keys = Keys(*TOKENS)
    view = columns(folder, keys)
    rows = [sealed(keys, token, n) for n, token in enumerate(("amber", "birch", "amber"))]
    rows.append(record(keys.seal(subject("amber")), "amber", 3))
    view.take(STREAM, records(rows))
    return view, keys


def test_sealed_records_are_shown_opened(tmp_path: Path) -> None:
    view, _ = filled(tmp_path)

    stream = view.stream()

    assert sorted(stream.results["result_id"]) == ["amber-0", "amber-2", "birch-1"]
    assert stream.subjects["subject_token"].to_list() == ["amber"]
    assert stream.places == {0: 4, 1: 2}
    assert {each.type for each in everything(view.log)} == {
        OutcomeResult.type,
        "outcomes.stream.subject.v1",
    }


def test_who_withdraws_is_gone_from_tables_and_log_and_only_the_withdrawal_is_told(
    tmp_path: Path,
) -> None:
    view, keys = filled(tmp_path)
    late = sealed(keys, "amber", 5)
    view.take(STREAM, records([record(withdrawn("amber"), "amber", 4), late]))

    assert view.stream().results["subject_token"].to_list() == ["birch"]
    assert view.stream().subjects.is_empty()
    told_of = [(e.type, e.offset) for e in everything(view.log) if "amber" in str(e.data)]
    assert told_of == [(SubjectWithdrawn.type, 4)]


def test_a_destroyed_key_is_enough_whether_or_not_a_withdrawal_was_heard(tmp_path: Path) -> None:
    view, keys = filled(tmp_path)
    del keys.living["amber"]
    view.look_for_destroyed_keys()

    assert view.stream().results["subject_token"].to_list() == ["birch"]
    assert {each.data["subject_token"] for each in everything(view.log)} == {"birch"}


def test_after_a_restart_nobody_whose_key_is_gone_comes_back(tmp_path: Path) -> None:
    view, keys = filled(tmp_path)
    view.archive.flush()
    del keys.living["amber"]

    again = columns(tmp_path, keys)
    again.restore()

    assert again.stream().results["subject_token"].to_list() == ["birch"]
    assert again.stream().places == view.stream().places
    assert everything(again.log) == [e for e in everything(view.log) if "birch" in str(e.data)]


def test_nothing_opened_is_on_disk(tmp_path: Path) -> None:
    view, _ = filled(tmp_path)
    view.archive.flush()

    disk = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())

    assert b"result_id" not in disk
    assert b"phq-9" not in disk


@pytest.mark.parametrize(
    ("value", "kind"),
    [(b"{", None), (b"[]", None), (b'{"jwe":1}', None), (b'{"jwe":"a.b"}', None), (b"{}", "new")],
)
def test_what_cannot_be_opened_is_passed_over_and_places_go_on(
    tmp_path: Path, value: bytes, kind: str | None
) -> None:
    view, keys = filled(tmp_path)
    bad = sealed(keys, "amber", 7) | {"value": value}
    view.take(STREAM, records([bad | ({"type": kind} if kind else {})]))

    assert view.stream().places[0] == 8
    assert len(everything(view.log)) == 4


def test_a_record_sealed_for_somebody_else_is_not_taken(tmp_path: Path) -> None:
    view, keys = filled(tmp_path)
    stolen = sealed(keys, "birch", 9) | {"key": "amber", "partition": 0}
    view.take(STREAM, records([stolen]))

    assert view.stream().results.height == 3


def test_waiting_ends_when_there_is_more(tmp_path: Path) -> None:
    view, _ = filled(tmp_path)

    assert view.log.wait({0: 3, 1: 2}, 0)
    assert not view.log.wait({0: 4, 1: 2}, 0)
    assert view.log.places() == ({0: 0, 1: 1}, {0: 4, 1: 2})


def test_topics_made_anew_leave_nothing_of_the_old_ones(tmp_path: Path) -> None:
    view, _ = filled(tmp_path)
    view.take("outcomes.patient", records([]))
    log = view.log
    view.rebuild()

    assert view.stream().results.is_empty()
    assert everything(log) == []
    assert view.archive.places(STREAM) == {}
    assert view.frames(FROM + timedelta(days=1)).results.is_empty()
