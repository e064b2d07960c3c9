"""Which numbers of a site's events never came, as the journal's index has them."""

from collections.abc import Iterable
from datetime import datetime

from shared.storage.journal import JOURNAL
from shared.storage.operations.sightings import SITES_MAX
from shared.storage.steps import SITE
from shared.storage.store import SIGHTINGS, Document, Session

WINDOW = 1000
"""How many numbers back a gap is looked for."""
LOOKED_AT_ONCE = 50


def missing_of(session: Session, source: str, below: int) -> list[list[int]]:
    """The ranges missing among the `WINDOW` numbers below `below`."""
    lowest = max(0, below - WINDOW)
    there = session.values(
        JOURNAL, "sequence", {"reader": SITE, "source": source}, after=lowest, limit=WINDOW
    )
    known = set(there)
    return _ranges(number for number in range(lowest + 1, below) if number not in known)


def look_for_gaps(session: Session, now: datetime) -> None:
    """Writes into the sightings what is missing of each site: of those that have posted since,
    or lacked something, the ones that were looked at longest ago."""
    seen = session.where(SIGHTINGS, {}, limit=SITES_MAX)
    wanted = [each for each in seen if each["missing"] or _has_gone_on(each)]
    wanted.sort(key=lambda each: each.get("looked_at") or each["last_at"])
    session.patch(
        SIGHTINGS,
        {
            each["_id"]: {
                "missing": missing_of(session, each["_id"], each["last_sequence"] + 1),
                "looked_at": now,
                "looked_to": each["last_sequence"],
            }
            for each in wanted[:LOOKED_AT_ONCE]
        },
    )


def _has_gone_on(sighting: Document) -> bool:
    return bool(sighting["last_sequence"] != sighting.get("looked_to", 0))


def _ranges(numbers: Iterable[int]) -> list[list[int]]:
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges
