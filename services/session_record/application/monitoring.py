"""What HTTP may read of the sessions that go on now: last vital signs, and when the next are due.

For a board in the clinic: nothing of sessions that are over.
"""

from dataclasses import dataclass
from datetime import datetime

from services.session_record.application.documents import ENCOUNTERS
from services.session_record.domain.encounter import Alarm, Encounter, Miss
from services.session_record.domain.monitoring.due import is_overdue, next_due
from services.session_record.domain.monitoring.ladder import standing
from services.session_record.domain.monitoring.samples import latest, samples
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import Route
from shared.kernel.policy import Policy
from shared.storage.reads import Read, Reads

SHOWN = ("systolic", "diastolic", "heart-rate", "oxygen-saturation")


@dataclass(frozen=True, slots=True)
class LastValue:
    measure: str
    value: float
    at: datetime


@dataclass(frozen=True, slots=True)
class MonitoringView:
    """`next_due_at`: null where nobody must measure. `overdue`: its grace is over as well.

    `alarms`: those that no later value answers; `misses`: points that are still not resolved.
    """

    encounter_id: str
    patient_id: str
    appointment_id: str
    session: SessionKind
    dose_number: int
    route: Route
    arrived_at: datetime
    dosed_at: datetime | None
    last: tuple[LastValue, ...]
    next_due_at: datetime | None
    overdue: bool
    alarms: tuple[Alarm, ...]
    misses: tuple[Miss, ...]


def monitoring(
    reads: Reads, policy: Policy, now: datetime, *, limit: int, after: str = ""
) -> list[Read[MonitoringView]]:
    page = reads.page(ENCOUNTERS, after=after, limit=limit, status="in-progress")
    return [
        Read(_view(each.aggregate, policy, now), each.version, each.clinic, each.cursor)
        for each in page
    ]


def _view(encounter: Encounter, policy: Policy, now: datetime) -> MonitoringView:
    return MonitoringView(
        encounter_id=encounter.encounter_id,
        patient_id=encounter.patient_id,
        appointment_id=encounter.appointment_id,
        session=encounter.session,
        dose_number=encounter.dose_number,
        route=encounter.route,
        arrived_at=encounter.arrived_at,
        dosed_at=encounter.dose.at if encounter.dose else None,
        last=_last(encounter, now),
        next_due_at=next_due(encounter, policy),
        overdue=is_overdue(encounter, policy, now),
        alarms=standing(encounter),
        misses=tuple(each for each in encounter.misses if each.resolved_at is None),
    )


def _last(encounter: Encounter, now: datetime) -> tuple[LastValue, ...]:
    known = list(samples(encounter))
    newest = (latest(known, measure, now)[:1] for measure in SHOWN)
    return tuple(LastValue(each.measure, each.value, each.at) for one in newest for each in one)
