"""The clinics' numbers: who is open, how full today is, which integrations are overdue."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.scheduling.application.documents import COURSES, DAYS, ROSTER, ROSTERS
from services.scheduling.domain.capacity.today import is_open, reach, used_today
from services.scheduling.domain.occupancy.day import Day
from services.scheduling.domain.resources.resource import Roster
from services.scheduling.domain.safety.oversight import still_overdue
from shared.kernel.policy import Policy
from shared.runtime import metrics
from shared.runtime.metrics import Reading
from shared.storage.operations.sightings import clinics
from shared.storage.store import Session

COURSES_MAX = 500


def gauges(session: Session, policy: Policy, now: datetime) -> Iterator[Reading]:
    for clinic in clinics(session):
        label, own = metrics.clinic(clinic), policy.of(clinic)
        yield metrics.INTEGRATIONS_OVERDUE, (label,), _overdue(session, clinic)
        if roster := roster_of(session, clinic):
            yield metrics.CLINIC_OPEN, (label,), is_open(roster, now, own)
            used = used_today(roster, _days(session, clinic, now), now, own)
            for kind, share in used.items():
                yield metrics.CAPACITY_USED, (label, kind), share


def roster_of(session: Session, clinic: str) -> Roster | None:
    """What the clinic has declared; None before it has."""
    found = session.find(ROSTERS.name, [ROSTERS.key(clinic, ROSTER)])
    return ROSTERS.aggregate(found[0]) if found else None


def _days(session: Session, clinic: str, now: datetime) -> Iterator[Day]:
    first, last = reach(now)
    names = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    keys = [DAYS.key(clinic, each) for each in names]
    return (DAYS.aggregate(each) for each in session.find(DAYS.name, keys))


def _overdue(session: Session, clinic: str) -> int:
    """Of the courses of which it was ever said, those where it still is so."""
    own = {"clinic": clinic}
    found = session.where(COURSES.name, own, order="state.overdue", after=0, limit=COURSES_MAX)
    return sum(still_overdue(COURSES.aggregate(each)) for each in found)
