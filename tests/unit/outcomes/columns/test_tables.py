"""Rows in place: the last revision of each, in any order of arrival, nothing retracted."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outcomes.analytics.columns import table
from services.outcomes.analytics.columns.decode import AT, decoded
from services.outcomes.analytics.columns.frames import PATIENTS, RESULTS, columns_of
from services.outcomes.analytics.columns.tables import PatientTables, last_known
from shared.codec import strict_json
from shared.contracts.outcomes import OutcomeResult, PatientResult
from tests.kit.analytics.columns import FROM, NOW, columns, followed, record, records, result

PATIENT, ANSWERS = st.integers(0, 2), st.integers(0, 3)
SAID = st.tuples(PATIENT, ANSWERS, st.integers(0, 3))
"""Of which patient, which answers, in which revision: 48 things to say, so that a few dozen lists
hold each of them many times, before and after each other."""


def row(said: tuple[int, int, int], offset: int = 0) -> dict[str, Any]:
    """What a revision says is its own; the third takes the answers back, the second moves them."""
    patient, answers, revision = said
    told = result(
        assessment_id=f"a{answers}",
        revision=revision,
        score=float(revision),
        route=None if revision == 1 else "iv",
        retracted=revision == 3,
        answered_at=FROM + timedelta(days=answers % 2, hours=answers * (revision == 2)),
    )
    return record(told, f"p{patient}", offset)


def shown(rows: list[dict[str, Any]], *, at_once: int) -> pl.DataFrame:
    tables = PatientTables()
    for start in range(0, len(rows), at_once):
        tables.take(records(rows[start : start + at_once]))
    return tables.frames()[1].sort("patient_id", maintain_order=True)


@settings(max_examples=50)
@given(st.lists(SAID, max_size=25), st.randoms(use_true_random=False), st.integers(1, 7))
def test_any_order_and_any_repetition_end_in_the_same_rows(
    said: list[tuple[int, int, int]], dice: Any, at_once: int
) -> None:
    rows = [row(each) for each in said]
    again = [*rows, *rows[::2]]
    dice.shuffle(again)

    assert shown(rows, at_once=100).equals(shown(again, at_once=at_once))


@settings(max_examples=50)
@given(st.lists(SAID, max_size=25))
def test_what_is_shown_is_the_last_revision_unless_it_was_taken_back(
    said: list[tuple[int, int, int]],
) -> None:
    last = {(each[0], each[1]): max(s[2] for s in said if s[:2] == each[:2]) for each in said}
    expected = {(f"p{p}", f"a{a}", float(r)) for (p, a), r in last.items() if r != 3}

    frame = shown([row(each) for each in said], at_once=3)

    assert set(frame.select("patient_id", "assessment_id", "score").iter_rows()) == expected
    assert frame.height == len(expected)
    assert all(part["answered_at"].is_sorted() for part in frame.partition_by("patient_id")), (
        "ascending by time per patient"
    )


def test_a_table_beyond_one_chunk_shows_every_row_and_only_changed_chunks_are_made_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "CHUNK", 4)
    tables = PatientTables()
    tables.take(records(row((0, n, 0)) for n in range(10)))
    before = tables.frames()[1]
    tables.take(records([row((0, 9, 1))]))

    assert before.filter(assessment_id="a9")["score"].to_list() == [0.0], "it stays as it was"
    assert tables.frames()[1].filter(assessment_id="a9")["score"].to_list() == [1.0]
    assert tables.frames()[1].height == 10


def test_the_columns_are_those_of_the_contract_and_say_what_was_said() -> None:
    tables = PatientTables()
    tables.take(records([record(result(), "p", 0), record(followed(), "p", 1)]))

    patients, results = tables.frames()

    assert (patients.schema, results.schema) == (pl.Schema(PATIENTS), pl.Schema(RESULTS))
    said = results.to_dicts()[0]
    assert said == {"patient_id": "p", "clinic": "riverside", **asdict(result())}


POISON = {
    "no JSON": b"{",
    "nothing": b"",
    "no object": b"[]",
    "null": b"null",
    "two lines": b'{"score":1}\n{"score":2}',
    "a word for a number": strict_json.dumps(result()).replace(b"9.0", b'"nine"'),
    "a score out of range": strict_json.dumps(result()).replace(b"9.0", b"9000"),
    "an unknown word": strict_json.dumps(result()).replace(b'"iv"', b'"by-mouth"'),
    "no revision": strict_json.dumps(result()).replace(b'"revision"', b'"rev"'),
    "not UTF-8": b"\xff\xfe",
}


@pytest.mark.parametrize("neighbours", [5, 50])
@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_a_poisoned_record_is_left_out_and_counted_and_its_neighbours_are_not(
    poison: bytes, neighbours: int
) -> None:
    good = [record(result(assessment_id=f"a{n}"), "p", n) for n in range(neighbours)]
    tables = PatientTables()

    skipped = tables.take(records([*good[:2], record(poison, "p", 99), *good[2:]]))

    assert skipped == {"malformed": 1}
    kept = tables.frames()[1]["assessment_id"].to_list()
    assert sorted(kept) == sorted(f"a{n}" for n in range(neighbours))


def test_many_at_once_end_in_the_same_rows_as_one_by_one() -> None:
    rows = [row((n % 9, n % 7, n % 3), n) for n in range(60)]

    assert shown(rows, at_once=60).equals(shown(rows, at_once=1))


def test_of_one_revision_that_two_clinics_told_the_first_stands_however_many_come_at_once() -> None:
    """A patient who moved: a replay, which takes many at once, must end where the first run did."""
    told = [
        {**record(result(revision=1, study_day=day), "p1", offset), "clinic": clinic}
        for offset, (clinic, day) in enumerate([("harbor", -8), ("summit", -23)])
    ]

    one_by_one, at_once = shown(told, at_once=1), shown(told, at_once=2)

    assert one_by_one["clinic"].to_list() == ["harbor"]
    assert at_once.equals(one_by_one)


def test_a_type_that_is_not_known_is_left_out_and_counted() -> None:
    strange = record(result(), "p", 0) | {"type": "outcomes.patient.new.v1"}

    assert PatientTables().take(records([strange])) == {"unknown-type": 1}


def test_what_an_older_program_did_not_say_has_its_default() -> None:
    data = asdict(result())
    del data["better"], data["retracted"], data["window"]

    frame = decoded([strict_json.dumps(data)], PatientResult)

    assert frame.select("better", "retracted", "window").row(0) == ("lower", False, None)
    assert frame[AT].to_list() == [0]
    assert decoded([], OutcomeResult).schema == pl.Schema(
        columns_of(OutcomeResult) | {AT: pl.UInt32()}
    )


@settings(max_examples=40)
@given(st.lists(SAID, min_size=1, max_size=12), st.integers(0, 12))
def test_as_of_a_moment_is_what_only_the_records_until_then_say(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[int, int, int]], until: int
) -> None:
    rows = [row(each, offset) for offset, each in enumerate(said)]
    view = columns(tmp_path_factory.mktemp("archive"))
    view.take("outcomes.patient", records(rows))
    as_of = FROM + timedelta(minutes=until)

    then = view.frames(as_of).results

    assert then.equals(last_known(records(rows[: until + 1]))[1])
    assert view.frames().results.equals(view.frames(NOW - timedelta(days=1)).results)


def test_as_of_survives_a_restart(tmp_path: Path) -> None:
    view = columns(tmp_path)
    view.take("outcomes.patient", records([row((0, 0, 0), 0), row((0, 0, 3), 5)]))
    view.archive.flush()

    again = columns(tmp_path)
    again.restore()

    assert again.frames().results.is_empty()
    assert again.frames(FROM + timedelta(minutes=1)).results["score"].to_list() == [0.0]
