"""What operations are told: the worst first, each with what to do next."""

import pytest

from services.console.reading import Answer
from services.console.spine.needs import needs_of
from services.console.spine.rows import row_of
from services.console.spine.sites import sites_of
from services.console.words import ranges, span
from tests.kit.console import operations, seen

READY = Answer("analytics", 200, {"columns": "ok"})


def told(service: str = "intake", **changes: object) -> Answer:
    return Answer(service, 200, operations(service, **changes))


def needs(*answers: Answer, **is_open: bool) -> list[tuple[str, str]]:
    found = needs_of([row_of(each) for each in answers], sites_of(answers, is_open), READY)
    assert all(need.next for need in found)
    return [(need.state, need.what) for need in found]


def test_on_a_good_day_nothing_needs_anybody() -> None:
    assert needs(told("intake"), told("scheduling")) == []


@pytest.mark.parametrize(("oldest_s", "is_late"), [(0, False), (60, False), (60.5, True)])
def test_an_outbox_is_late_after_a_minute_as_its_alert_says(oldest_s: float, is_late: bool) -> None:
    found = needs(told(outbox={"waiting": 4, "oldest_s": oldest_s}))

    assert bool(found) is is_late


@pytest.mark.parametrize(("seconds", "is_late"), [(0, False), (60, False), (61, True)])
def test_a_consumer_is_late_after_a_minute(seconds: float, is_late: bool) -> None:
    lag = [{"topic": "a", "records": 3, "seconds": 0}, {"topic": "b", "records": 4}]
    lag[1]["seconds"] = seconds

    found = needs(told(consumer=lag))

    assert found == ([("warn", "intake is 1 min 1 s behind: 7 records.")] if is_late else [])


@pytest.mark.parametrize(("age_s", "is_old"), [(120, False), (121, True), (None, True)])
def test_knowledge_is_old_after_two_minutes_and_where_there_was_never_any(
    age_s: float | None, is_old: bool
) -> None:
    found = needs(told(knowledge=[{"producer": "outcomes", "age_s": age_s}]))

    assert bool(found) is is_old


def test_a_process_that_says_nothing_is_missed() -> None:
    alive = [{"kind": "relay", "instance": "r", "at": "2026-11-24T12:00:00+00:00"}]

    assert needs(told(processes=alive)) == [("bad", "intake: consumer is silent.")]


def test_a_store_that_is_away_is_told_and_one_of_which_nobody_knows_is_not() -> None:
    found = needs(told(health={"mongodb": "unknown", "kafka": "away"}))

    assert found == [("bad", "intake: Kafka is away.")]


def test_parked_lanes_are_told_with_the_page_that_looks_after_them() -> None:
    row = row_of(told(lanes={"parked": 2, "letters": 9, "oldest_s": 70}))

    [need] = needs_of([row], [], READY)

    assert (need.state, need.path) == ("warn", "/operations/lanes/intake")


def test_what_is_worse_is_told_first() -> None:
    late = told(outbox={"waiting": 1, "oldest_s": 100})
    away = Answer("scheduling", 0, fault="scheduling does not answer.")

    assert [state for state, _ in needs(late, away)] == ["bad", "warn"]


@pytest.mark.parametrize(
    ("minute", "is_open", "state", "words"),
    [
        ("11:30", True, "ok", "heard"),
        ("11:29", True, "bad", "silent while open"),
        ("11:29", False, "ok", "closed now"),
        ("11:29", None, "unknown", "quiet"),
    ],
)
def test_a_site_is_silent_after_half_an_hour_in_which_its_clinic_was_open(
    minute: str, is_open: bool | None, state: str, words: str
) -> None:
    last = seen("harbor", last_at=f"2026-11-24T{minute}:00+00:00")
    known = {} if is_open is None else {"harbor": is_open}

    [site] = sites_of([told(sites=[last])], known)

    assert (site.state, site.words) == (state, words)


def test_a_site_was_heard_when_its_last_event_came_to_any_door() -> None:
    early = seen("harbor", last_at="2026-11-24T10:00:00+00:00", missing=[[3, 3]])
    late = seen("harbor", last_at="2026-11-24T11:59:30+00:00", missing=[[7, 9]])

    [site] = sites_of([told("intake", sites=[early]), told("scheduling", sites=[late])], {})

    assert (site.age_s, site.missing) == (30, 4)
    assert [each.service for each in site.doors] == ["intake", "scheduling"]


def test_silent_sites_stand_before_the_others() -> None:
    quiet = seen("summit", last_at="2026-11-24T09:00:00+00:00")
    answer = told(sites=[seen("harbor"), quiet])

    found = sites_of([answer], {"summit": True, "harbor": True})

    assert [each.clinic for each in found] == ["summit", "harbor"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.6, "1 min"),
        (90, "1 min 30 s"),
        (3600, "1 h"),
        (3661, "1 h 1 min"),
        (90_000, "1 d 1 h"),
        (-5, "0 s"),
        (float("inf"), "never heard"),
        (None, "never heard"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(seconds: float | None, words: str) -> None:
    assert span(seconds) == words


def test_ranges_are_told_as_people_write_them() -> None:
    assert ranges([[3, 3], [7, 9]]) == "3, 7–9"
