"""The day as a table: every row fills every column once, whatever is booked in whatever zone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.console.board.day import Day, day_of

NOW = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)
"""12:30 in New York."""


def appointment(start: str, end: str, **changes: Any) -> dict[str, Any]:
    return {
        "appointment_id": f"a-{start}",
        "patient_id": "126b6838-1229-4dbb",
        "session": "dosing",
        "dose_number": 1,
        "status": "booked",
        "reason": "",
        "start": f"2026-03-02T{start}:00Z",
        "end": f"2026-03-02T{end}:00Z",
        "resources": ["riverside-room-1"],
        "group": "",
        **changes,
    }


def calendar(*names: str) -> dict[str, Any]:
    opened = [{"start": "2026-03-02T13:00:00Z", "end": "2026-03-02T23:00:00Z"}]
    kinds = {name: name.split("-")[1] for name in names}
    resources = [
        {"resource_id": name, "kind": kind, "open": opened, "busy": []}
        for name, kind in kinds.items()
    ]
    return {"day": "2026-03-02", "zone": "America/New_York", "resources": resources}


def day(*appointments: dict[str, Any], **what: Any) -> Day:
    names = what.get("names", ("riverside-room-1",))
    sessions = what.get("sessions", ())
    return day_of(calendar(*names), appointments, sessions, NOW, "riverside")


def kinds(shown: Day, line: int = 0, row: int = 0) -> list[tuple[str, int]]:
    return [(each.kind, each.span) for each in shown.lines[line].rows[row]]


def test_what_is_booked_stands_at_its_quarters_between_free_time() -> None:
    shown = day(appointment("14:00", "16:30"))

    assert [hour.name for hour in shown.hours][:2] == ["08:00", "09:00"]
    assert kinds(shown) == [("free", 4), ("booked", 10), ("free", 26)]
    booked = shown.lines[0].rows[0][1].booked
    assert booked
    assert (booked.session, booked.patient) == ("Dosing 1", "126b6838")
    assert (booked.start, booked.end) == ("09:00", "11:30")


def test_the_hour_that_it_is_now_is_marked() -> None:
    assert [hour.name for hour in day().hours if hour.is_now] == ["12:00"]


@pytest.mark.parametrize(
    "spans",
    [
        [("14:05", "14:50")],
        [("14:05", "14:50"), ("14:50", "16:00")],
        [("14:05", "14:20"), ("14:20", "14:25"), ("14:25", "16:00")],
        [("14:00", "16:00"), ("15:00", "17:00"), ("15:30", "15:45")],
        [("12:40", "13:10"), ("22:50", "23:40")],
        [],
    ],
)
def test_every_row_fills_the_table_exactly(spans: list[tuple[str, str]]) -> None:
    shown = day(*(appointment(*span) for span in spans))
    width = sum(hour.span for hour in shown.hours)

    for row in shown.lines[0].rows:
        assert sum(cell.span for cell in row) == width


def test_what_overlaps_in_a_room_gets_a_row_of_its_own() -> None:
    shown = day(appointment("14:00", "16:00"), appointment("15:00", "17:00"))

    assert len(shown.lines[0].rows) == 2


def test_a_group_is_one_thing_of_so_many_people() -> None:
    group = [appointment("14:00", "15:30", group="g", appointment_id=f"a{n}") for n in range(4)]

    (row,) = day(*group).lines[0].rows

    (booked,) = [cell.booked for cell in row if cell.booked]
    assert (booked.session, booked.patient, booked.path) == ("Group", "4 people", "")


def test_what_was_called_off_or_is_held_takes_no_time() -> None:
    off = (appointment("14:00", "15:00", status=each) for each in ("cancelled", "pending"))

    assert kinds(day(*off)) == [("free", 40)]


@pytest.mark.parametrize(
    ("changes", "going_on", "words"),
    [
        ({}, None, "booked"),
        ({"status": "fulfilled"}, None, "done"),
        ({"status": "proposed"}, None, "offered"),
        ({"start": "2026-03-02T17:15:00Z"}, None, "booked"),
        ({"start": "2026-03-02T17:14:00Z"}, None, "not seen yet"),
        ({"start": "2026-03-02T17:00:00Z"}, {"dosed_at": None}, "here"),
        ({"start": "2026-03-02T17:00:00Z"}, {"dosed_at": "2026-03-02T17:20:00Z"}, "dosed"),
    ],
)
def test_an_appointment_says_how_it_stands(
    changes: dict[str, Any], going_on: dict[str, Any] | None, words: str
) -> None:
    booked = {**appointment("19:00", "21:00"), "appointment_id": "a", **changes}
    sessions = [{"appointment_id": "a", **going_on}] if going_on else []

    cells = day(booked, sessions=sessions).lines[0].rows[0]

    assert [cell.booked.words for cell in cells if cell.booked] == [words]


def test_rooms_come_before_chairs_and_nothing_else_is_shown() -> None:
    names = ("riverside-chair-1", "riverside-room-2", "riverside-nurse-1", "riverside-room-1")

    shown = day(names=names)

    assert [line.name for line in shown.lines] == ["Room 1", "Room 2", "Chair 1"]
