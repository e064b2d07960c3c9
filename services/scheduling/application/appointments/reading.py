"""How requests for single times read the calendar: the days they touch, and later ones if asked."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from services.scheduling.application.documents import DAYS, ROSTER, ROSTERS
from services.scheduling.domain.appointments.calendar import LATER_D, Calendar, days_of
from services.scheduling.domain.occupancy.day import Day, moment, release
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.resources.resource import Roster
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork

WEEK_D = 7


def calendar(
    starts: Iterable[datetime], uow: UnitOfWork, policy: Policy, without: str = ""
) -> Calendar:
    """As it is around these times, as if the appointment `without` had given back its own."""
    roster = uow.get(ROSTERS, ROSTER) or Roster()

    def diary(first: date, count: int) -> Diary:
        names = ((first + timedelta(days=number)).isoformat() for number in range(count))
        days = (uow.get(DAYS, name) or Day(name) for name in names)
        return Diary(roster, [release(each, without) if without else each for each in days], policy)

    def ahead(since: int) -> Iterator[Diary]:
        """A week each and a day more, so that what begins on its last evening ends in it."""
        for offset in range(0, LATER_D, WEEK_D):
            yield diary(moment(since).date() + timedelta(days=offset), WEEK_D + 1)

    diaries = [diary(*each) for each in _stretches(days_of(starts))]
    return Calendar(roster, policy, diaries, ahead)


def _stretches(days: Iterable[str]) -> Iterator[tuple[date, int]]:
    """The first day of each stretch of days that follow one another, and how many they are."""
    first, count = None, 0
    for day in map(date.fromisoformat, days):
        if first is not None and day == first + timedelta(days=count):
            count += 1
            continue
        if first is not None:
            yield first, count
        first, count = day, 1
    if first is not None:
        yield first, count
