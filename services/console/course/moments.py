"""The time line: moments of four services, grouped by the day on the clinic's wall."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Moment:
    """`what` happened, `words` of it. `event_id`: whose journey can be looked at; empty where the
    service keeps an id of its own instead.

    `parts`: words of several that were one sitting. `mark`: `dose`, `result` or empty, what the
    time line shows larger.
    """

    at: datetime
    service: str
    what: str
    words: str = ""
    state: str = "info"
    event_id: str = ""
    mark: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    clock: str
    moment: Moment


@dataclass(frozen=True, slots=True)
class DayOf:
    date: date
    entries: tuple[Entry, ...]


def by_day(moments: Iterable[Moment], zone: ZoneInfo, newest_first: bool = True) -> list[DayOf]:
    ordered = sorted(moments, key=lambda each: each.at, reverse=newest_first)
    entries = [Entry(f"{each.at.astimezone(zone):%H:%M}", each) for each in ordered]
    days = groupby(entries, key=lambda each: each.moment.at.astimezone(zone).date())
    return [DayOf(day, tuple(found)) for day, found in days]


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
