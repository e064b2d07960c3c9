"""RFC 5545 rules: the days they fall on, judged by date arithmetic, and what is refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduling.domain.resources.recurrence import check, days_of
from shared.contracts.site import RecurringHours

FIRST = date(2026, 1, 1)
"""A Thursday."""
LAST = date(2036, 12, 31)
DAY = timedelta(days=1)


def rule(text: str, first: date = FIRST) -> RecurringHours:
    return RecurringHours(first, text, "09:00", "12:00")


def days(text: str, first: date = FIRST, since: date = FIRST, until: date = LAST) -> list[date]:
    found = days_of(rule(text, first), since.toordinal(), until.toordinal())
    return [date.fromordinal(each) for each in found]


def is_last_weekday_of_month(day: date) -> bool:
    later = (day + n * DAY for n in range(1, 8))
    left = [each for each in later if each.month == day.month and each.weekday() < 5]
    return day.weekday() < 5 and not left


def weeks(day: date, week_starts: int) -> int:
    """Since the week of FIRST."""
    monday, first = (
        each - timedelta(days=(each.weekday() - week_starts) % 7) for each in (day, FIRST)
    )
    return (monday - first).days // 7


@pytest.mark.parametrize(
    ("text", "falls"),
    [
        ("FREQ=DAILY;INTERVAL=3", lambda day: (day - FIRST).days % 3 == 0),
        ("FREQ=DAILY;BYMONTH=2,7", lambda day: day.month in (2, 7)),
        ("FREQ=DAILY;COUNT=10", lambda day: day < FIRST + 10 * DAY),
        ("FREQ=DAILY;UNTIL=20260430", lambda day: day <= date(2026, 4, 30)),
        ("FREQ=WEEKLY", lambda day: day.weekday() == 3),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH",
            lambda day: weeks(day, 0) % 2 == 0 and day.weekday() in (1, 3),
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO",
            lambda day: weeks(day, 6) % 2 == 0 and day.weekday() in (6, 0),
        ),
        ("FREQ=MONTHLY;BYDAY=1SA", lambda day: day.weekday() == 5 and day.day <= 7),
        (
            "FREQ=MONTHLY;BYDAY=-1FR",
            lambda day: day.weekday() == 4 and (day + 7 * DAY).month != day.month,
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=31", lambda day: day.day == 31),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", is_last_weekday_of_month),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", lambda day: (day.month, day.day) == (2, 29)),
        (
            "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO",
            lambda day: day.isocalendar().week == 53 and day.weekday() == 0,
        ),
        ("FREQ=YEARLY;BYYEARDAY=-1", lambda day: (day.month, day.day) == (12, 31)),
    ],
)
def test_a_rule_falls_on_the_days_that_it_says(text: str, falls: Callable[[date], bool]) -> None:
    check(rule(text))
    every = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
    expected = [day for day in every if falls(day)]

    assert expected
    assert days(text) == expected
    assert days(text, since=date(2030, 3, 5), until=date(2031, 2, 7)) == [
        each for each in expected if date(2030, 3, 5) <= each <= date(2031, 2, 7)
    ]


WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
RULES = st.one_of(
    st.builds("FREQ=DAILY;INTERVAL={}".format, st.integers(1, 40)),
    st.builds(
        "FREQ=WEEKLY;INTERVAL={};WKST={};BYDAY={},{}".format,
        st.integers(1, 9),
        *[st.sampled_from(WEEKDAYS)] * 3,
    ),
    st.builds(
        "FREQ=MONTHLY;INTERVAL={};BYDAY={}{}".format,
        st.integers(1, 5),
        st.sampled_from([1, 2, 4, 5, -1, -2, -5]),
        st.sampled_from(WEEKDAYS),
    ),
    st.builds("FREQ=MONTHLY;BYMONTHDAY={},{}".format, st.integers(1, 31), st.integers(-31, -1)),
    st.builds("FREQ=YEARLY;BYWEEKNO={};BYDAY=SU".format, st.integers(1, 52)),
    st.builds("FREQ=MONTHLY;BYDAY=MO,WE,FR;BYSETPOS={}".format, st.integers(1, 12)),
    st.builds("FREQ=MONTHLY;COUNT={}".format, st.integers(1, 60)),
)


@given(
    RULES,
    st.dates(date(2000, 1, 1), date(2040, 12, 31)),
    st.dates(FIRST, LAST),
    st.integers(0, 200),
)
@settings(max_examples=200, deadline=None)
def test_years_that_are_alike_give_the_days_of_the_years_asked_for(
    text: str, first: date, since: date, length: int
) -> None:
    """Judged by dateutil in those years themselves."""
    until = since + timedelta(days=length)
    expected = []
    for each in rrulestr(text, dtstart=datetime.combine(first, time(), UTC)):
        if each.date() > until:
            break
        if each.date() >= since:
            expected.append(each.date())

    check(rule(text, first))

    assert days(text, first, since, until) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FREQ=SECONDLY", "FREQ must be"),
        ("FREQ=HOURLY;INTERVAL=24", "FREQ must be"),
        ("INTERVAL=2", "FREQ must be"),
        ("freq=daily", "no part of a rule"),
        ("FREQ=daily", "FREQ must be"),
        ("RRULE", "no part of a rule"),
        ("", "no part of a rule"),
        ("FREQ=DAILY;", "no part of a rule"),
        ("FREQ=DAILY;;COUNT=1", "no part of a rule"),
        ("FREQ=DAILY;FREQ=SECONDLY", "says FREQ twice"),
        ("FREQ=DAILY;BYHOUR=1,2", "no part of a rule"),
        ("FREQ=DAILY;BYMINUTE=1", "no part of a rule"),
        ("FREQ=YEARLY;BYEASTER=0", "no part of a rule"),
        ("FREQ=DAILY;RDATE=20260101", "no part of a rule"),
        ("DTSTART=20200101;FREQ=DAILY", "no part of a rule"),
        ("RRULE:FREQ=DAILY", "no part of a rule"),
        ("FREQ=DAILY\nRDATE:20260101", "FREQ must be"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL must be"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL must be"),
        ("FREQ=DAILY;INTERVAL=999999999", "INTERVAL must be"),
        ("FREQ=DAILY;INTERVAL=1,2", "INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "COUNT must be"),
        ("FREQ=DAILY;COUNT=1001", "COUNT must be"),
        ("FREQ=DAILY;COUNT=5000000", "COUNT must be"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "one of them ends it"),
        ("FREQ=DAILY;UNTIL=20251231", "before it begins"),
        ("FREQ=DAILY;UNTIL=20270101T000000Z", "UNTIL must be a date"),
        ("FREQ=DAILY;UNTIL=20270230", "UNTIL must be a date"),
        ("FREQ=DAILY;UNTIL=00000000", "UNTIL must be a date"),
        ("FREQ=WEEKLY;BYDAY=XX", "is no weekday"),
        ("FREQ=WEEKLY;BYDAY=MO,", "is no weekday"),
        ("FREQ=WEEKLY;BYDAY=1MO", "counts days"),
        ("FREQ=DAILY;BYDAY=1MO", "counts days"),
        ("FREQ=MONTHLY;BYDAY=6MO", "counts days"),
        ("FREQ=MONTHLY;BYDAY=0MO", "counts days"),
        ("FREQ=YEARLY;BYDAY=54MO", "counts days"),
        ("FREQ=YEARLY;BYMONTH=12;BYDAY=53MO", "counts days"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "beside BYWEEKNO"),
        ("FREQ=MONTHLY;BYWEEKNO=20", "cannot be said"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "cannot be said"),
        ("FREQ=DAILY;BYYEARDAY=1", "cannot be said"),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH must be"),
        ("FREQ=DAILY;BYMONTH=-1", "BYMONTH must be"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY must be"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY must be"),
        ("FREQ=MONTHLY;BYSETPOS=1", "there is none"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS must be"),
        ("FREQ=WEEKLY;WKST=MO,TU", "WKST must be"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never falls"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "never falls"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=2", "never falls"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=FR", "never falls"),
        ("FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1", "never falls"),
    ],
)
def test_what_is_not_plainly_a_rule_of_days_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check(rule(text))


@pytest.mark.parametrize("first", [date(1999, 12, 31), date(2100, 1, 1), date.min, date.max])
def test_a_rule_begins_in_this_century(first: date) -> None:
    with pytest.raises(ValueError, match="begin between"):
        check(rule("FREQ=DAILY", first))


@pytest.mark.parametrize("first", [date(2000, 1, 1), date(2099, 12, 31), date(2028, 2, 29)])
@pytest.mark.parametrize("text", ["FREQ=DAILY", "FREQ=YEARLY", "FREQ=WEEKLY;COUNT=1"])
def test_the_ends_of_the_century_are_within_it(first: date, text: str) -> None:
    check(rule(text, first))

    assert days(text, first, first, date(2200, 1, 1))[0] == first


PARTS = st.sampled_from(
    [
        "FREQ",
        "INTERVAL",
        "COUNT",
        "UNTIL",
        "BYDAY",
        "BYMONTH",
        "BYMONTHDAY",
        "BYYEARDAY",
        "BYWEEKNO",
        "BYSETPOS",
        "WKST",
    ]
)
VALUES = st.one_of(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "MO", "-1SU", "53MO", "20991231"]),
    st.integers(-400, 400).map(str),
    st.lists(st.integers(-53, 53).map(str), min_size=1, max_size=5).map(",".join),
)
ANY_RULE = st.builds(
    lambda frequency, parts: ";".join([f"FREQ={frequency}", *(f"{n}={v}" for n, v in parts)]),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.lists(st.tuples(PARTS, VALUES), max_size=4),
)


@given(st.one_of(ANY_RULE, st.text("ADEFILQRTUWY0123456789=;,+-", max_size=40)))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_rule_that_can_be_expanded_or_is_refused(text: str) -> None:
    try:
        check(rule(text))
    except ValueError:
        return
    found = days(text, since=date(2029, 1, 1), until=date(2031, 12, 31))
    assert found == sorted(set(found))
