"""What was meant by a time is what the clock on the wall shows, whatever becomes of its zone.

A time that is skipped when the clocks change is read as the hour after it, one that comes twice as
the first of the two (RFC 5545, 3.3.5); what already shows the time meant is left alone.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

DAYS = 2 * 366
_MINUTE = timedelta(minutes=1)


def on_the_wall(moment: datetime, zone: str) -> str:
    """As 2026-03-29T09:00."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def meant(wall: str, zone: str) -> datetime:
    """The moment at which a clock of the zone shows this."""
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def next_midnight(after: datetime, zone: str) -> datetime:
    tomorrow = after.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZoneInfo(zone)).astimezone(UTC)


def rules_of(zone: str, year: int) -> tuple[str, ...]:
    """When the clocks of the zone change in this year and the next, and to what: two editions of
    the zone's rules with the same of it show the same times."""
    return _rules(ZoneInfo(zone), year)


@lru_cache(maxsize=64)
def _rules(zone: tzinfo, year: int) -> tuple[str, ...]:
    first = datetime.combine(date(year, 1, 1), time(), UTC)
    days = [first + timedelta(days=number) for number in range(DAYS)]
    found = [_offset(first, zone)]
    for before, after in pairwise(days):
        if _offset(before, zone) != _offset(after, zone):
            change = _change(before, after, zone)
            found.append(f"{change:%Y-%m-%dT%H:%M} {_offset(change, zone)}")
    return tuple(found)


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first minute that shows what `after` does."""
    while after - before > _MINUTE:
        middle = before + (after - before) // (2 * _MINUTE) * _MINUTE
        same = _offset(middle, zone) == _offset(after, zone)
        before, after = (before, middle) if same else (middle, after)
    return after


def _offset(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%z}"
