"""SCH-10: hours keep the wall clock over every change of the clocks, ten years long."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduling.domain.occupancy.day import minutes, moment
from services.scheduling.domain.resources.openings import open_times
from services.scheduling.domain.resources.wall import possibly, surely
from shared.contracts.site import Closure, RecurringHours
from tests.kit.scheduling import hours

CLINICS = ("America/New_York", "Europe/London", "America/Denver")
ZONES = (
    *CLINICS,
    "Europe/Berlin",
    "Australia/Lord_Howe",  # half an hour
    "Asia/Kathmandu",  # none, and three quarters of an hour off
    "America/St_Johns",
    "Africa/Casablanca",  # back for Ramadan
    "Pacific/Apia",
)
YEARS = range(2026, 2036)
STEP = 15
DAY = timedelta(days=1)
TEXTS = (
    ("09:00", "17:00"),
    ("00:00", "24:00"),
    ("00:00", "02:15"),
    ("01:15", "12:00"),
    ("02:15", "12:00"),
    ("00:30", "01:45"),
    ("01:15", "01:45"),
    ("02:15", "02:45"),
    ("02:45", "03:15"),
    ("02:00", "03:00"),
)


@cache
def changes(zone: str) -> tuple[tuple[date, int], ...]:
    """Each day on which the clocks change, and by how many minutes."""
    clock = ZoneInfo(zone)
    noons = [datetime(YEARS[0], 1, 1, 12, tzinfo=UTC) + n * DAY for n in range(365 * 10 + 3)]
    offsets = [(each, each.astimezone(clock).utcoffset() or timedelta()) for each in noons]
    found = []
    for (before, old), (_, new) in pairwise(offsets):
        if old != new:
            found.append((_day_of_change(clock, before, old), (new - old) // timedelta(minutes=1)))
    return tuple(found)


def _day_of_change(clock: ZoneInfo, since: datetime, offset: timedelta) -> date:
    steps = (since + timedelta(minutes=STEP * number) for number in range(24 * 60 // STEP + 1))
    changed = next(each for each in steps if each.astimezone(clock).utcoffset() != offset)
    return (changed.astimezone(clock) - timedelta(minutes=1)).date()


EVERY_CHANGE = [(zone, day, by) for zone in ZONES for day, by in changes(zone)]


@cache
def walls(zone: str, day: date) -> tuple[tuple[int, str], ...]:
    """Every quarter of an hour that a wall of the zone shows on this day, as instant and text."""
    clock, noon = ZoneInfo(zone), datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    steps = (noon + timedelta(minutes=STEP * n) for n in range(-30 * 60 // STEP, 30 * 60 // STEP))
    shown = ((minutes(each), each.astimezone(clock)) for each in steps)
    return tuple((at, f"{wall:%H:%M}") for at, wall in shown if wall.date() == day)


def on_the_wall(zone: str, day: date, opens: str, closes: str) -> set[int]:
    """The quarters at which a wall of the zone shows a time from `opens` to before `closes`."""
    return {at for at, text in walls(zone, day) if opens <= text < closes}


def opened(zone: str, day: date, opens: str, closes: str) -> tuple[tuple[int, int], ...]:
    return open_times(zone, hours(opens, closes, [day.weekday()]), day, 1)


def quarters(intervals: tuple[tuple[int, int], ...]) -> set[int]:
    return {at for start, end in intervals for at in range(start, end, STEP)}


def is_plain(zone: str, day: date, text: str) -> bool:
    """A wall shows it exactly once on that day."""
    return text == "24:00" or [each for _, each in walls(zone, day)].count(text) == 1


def check_on(zone: str, day: date, by: int, opens: str, closes: str) -> None:
    found = opened(zone, day, opens, closes)
    have, shown = quarters(found), on_the_wall(zone, day, opens, closes)

    assert have <= shown  # never open while a wall shows a time at which it is closed
    assert len(shown - have) * STEP <= 2 * abs(by)
    if is_plain(zone, day, opens) and is_plain(zone, day, closes):
        assert have == shown
    for start, end in found:
        assert start < end
        shown_at = [moment(each).astimezone(ZoneInfo(zone)) for each in (start, end)]
        texts = [f"{each:%H:%M}" for each in shown_at]
        skipped = timedelta(minutes=by)
        if any(text == opens for _, text in walls(zone, day)):
            assert texts[0] == opens
        else:  # a skipped time is read in the old time, later: the clock has moved on by then
            assert texts[0] == f"{datetime.strptime(opens + '+0000', '%H:%M%z') + skipped:%H:%M}"
        if closes == "24:00":
            assert (texts[1], shown_at[1].date()) == ("00:00", day + DAY)
        elif any(text == closes for _, text in walls(zone, day)):
            assert texts[1] == closes


def test_the_clocks_of_most_zones_change_twice_a_year() -> None:
    assert {zone: len(changes(zone)) for zone in ZONES} == {
        "America/New_York": 20,
        "Europe/London": 20,
        "America/Denver": 20,
        "Europe/Berlin": 20,
        "Australia/Lord_Howe": 20,
        "Asia/Kathmandu": 0,
        "America/St_Johns": 20,
        "Africa/Casablanca": 22,
        "Pacific/Apia": 0,
    }
    assert {abs(by) for zone in ZONES for _, by in changes(zone)} == {30, 60}


@pytest.mark.parametrize(("opens", "closes"), TEXTS)
def test_sch_10_hours_mean_what_the_wall_shows_at_every_change_of_the_clocks(
    opens: str, closes: str
) -> None:
    for zone, day, by in EVERY_CHANGE:
        for other in (day - DAY, day, day + DAY):
            check_on(zone, other, by, opens, closes)


@given(
    st.sampled_from(EVERY_CHANGE),
    st.lists(st.integers(0, 96), min_size=2, max_size=2, unique=True).map(sorted),
)
@settings(max_examples=300, deadline=None)
def test_sch_10_any_hours_mean_what_the_wall_shows_when_the_clocks_change(
    change: tuple[str, date, int], span: list[int]
) -> None:
    opens, closes = (f"{each // 4:02}:{each % 4 * 15:02}" for each in span)

    check_on(*change, opens, closes)


@pytest.mark.parametrize("zone", ZONES)
def test_sch_10_a_year_has_as_many_open_minutes_as_the_wall_says(zone: str) -> None:
    clock = ZoneInfo(zone)
    for year in YEARS:
        first, days = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
        weekdays = sum((first + n * DAY).weekday() < 5 for n in range(days))
        begin, end = (minutes(datetime(y, 1, 1, tzinfo=clock)) for y in (year, year + 1))

        office = open_times(zone, hours(), first, days)
        always = open_times(zone, hours("00:00", "24:00", range(7)), first, days)

        own = [each for each in office if begin <= each[0] < end]
        assert sum(until - start for start, until in own) == weekdays * 8 * 60
        assert all(start < until for start, until in office)
        assert all(one[1] < other[0] for one, other in pairwise(office))
        assert len(always) == 1  # no seam at any midnight
        assert always[0][0] <= begin
        assert end <= always[0][1]


@pytest.mark.parametrize(("zone", "day", "by"), EVERY_CHANGE)
def test_sch_10_an_absence_on_the_day_of_the_change_is_the_whole_day(
    zone: str, day: date, by: int
) -> None:
    always = hours("00:00", "24:00", range(7))
    away = (Closure(day, day, "leave"),)

    whole = open_times(zone, always, day, 1)
    found = open_times(zone, always, day, 1, (), away)

    gone = sum(end - start for start, end in whole) - sum(end - start for start, end in found)
    assert gone == 24 * 60 - by
    assert not quarters(found) & {at for at, _ in walls(zone, day)}


@pytest.mark.parametrize("zone", ZONES)
def test_sch_10_a_rule_keeps_its_hour_through_the_years(zone: str) -> None:
    nights = RecurringHours(date(2026, 1, 5), "FREQ=WEEKLY;BYDAY=MO,SU", "18:00", "20:30")

    found = open_times(zone, (), date(2026, 1, 5), 3650, (nights,))

    shown = [[moment(at).astimezone(ZoneInfo(zone)) for at in each] for each in found]
    assert {(f"{start:%H:%M}", f"{end:%H:%M}") for start, end in shown} == {("18:00", "20:30")}
    assert {start.weekday() for start, _ in shown} == {0, 6}
    assert len(shown) == 1043


def moments(zone: str, day: date, opens: str, closes: str) -> list[tuple[datetime, datetime]]:
    return [(moment(start), moment(end)) for start, end in opened(zone, day, opens, closes)]


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        (CLINICS[0], date(2026, 3, 7), date(2026, 3, 8)),
        (CLINICS[0], date(2026, 10, 31), date(2026, 11, 1)),
        ("Europe/Berlin", date(2026, 3, 28), date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 24), date(2026, 10, 25)),
    ],
)
def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change(
    zone: str, before: date, after: date
) -> None:
    for day in (before, after):
        [(start, end)] = moments(zone, day, "09:00", "17:00")

        assert start.astimezone(ZoneInfo(zone)).hour == 9
        assert end.astimezone(ZoneInfo(zone)).hour == 17

    assert moments(zone, before, "09:00", "17:00")[0][0].hour != start.hour


def test_a_skipped_opening_time_opens_when_the_clock_has_moved_on() -> None:
    [(start, _)] = moments(CLINICS[0], date(2026, 3, 8), "02:30", "12:00")

    assert start == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)  # 03:30, the first half past there is


def test_of_an_ambiguous_hour_the_shorter_opening_is_taken() -> None:
    [(start, _)] = moments(CLINICS[0], date(2026, 11, 1), "01:30", "12:00")
    [(_, end)] = moments(CLINICS[0], date(2026, 11, 1), "00:00", "01:30")

    assert start == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # the second 01:30
    assert end == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # the first 01:30


def test_a_clinic_open_around_the_clock_has_no_seam_at_midnight() -> None:
    [(start, end)] = open_times(
        "Europe/Berlin", hours("00:00", "24:00", range(7)), date(2026, 3, 27), 4
    )

    assert (end - start) / 60 == 6 * 24 - 1  # with the days around, less the hour that is skipped


@pytest.mark.parametrize(
    ("zone", "day", "hour"),
    [
        ("America/Havana", date(2026, 11, 1), 60),  # begins twice
        ("America/Santiago", date(2026, 9, 6), 60),  # begins at one o'clock
    ],
)
def test_sch_10_where_a_midnight_is_ambiguous_or_skipped_an_absence_is_longer(
    zone: str, day: date, hour: int
) -> None:
    before, on_it = ((day + n * DAY).toordinal() for n in (-1, 0))

    for each in (before, on_it):
        longest = possibly(zone, each, each)
        shortest = surely(zone, each, 0, each, 24 * 60)
        assert (longest[1] - longest[0]) - (shortest[1] - shortest[0]) == hour
    assert possibly(zone, before, before)[1] - possibly(zone, on_it, on_it)[0] == hour
