"""Back-fill and live are one: everything, then what comes, nothing twice, nothing left out."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.outcomes.analytics.delivery.cursor import Cursors
from services.outcomes.analytics.delivery.reading import Reader, Wanted
from services.outcomes.analytics.view import Places
from shared.contracts.outcomes import OutcomeResult, SubjectWithdrawn
from tests.kit.stream import MemoryLog, a_result, a_subject, named, told

SUBJECTS = ("amber", "birch", "cedar", "delta")
CURSORS = Cursors(bytes(32), lambda: "topic-1")


def events_of(spoken: list[str]) -> list[Any]:
    """A result for each mention of a subject; the same subject's are numbered."""
    count: defaultdict[str, int] = defaultdict(int)
    found = []
    for subject in spoken:
        count[subject] += 1
        found.append(a_result(subject, count[subject]))
    return found


def place_of(cursor: str, log: MemoryLog) -> Places:
    return CURSORS.places(cursor, log, lambda: True)


def per_subject(delivered: list[Any]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for each in delivered:
        found[each["subject"]].append(named(each["data"]))
    return dict(found)


def said_per_subject(events: list[Any]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for each in events:
        found[each.subject_token].append(f"{each.result_id} {each.revision}")
    return dict(found)


@given(
    st.lists(st.sampled_from(SUBJECTS), max_size=30),
    st.lists(st.sampled_from(SUBJECTS), max_size=30),
    st.integers(1, 7),
)
def test_what_was_there_and_what_comes_while_it_is_read_is_read_once_and_in_order(
    before: list[str], during: list[str], limit: int
) -> None:
    log, spoken = MemoryLog(), events_of(before + during)
    for event in spoken[: len(before)]:
        log.append(event)
    coming = iter(spoken[len(before) :])
    delivered: list[Any] = []
    reader, after = Reader(log, CURSORS), place_of("", log)

    while len(delivered) < len(spoken):
        page = reader.page(after, limit)
        delivered += page.events
        after = page.places
        if event := next(coming, None):
            log.append(event)

    assert per_subject(delivered) == said_per_subject(spoken)


@given(st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=30), st.data())
def test_from_the_cursor_of_any_event_on_comes_what_had_not_come(
    spoken: list[str], data: st.DataObject
) -> None:
    log, events = MemoryLog(), events_of(spoken)
    for event in events:
        log.append(event)
    reader = Reader(log, CURSORS)
    first = reader.page({}, len(events)).events
    cut = data.draw(st.integers(0, len(first)))
    cursor = first[cut - 1]["cursor"] if cut else ""

    rest = reader.page(place_of(cursor, log), len(events)).events

    assert [*first[:cut], *rest] == first


def test_readers_that_race_with_writers_lose_nothing_and_repeat_nothing() -> None:
    log, spoken = MemoryLog(), events_of([*SUBJECTS] * 200)
    by_subject = [[e for e in spoken if e.subject_token == each] for each in SUBJECTS]

    def write(events: list[Any]) -> None:
        for event in events:
            log.append(event)

    def read(limit: int) -> list[Any]:
        delivered: list[Any] = []
        pages = Reader(log, CURSORS).pages({}, limit, lambda: len(delivered) < len(spoken))
        for page in pages:
            delivered += page.events
        return delivered

    with ThreadPoolExecutor(8) as threads:
        readers = [threads.submit(read, limit) for limit in (1, 7, 500)]
        writers = [threads.submit(write, each) for each in by_subject]
        found = [per_subject(each.result(timeout=30)) for each in readers]
        assert all(each.exception() is None for each in writers)

    assert found == [said_per_subject(spoken)] * 3


def test_who_withdrew_does_not_come_but_the_withdrawal_does() -> None:
    log = MemoryLog()
    for event in (a_result("amber", 1), a_subject("amber"), a_result("birch", 1)):
        log.append(event)
    log.append(SubjectWithdrawn("amber"))

    page = Reader(log, CURSORS).page({}, 10)

    assert sorted(told(page.events)) == [
        (OutcomeResult.type, "birch-1 0"),
        (SubjectWithdrawn.type, "amber"),
    ]


def test_an_event_tells_no_time() -> None:
    log = MemoryLog()
    log.append(a_result("amber", 1))

    [event] = Reader(log, CURSORS).page({}, 1).events

    assert set(event) == {"specversion", "id", "source", "type", "subject", "cursor", "data"}


@pytest.mark.parametrize(
    ("wanted", "named_ones"),
    [
        (Wanted(), {"a-1 0", "a-2 0", "b-1 0", "a 0", "b 0", "c"}),
        (Wanted(instrument="phq-9"), {"a-1 0", "b-1 0", "a 0", "b 0", "c"}),
        (Wanted(indication="ptsd"), {"b-1 0", "b 0", "c"}),
        (Wanted("gad-7", "ptsd"), {"b 0", "c"}),
    ],
)
def test_a_reader_may_want_one_instrument_or_one_indication(
    wanted: Wanted, named_ones: set[str]
) -> None:
    log = MemoryLog()
    depression, ptsd = "treatment-resistant-depression", "ptsd"
    for event in (
        a_result("a", 1, instrument="phq-9", indication=depression),
        a_result("a", 2, instrument="gad-7", indication=depression),
        a_result("b", 1, instrument="phq-9", indication=ptsd),
        a_subject("a", indication=depression),
        a_subject("b", indication=ptsd),
        SubjectWithdrawn("c"),
    ):
        log.append(event)

    page = Reader(log, CURSORS, wanted).page({}, 10)

    assert {named(each["data"]) for each in page.events} == named_ones


def test_a_later_revision_comes_even_if_it_is_of_another_indication_now() -> None:
    log = MemoryLog()
    log.append(a_result("a", 1, indication="other", revision=1))

    assert Reader(log, CURSORS, Wanted(indication="ptsd")).page({}, 10).events


def test_an_awaited_page_comes_with_the_first_event_and_ends_when_asked() -> None:
    log = MemoryLog()
    reader = Reader(log, CURSORS)
    looks = iter((True, True, False))

    assert reader.awaited({}, 10, lambda: next(looks)).events == []
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(reader.awaited, {}, 10, lambda: True)
        log.append(a_result("a", 1))
        assert len(waiting.result(timeout=10).events) == 1


def test_an_awaited_page_passes_over_what_is_not_wanted() -> None:
    log = MemoryLog()
    for number in range(20):
        log.append(a_result("a", number, indication="other"), 0)
    log.append(a_result("b", 1, indication="ptsd"), 0)

    page = Reader(log, CURSORS, Wanted(indication="ptsd")).awaited({}, 3, lambda: True)

    assert [named(each["data"]) for each in page.events] == ["b-1 0"]
    assert page.places == {0: 21}
