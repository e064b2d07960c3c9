"""Every row of a file is accounted for: what it becomes, or why it becomes nothing (issue 7)."""

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from services.site.importing.mapping import read_mapping
from services.site.importing.patients import KnownPatients
from services.site.importing.plan import Importer, Planned
from services.site.importing.table import csv_rows, ndjson_rows, read_text
from shared.client.errors import BadEvent

SOURCE, NOW = "/clinics/riverside/sites/main", "2026-11-24T12:00:00+00:00"
ITEMS = [f"Q{number}" for number in range(1, 10)]
HEAD = f"MRN,Done,Form,{','.join(ITEMS)},Comment"
ROW = "MRN-1,11/03/2026 09:30,PHQ-9,2,1,1,2,1,1,1,0,0,talked a lot"


def a_mapping(**changes: Any) -> bytes:
    event = {
        "type": "outcomes.assessment.answered.v1",
        "subject": {"column": "MRN", "as": "patient"},
        "time": {
            "column": "Done",
            "as": "moment",
            "format": "%m/%d/%Y %H:%M",
            "zone": "America/New_York",
        },
        "when": {"column": "Form", "equals": ["PHQ-9"]},
        "data": {
            "instrument": {"value": "phq-9"},
            "answers": {"columns": ITEMS, "as": "integer"},
        },
    }
    mapping = {"name": "phq", "events": [event], "ignore": ["Comment"], **changes}
    return json.dumps(mapping).encode()


def planned(
    *rows: str, head: str = HEAD, folder: Path | None = None, **changes: Any
) -> list[Planned]:
    columns, found = csv_rows("\n".join([head, *rows]))
    mapping = read_mapping(a_mapping(**changes))
    mapping.check(columns)
    numbers = count(1)
    patients = KnownPatients((folder or Path("nowhere")) / "p.json", lambda: f"p-{next(numbers)}")
    return Importer(SOURCE, NOW, mapping, patients).plan(found)


def only(*rows: str, **more: Any) -> Planned:
    (found,) = planned(*rows, **more)
    return found


def test_a_row_becomes_the_event_that_the_mapping_makes_of_it() -> None:
    (event,) = only(ROW).events

    assert event["type"] == "outcomes.assessment.answered.v1"
    assert event["time"] == "2026-11-03T09:30:00-05:00"
    assert event["subject"] == "p-1"
    assert event["data"]["answers"] == [2, 1, 1, 2, 1, 1, 1, 0, 0]


def test_the_same_row_is_the_same_event_however_often_it_is_imported() -> None:
    assert only(ROW).events[0]["id"] == only(ROW).events[0]["id"]


def test_an_item_that_was_not_answered_is_null_and_keeps_its_place() -> None:
    row = ROW.replace(",2,1,1,2,", ",2,,1,2,")

    assert only(row).events[0]["data"]["answers"][:4] == [2, None, 1, 2]


@pytest.mark.parametrize(
    ("row", "verdict", "why"),
    [
        (ROW.replace("MRN-1", "=cmd()"), "formula", "MRN begins with '='"),
        (ROW.replace("MRN-1", "+1+2"), "formula", "MRN begins with '+'"),
        (ROW.replace("MRN-1", ""), "invalid", "MRN is empty"),
        (ROW.replace(",2,1,1,2,", ",2,1,x,2,"), "invalid", "Q3 is 'x': is no whole number"),
        (ROW.replace(",2,1,1,2,", ",2,1,٣,2,"), "invalid", "is no whole number"),
        (ROW.replace(",2,1,1,2,", ",9,1,1,2,"), "ready", ""),
        (ROW.replace("11/03/2026", "03/08/2026").replace("09:30", "02:30"), "invalid", "twice"),
        (ROW.replace("11/03/2026", "13/45/2026"), "invalid", "Done is"),
        (ROW.replace("PHQ-9", "GAD-7"), "unmapped", "no event"),
        (ROW + ",one more", "unreadable", "has 14 cells where 13"),
        (ROW.rpartition(",")[0], "unreadable", "has 12 cells where 13"),
    ],
)
def test_a_row_that_cannot_be_an_event_says_why(row: str, verdict: str, why: str) -> None:
    found = only(row)

    assert found.verdict == verdict
    assert why in found.why
    assert bool(found.events) == (verdict == "ready")


