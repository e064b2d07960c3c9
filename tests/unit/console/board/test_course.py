"""A patient's course: the moments of every service, their drawing, and an event's journey."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.console.course import outcomes, scheduling, sessions
from services.console.course.moments import Moment, by_day
from services.console.course.picture import HEIGHT, WIDTH, picture_of

READING = {"heart_rate": 70, "oxygen_saturation": 98, "diastolic": 80}


def result(at: str, score: float | None, **changes: Any) -> dict[str, Any]:
    states = ("response", "remission", "relapse", "deteriorated", "off_track", "retracted")
    return {
        "assessment_id": f"id-{at}",
        "answered_at": f"2026-03-{at}T10:00:00Z",
        "instrument": "phq-9",
        "score": score,
        "baseline": 20.0,
        "change": None if score is None else score - 20,
        "after_dose": 1,
        "better": "lower",
        "primary": True,
        **dict.fromkeys(states, False),
        **changes,
    }


def trajectory(*results: dict[str, Any]) -> dict[str, Any]:
    doses = [{"number": 1, "at": "2026-03-03T10:00:00Z", "encounter_id": "e"}]
    return {"instrument": "phq-9", "results": results, "doses": doses}


def encounter(**changes: Any) -> dict[str, Any]:
    return {
        "session": "dosing",
        "dose_number": 1,
        "status": "finished",
        "arrived_at": "2026-03-03T10:00:00Z",
        "finished_at": "2026-03-03T12:00:00Z",
        "staff": [],
        "dose": None,
        "alarms": [],
        "misses": [],
        "adverse_events": [],
        "cancelled_for": "",
        "readings": [
            {"systolic": 128, "events": ["first"], **READING},
            {"systolic": 151, "events": ["highest"], **READING},
        ],
        **changes,
    }


def test_a_day_is_the_day_on_the_clinics_wall() -> None:
    late = Moment(datetime(2026, 3, 3, 2, 0, tzinfo=UTC), "intake", "late in the evening")
    next_day = Moment(datetime(2026, 3, 3, 15, 0, tzinfo=UTC), "intake", "the day after")

    days = by_day([late, next_day], ZoneInfo("America/New_York"))

    assert [each.date.day for each in days] == [3, 2]
    assert days[1].entries[0].clock == "21:00"


def test_a_session_ends_with_its_extremes_and_the_event_of_the_highest() -> None:
    *_, ended = sessions.of_encounter(encounter())

    assert ended.words.startswith("2 readings: blood pressure up to 151/80 mmHg")
    assert ended.event_id == "highest"


def test_a_session_without_a_dose_is_one_moment() -> None:
    told = list(sessions.of_encounter(encounter(session="integration")))

    assert [(each.what, each.words) for each in told] == [("Integration 1", "120 min")]


def test_answers_of_one_sitting_are_one_moment_of_the_gravest_state() -> None:
    other = result("05", 9, instrument="gad-7", primary=False, off_track=True)
    (told,) = outcomes.of_trajectory(trajectory(other, result("05", 8, response=True)))

    assert told.parts == ("PHQ-9 8, -12 since baseline, response", *told.parts[1:])
    assert (told.state, told.mark) == ("warn", "result")


def test_what_was_retracted_or_is_told_by_intake_is_not_told() -> None:
    gone, screened = result("05", 8, retracted=True), result("01", 20, after_dose=0)

    told = outcomes.of_trajectory(trajectory(gone, screened), {"2026-03-01T10:00:00Z"})

    assert list(told) == []


def test_an_appointment_that_was_held_is_told_by_its_session() -> None:
    said = {
        "session": "dosing",
        "dose_number": 2,
        "status": "pending",
        "reason": "integration-missing",
        "start": "2026-03-09T10:00:00Z",
        "revision": 0,
    }

    (held,) = scheduling.of_appointment(said)

    assert (held.state, held.words) == ("warn", "held: integration missing")
    assert list(scheduling.of_appointment({**said, "status": "fulfilled"})) == []


def test_one_answer_is_not_drawn() -> None:
    assert picture_of(trajectory(result("01", 20))) is None


def test_a_drawing_holds_every_point_and_marks_half_of_the_baseline() -> None:
    drawn = picture_of(trajectory(result("01", 20), result("05", 27), result("09", 0)))

    assert drawn
    assert all(0 <= each.x <= WIDTH and 0 <= each.y <= HEIGHT for each in drawn.points)
    assert drawn.half == (drawn.points[0].y + drawn.points[2].y) / 2
    assert [each.label for each in drawn.rows] == ["0", "5", "10", "15", "20", "25", "30"]


def test_points_of_one_moment_do_not_divide_by_nothing() -> None:
    said = trajectory(result("03", 20), result("03", 20))

    assert picture_of(said)
