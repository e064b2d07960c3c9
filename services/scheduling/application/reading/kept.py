"""What several reads of the calendar rest on: the clinic's roster and its days, as committed."""

from datetime import date, timedelta

from services.scheduling.application.documents import DAYS, ROSTER, ROSTERS
from services.scheduling.domain.occupancy.day import Day
from services.scheduling.domain.resources.resource import Roster
from shared.storage.reads import Reads


def roster(reads: Reads) -> Roster:
    found = reads.get(ROSTERS, ROSTER)
    return found.aggregate if found else Roster()


def days(reads: Reads, first: date, last: date) -> list[Day]:
    """Every day of UTC from the first to the last, those with nothing on them too."""
    count = (last - first).days + 1
    names = [(first + timedelta(days=number)).isoformat() for number in range(count)]
    known = {each.aggregate.date: each.aggregate for each in reads.several(DAYS, names)}
    return [known.get(name, Day(name)) for name in names]