def test_rows_that_the_mapping_leaves_behind_on_purpose_are_said_to_be() -> None:
    skip = {"column": "Form", "equals": ["Demographics"]}

    assert only(ROW.replace("PHQ-9", "Demographics"), skip=skip).verdict == "skipped"


def test_a_row_that_is_there_twice_is_imported_once_and_said() -> None:
    assert [each.verdict for each in planned(ROW, ROW)] == ["ready", "repeated"]


def test_as_many_verdicts_as_rows() -> None:
    rows = [ROW, "", ROW.replace("MRN-1", "MRN-2"), "x"]

    assert [each.line for each in planned(*rows)] == [2, 4, 5]


def test_a_column_that_the_mapping_forgets_is_refused_before_any_row() -> None:
    with pytest.raises(BadEvent, match="'Comment', which would be lost"):
        planned(ROW, ignore=[])


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadEvent, match="names 'Notes'"):
        planned(ROW, ignore=["Comment", "Notes"])


@pytest.mark.parametrize(
    "head", [HEAD.replace("Comment", "MRN"), ",,,,,,,,,,,,"], ids=["twice", "nameless"]
)
def test_columns_that_cannot_be_told_apart_are_refused(head: str) -> None:
    with pytest.raises(BadEvent):
        planned(ROW, head=head)


def test_a_quotation_mark_that_is_not_closed_is_said_with_its_line() -> None:
    with pytest.raises(BadEvent, match="Line 2 is no CSV"):
        csv_rows(HEAD + '\n"MRN-1,x')


def test_semicolons_and_tabs_separate_as_well() -> None:
    assert csv_rows("a;b\n1;2")[1][0].cells == {"a": "1", "b": "2"}
    assert csv_rows("a\tb\n1\t2")[1][0].cells == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Zoë".encode(), "utf-8"),
        ("\ufeffZoë".encode(), "utf-8"),
        ("Zoë".encode("cp1252"), "cp1252"),
        ("Zoë".encode("utf-16"), "utf-8"),
    ],
)
def test_a_file_is_read_in_its_encoding(content: bytes, encoding: str) -> None:
    assert read_text(content, encoding) == "Zoë"


@pytest.mark.parametrize(
    ("content", "encoding", "why"),
    [
        ("a\nZoë".encode("cp1252"), "utf-8", "Line 2 is not utf-8"),
        (b"a", "utf-99", "is no encoding"),
        (b"PK\x03\x04\x00\x00", "utf-8", "is no text"),
    ],
)
def test_an_encoding_is_never_guessed(content: bytes, encoding: str, why: str) -> None:
    with pytest.raises(BadEvent, match=why):
        read_text(content, encoding)


def test_lines_of_json_are_rows_and_a_bad_one_is_named() -> None:
    columns, rows = ndjson_rows('{"a": 1, "b": null}\n{"a": [1]}\nno\n')

    assert columns == ("a", "b")
    assert [(each.line, bool(each.fault)) for each in rows] == [(1, False), (2, True), (3, True)]
    assert rows[0].cells == {"a": "1", "b": ""}


@pytest.mark.parametrize(
    "changes",
    [
        {"events": []},
        {"events": [{"type": "outcomes.assessment.answered.v1"}]},
        {"surplus": 1},
        {"name": None, "events": "x"},
        {"events": [{**json.loads(a_mapping())["events"][0], "type": "outcomes.nothing.v1"}]},
    ],
)
def test_a_mapping_that_is_wrong_is_refused(changes: Mapping[str, Any]) -> None:
    with pytest.raises(BadEvent):
        read_mapping(a_mapping(**changes))


def test_a_person_keeps_their_id_from_file_to_file(tmp_path: Path) -> None:
    known = KnownPatients(tmp_path / "p.json", lambda: "id-1")
    first = known("MRN-1")
    known.keep()

    assert KnownPatients(tmp_path / "p.json", lambda: "id-2")("MRN-1") == first
    assert KnownPatients(tmp_path / "p.json", lambda: "id-2")("MRN-2") == "id-2"


def test_a_damaged_list_of_patients_ends_the_import(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text("{")

    with pytest.raises(BadEvent, match="second ids"):
        KnownPatients(tmp_path / "p.json", lambda: "id")
