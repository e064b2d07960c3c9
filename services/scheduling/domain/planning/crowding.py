"""On which days a clinic is crowded, for those who would rather leave such days to others."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.scheduling.domain.occupancy.bits import CELL_MIN, span
from services.scheduling.domain.occupancy.day import moment
from services.scheduling.domain.occupancy.search import Diary


def crowded_days(diary: Diary, zone: ZoneInfo, from_percent: float) -> frozenset[date]:
    """The days on the wall on which that share of the rooms' open time is taken."""
    rooms = [diary.use(each, "room") for each in diary.roster.resources if "room" in each.kinds]
    found = set()
    for day, cells in _days(diary, zone):
        there = sum((opened & cells).bit_count() for opened, _ in rooms)
        taken = sum((used & cells).bit_count() for _, used in rooms)
        if there and 100 * taken >= from_percent * there:
            found.add(day)
    return frozenset(found)


def on_days(starts: Iterable[int], days: frozenset[date], zone: ZoneInfo) -> frozenset[int]:
    """The starts that are on one of these days on the wall."""
    return frozenset(each for each in starts if _local(each, zone) in days) if days else frozenset()


def _days(diary: Diary, zone: ZoneInfo) -> Iterable[tuple[date, int]]:
    day, last = _local(diary.begin, zone), _local(diary.end - 1, zone)
    while day <= last:
        first, following = (_cell(diary, each, zone) for each in (day, day + timedelta(days=1)))
        yield day, span(max(first, 0), following)
        day += timedelta(days=1)


def _cell(diary: Diary, day: date, zone: ZoneInfo) -> int:
    midnight = datetime.combine(day, time(), zone)
    return (int(midnight.timestamp()) // 60 - diary.begin) // CELL_MIN


def _local(minute: int, zone: ZoneInfo) -> date:
    return moment(minute).astimezone(zone).date()
