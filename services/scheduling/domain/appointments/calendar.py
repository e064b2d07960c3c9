"""The calendar as a request for single times sees it: only the days that those times touch.

Later days are read only where a refusal looks for alternatives.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from services.scheduling.domain.occupancy.day import (
    Claim,
    Day,
    days_between,
    in_the_way,
    minutes,
    take,
)
from services.scheduling.domain.occupancy.needs import Wanted
from services.scheduling.domain.occupancy.search import Diary, Slot
from services.scheduling.domain.resources.resource import Roster
from shared.kernel.policy import Policy

BEFORE_MIN, AFTER_MIN = 2 * 60, 14 * 60
"""How far around its start a session reaches: the longest buffer, and length with buffer."""
LATER_D = 30
ALTERNATIVES = 3
Ahead = Callable[[int], Iterator[Diary]]
"""The stretches of days from a minute on, read one after the other, each into the next."""


def days_of(starts: Iterable[datetime]) -> tuple[str, ...]:
    """The days that sessions at these times touch, ascending."""
    found = {
        day
        for start in starts
        for day in days_between(minutes(start) - BEFORE_MIN, minutes(start) + AFTER_MIN)
    }
    return tuple(sorted(found))


@dataclass
class Calendar:
    """A diary for each stretch of days that follow one another."""

    roster: Roster
    policy: Policy
    diaries: list[Diary]
    ahead: Ahead

    def at(self, wanted: Wanted, start: int) -> Slot | None:
        """Who and what it takes, if all of it is free then."""
        return self.around(start).at(wanted, start)

    def around(self, start: int) -> Diary:
        return next(each for each in self.diaries if each.begin <= start < each.end)

    def as_if_idle(self, start: int) -> Diary:
        """Who and what is at work around then, whatever is taken."""
        diary = self.around(start)
        return Diary(diary.roster, [Day(each.date) for each in diary.days], diary.policy)

    def take(self, claims: Iterable[Claim]) -> None:
        """What one session of a request takes is not free for the next."""
        for claim in claims:
            touched = days_between(claim.start, claim.end)
            self.diaries = [_taken(each, claim, touched) for each in self.diaries]

    def in_the_way(self, claim: Claim) -> tuple[Claim, ...]:
        days = {day.date: day for diary in self.diaries for day in diary.days}
        touched = [days[day] for day in days_between(claim.start, claim.end) if day in days]
        return next((met for day in touched if (met := in_the_way(day, claim))), ())

    def alternatives(
        self, wanted: Wanted, since: int, fits: Callable[[int], bool]
    ) -> tuple[int, ...]:
        """The next times, as long as the rules hold: they hold for one stretch of time."""
        return tuple(islice(self._following(wanted, since, fits), ALTERNATIVES))

    def _following(self, wanted: Wanted, since: int, fits: Callable[[int], bool]) -> Iterator[int]:
        last = since - 1
        for diary in self.ahead(since):
            for slot in diary.slots(wanted, max(since, last + 1, diary.begin), diary.end):
                if not fits(slot.start):
                    return
                last = slot.start
                yield slot.start


def _taken(diary: Diary, claim: Claim, touched: Sequence[str]) -> Diary:
    if not any(day.date in touched for day in diary.days):
        return diary
    days = [take(day, claim) if day.date in touched else day for day in diary.days]
    return Diary(diary.roster, days, diary.policy)
