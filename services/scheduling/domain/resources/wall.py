"""Wall-clock time of a zone as minutes since the epoch, and what one does with stretches of it.

Where the clocks change, a time on the wall can be read twice or not at all. Both readings are
given: whoever opens takes the later to open and the earlier to close.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_MIN = 24 * 60
_EPOCH = date(1970, 1, 1).toordinal()
Interval = tuple[int, int]
"""From and to, in minutes since the epoch."""
Intervals = tuple[Interval, ...]
"""They ascend and are apart."""


def readings(zone: str, day: int, minute: int) -> Interval:
    """The earlier and the later reading of a time on the wall. `day` is an ordinal; a minute of
    1440 is the midnight at which it ends."""
    day, minute = day + minute // DAY_MIN, minute % DAY_MIN
    offset = _steady(zone, day)
    if offset is not None:
        moment = (day - _EPOCH) * DAY_MIN + minute - offset
        return moment, moment
    local = datetime.combine(date.fromordinal(day), time(minute // 60, minute % 60), ZoneInfo(zone))
    both = [int(local.replace(fold=fold).timestamp()) // 60 for fold in (0, 1)]
    return min(both), max(both)


def surely(zone: str, day: int, opens: int, last: int, closes: int) -> Interval:
    """From a minute of one day to a minute of another (ordinals), as short as it can be read.

    It can be empty or less: where it opens and closes within the hour that comes twice.
    """
    return readings(zone, day, opens)[1], readings(zone, last, closes)[0]


def possibly(zone: str, day: int, last: int) -> Interval:
    """Whole days (ordinals, both included), as long as they can be read."""
    return readings(zone, day, 0)[0], readings(zone, last, DAY_MIN)[1]


def united(intervals: Iterable[Interval]) -> Intervals:
    """In any order and overlapping, also empty ones, to those apart."""
    merged: list[Interval] = []
    for start, end in sorted(each for each in intervals if each[0] < each[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def common(one: Intervals, other: Intervals) -> Intervals:
    found, here, there = [], 0, 0
    while here < len(one) and there < len(other):
        start, end = max(one[here][0], other[there][0]), min(one[here][1], other[there][1])
        if start < end:
            found.append((start, end))
        if one[here][1] < other[there][1]:
            here += 1
        else:
            there += 1
    return tuple(found)


def without(intervals: Intervals, gone: Intervals) -> Intervals:
    if not gone or not intervals:
        return intervals
    ends = (intervals[0][0], *(end for _, end in gone))
    starts = (*(start for start, _ in gone), intervals[-1][1])
    return common(intervals, united(zip(ends, starts, strict=True)))


@lru_cache(maxsize=16_384)
def _steady(zone: str, day: int) -> int | None:
    """How many minutes the wall is ahead of UTC on the whole day; None: the clocks change."""
    clock = ZoneInfo(zone)
    midnights = [datetime.combine(date.fromordinal(day + each), time(), clock) for each in (0, 1)]
    offsets = {each.replace(fold=fold).utcoffset() for each in midnights for fold in (0, 1)}
    offset = offsets.pop()
    assert offset is not None, "a zone knows its offset"
    minutes, rest = divmod(int(offset.total_seconds()), 60)
    return None if offsets or rest else minutes
