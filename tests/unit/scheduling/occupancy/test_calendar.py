"""A day holds each resource at most once at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from services.scheduling.domain.occupancy.day import (
    Claim,
    Day,
    are_free,
    days_between,
    in_the_way,
    minutes,
    release,
    take,
)

NOON = minutes(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
DAY = Day("2026-03-02")


def taken(start: int = NOON, length: int = 60, name: str = "a", resource: str = "room-1") -> Claim:
    return Claim(name, resource, start, start + length)


def test_what_is_taken_is_not_free_for_another() -> None:
    day = take(DAY, taken())

    assert in_the_way(day, taken(NOON + 59, 60, "b"))
    assert in_the_way(day, taken(NOON - 59, 60, "b"))


def test_appointments_may_touch_and_may_use_other_resources_at_the_same_time() -> None:
    day = take(DAY, taken())

    assert not in_the_way(day, taken(NOON + 60, 60, "b"))
    assert not in_the_way(day, taken(NOON - 60, 60, "b"))
    assert not in_the_way(day, taken(NOON, 60, "b", "room-2"))


def test_taking_what_is_taken_is_a_bug_and_stops() -> None:
    with pytest.raises(AssertionError):
        take(take(DAY, taken()), taken(NOON, 60, "b"))


def test_what_spans_midnight_is_on_both_days() -> None:
    late = taken(NOON + 11 * 60, 120)

    parts = [take(Day(day), late) for day in days_between(late.start, late.end)]

    assert [each.date for each in parts] == ["2026-03-02", "2026-03-03"]
    assert [each.claims[0].end - each.claims[0].start for each in parts] == [60, 60]
    assert not are_free({each.date: each for each in parts}, [taken(NOON + 11 * 60, 120, "b")])


def test_a_released_appointment_leaves_the_others() -> None:
    day = take(take(DAY, taken(NOON + 60, 60, "b")), taken())

    assert [each.appointment_id for each in day.claims] == ["a", "b"]
    assert [each.appointment_id for each in release(day, "a").claims] == ["b"]


def test_a_started_minute_counts_as_over_only_at_its_end() -> None:
    moment = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    assert minutes(moment) == NOON
    assert minutes(moment + timedelta(milliseconds=1)) == NOON + 1
