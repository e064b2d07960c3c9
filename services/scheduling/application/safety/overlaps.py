"""I12 as it is looked for while the service runs: more on a resource than it can bear.

It shares no code with the booking that it judges: it sweeps over what is written down.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from services.scheduling.application.documents import DAYS
from services.scheduling.domain.occupancy.day import Claim, Day, in_words
from shared.storage.store import Store

PAGE = 200


def overlaps(store: Store) -> tuple[int, Sequence[str]]:
    """How many claims were looked at, and each moment at which one is too many."""
    session, checked, found = store.session(), 0, list[str]()
    after, page = None, session.where(DAYS.name, {}, limit=PAGE)
    while page:
        for document in page:
            day = DAYS.aggregate(document)
            checked += len(day.claims)
            found += _too_many(document["clinic"], day)
        after = page[-1]["_id"]
        page = session.where(DAYS.name, {}, after=after, limit=PAGE) if len(page) == PAGE else []
    return checked, found


def _too_many(clinic: str, day: Day) -> Iterator[str]:
    """What was forced may be too much; without it the rest must fit at every start."""
    on: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in day.claims:
        if not claim.forced:
            on[claim.resource].append(claim)
    for resource, claims in sorted(on.items()):
        for minute in sorted({each.start for each in claims}):
            there = [each for each in claims if each.start <= minute < each.end]
            if not _fits(there):
                names = ", ".join(sorted(each.appointment_id for each in there))
                yield f"{clinic} {resource} at {in_words(minute)}: {names}"


def _fits(there: Sequence[Claim]) -> bool:
    if len(there) < 2:
        return True
    shares = {each.share for each in there}
    names = {each.appointment_id for each in there}
    is_shared = len(shares) == 1 and "" not in shares and len(names) == len(there)
    return is_shared and len(there) <= min(each.capacity for each in there)
