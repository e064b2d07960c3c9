"""The clinics' numbers: who is in the room, whose vital signs are overdue, what went wrong."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from services.session_record.application.documents import ENCOUNTERS, TASKS
from services.session_record.domain.documentation.tasks import OPEN
from services.session_record.domain.monitoring.due import is_overdue
from shared.kernel.policy import Policy
from shared.runtime import metrics
from shared.runtime.metrics import Reading
from shared.storage.operations.sightings import clinics
from shared.storage.store import Session

ENCOUNTERS_MAX, COUNTED_MAX = 500, 10_000
GRADES = (1, 2, 3, 4, 5)
"""Of CTCAE."""


def gauges(session: Session, policy: Policy, now: datetime) -> Iterator[Reading]:
    for clinic in clinics(session):
        label, own = metrics.clinic(clinic), {"clinic": clinic}
        tasks = _count(session, TASKS.name, {**own, "state.status": OPEN})
        yield metrics.TASKS_OPEN, (label,), tasks
        for grade in GRADES:
            graded = {**own, "state.adverse_events.grade": grade}
            sessions = _count(session, ENCOUNTERS.name, graded)
            yield metrics.ADVERSE_EVENTS, (label, str(grade)), sessions
        running = {**own, "state.status": "in-progress"}
        found = session.where(ENCOUNTERS.name, running, order="clinic", limit=ENCOUNTERS_MAX)
        encounters = [ENCOUNTERS.aggregate(each) for each in found]
        dosing = sum(each.session == "dosing" for each in encounters)
        overdue = sum(is_overdue(each, policy.of(clinic), now) for each in encounters)
        yield metrics.DOSING_OPEN, (label,), dosing
        yield metrics.VITALS_OVERDUE, (label,), overdue


def _count(session: Session, collection: str, equals: Mapping[str, object]) -> int:
    """Along the index, whose first field is the clinic."""
    return session.count(collection, equals, order="clinic", limit=COUNTED_MAX)
