"""Every start at which all that a session takes is free together, whoever and whatever it is."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from services.scheduling.domain.occupancy.day import moment
from services.scheduling.domain.occupancy.needs import Wanted
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.resources.openings import openings


def joint_starts(diary: Diary, wanted: Wanted, since: int, until: int) -> tuple[int, ...]:
    """From `since` to before `until`, ascending."""
    return tuple(slot.start for slot in diary.slots(wanted, since, until))


def crowded_days(diary: Diary, zone: ZoneInfo, from_percent: float) -> frozenset[date]:
    """The days on the wall on which that share of the rooms' open time is taken."""
    rooms = [each for each in diary.roster.resources if "room" in each.kinds]
    names = {each.id for each in rooms}
    open_min, taken_min = Counter[date](), Counter[date]()
    days = (moment(diary.begin).date(), len(diary.days))
    for room in rooms:
        for start, end in openings(room, "room", diary.roster, days, diary.policy):
            open_min[_local(start, zone)] += end - start
    taken = ((each.resource, each.start, each.end) for day in diary.days for each in day.claims)
    for _, start, end in _apart(sorted(each for each in taken if each[0] in names)):
        taken_min[_local(start, zone)] += end - start
    return frozenset(
        day for day, minutes in open_min.items() if 100 * taken_min[day] >= from_percent * minutes
    )


def on_days(starts: Iterable[int], days: frozenset[date], zone: ZoneInfo) -> frozenset[int]:
    """The starts that are on one of these days on the wall."""
    return frozenset(each for each in starts if _local(each, zone) in days) if days else frozenset()


def _apart(taken: Iterable[tuple[str, int, int]]) -> Iterator[tuple[str, int, int]]:
    """What several share is taken once."""
    last, until = "", 0
    for resource, start, end in taken:
        begin = max(start, until) if resource == last else start
        until = max(end, until) if resource == last else end
        last = resource
        if begin < end:
            yield resource, begin, end


def _local(minute: int, zone: ZoneInfo) -> date:
    return moment(minute).astimezone(zone).date()
