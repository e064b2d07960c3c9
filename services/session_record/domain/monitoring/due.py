"""Which points after the dose are due, met or missed: by the time of the readings (SES-4).

A reading that is sent late but was taken in time meets its point. The clock asks, not the events.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.session_record.domain.encounter import Dose, Encounter, Miss
from services.session_record.domain.monitoring.samples import Sample, samples
from shared.kernel.policy import Policy

COMPLETE = ("systolic", "diastolic", "heart-rate", "oxygen-saturation")
"""What must have been measured for a point to be met."""
Severity = Literal["warning", "alert"]
KEYS: dict[Severity, str] = {"warning": "vitals.late_warn_min", "alert": "vitals.late_alert_min"}


@dataclass(frozen=True, slots=True)
class Point:
    """`met_at`: when the last of the values was taken; None where one is missing."""

    minute: int
    met_at: datetime | None
    late: bool


def due(encounter: Encounter, policy: Policy, until: datetime) -> tuple[Point, ...]:
    """Every point from the dose to `until`, in order; empty before the dose."""
    if encounter.dose is None:
        return ()
    dosed_at, found = encounter.dose.at, _complete(encounter)
    minutes = tuple(_minutes(encounter, encounter.dose, policy, until))
    return tuple(_point(minute, minutes, dosed_at, found, policy) for minute in minutes)


def missed_mandatory(encounter: Encounter, policy: Policy, until: datetime) -> list[int]:
    mandatory = policy.schedules[encounter.route].mandatory_min
    return [
        each.minute
        for each in due(encounter, policy, until)
        if each.minute in mandatory and each.met_at is None
    ]


def watched(encounter: Encounter, policy: Policy) -> Encounter:
    """What was missed and is there after all is resolved; and when the clock must look next."""
    if encounter.dose is None:
        return encounter
    horizon = encounter.dose.at + policy.minutes("vitals.watched_for_min")
    points = {each.minute: each for each in due(encounter, policy, horizon)}
    misses = tuple(_resolved(miss, points.get(miss.point_min)) for miss in encounter.misses)
    hours = [hour for hour, _, _ in unraised(encounter, points.values(), policy)]
    is_watched = encounter.status == "in-progress"
    return replace(
        encounter, misses=misses, watch_at=min(hours, default=None) if is_watched else None
    )


def unraised(
    encounter: Encounter, points: Iterable[Point], policy: Policy
) -> Iterator[tuple[datetime, Point, Severity]]:
    """The hours at which unmet points become a warning, then an alert, if nobody measures."""
    assert encounter.dose, "points are counted from the dose"
    raised = {(each.point_min, each.severity) for each in encounter.misses}
    for point in points:
        for severity, key in KEYS.items():
            if point.met_at is None and (point.minute, severity) not in raised:
                late = timedelta(minutes=point.minute) + policy.minutes(key)
                yield encounter.dose.at + late, point, severity


def _minutes(encounter: Encounter, dose: Dose, policy: Policy, until: datetime) -> Iterator[int]:
    schedule = policy.schedules[encounter.route]
    last = min(until, encounter.finished_at or until)
    most = int((last - dose.at) // timedelta(minutes=1))
    yield from (minute for minute in schedule.vitals_min if minute <= most)
    after = schedule.vitals_min[-1] + schedule.then_every_min
    yield from range(after, most + 1, schedule.then_every_min)


def _complete(encounter: Encounter) -> list[Sample]:
    return [each for each in samples(encounter) if each.measure in COMPLETE]


def _point(
    minute: int,
    minutes: Sequence[int],
    dosed_at: datetime,
    found: Sequence[Sample],
    policy: Policy,
) -> Point:
    on_time = [each for each in found if _is_on_time(each, minute, dosed_at, policy)]
    if met_at := _met_at(on_time):
        return Point(minute, met_at, late=False)
    last = dosed_at + timedelta(minutes=minute) + policy.minutes("vitals.late_alert_min")
    first = dosed_at + timedelta(minutes=minute) - policy.minutes("vitals.late_warn_min")
    # A reading that is on time for the next point is not the late one of this point.
    own = [
        each
        for each in found
        if first <= each.at <= last
        and not any(
            _is_on_time(each, other, dosed_at, policy) for other in minutes if other > minute
        )
    ]
    met_at = _met_at(own)
    return Point(minute, met_at, late=met_at is not None)


def _is_on_time(sample: Sample, minute: int, dosed_at: datetime, policy: Policy) -> bool:
    """The reading before the dose is the one at minute 0."""
    point, grace = dosed_at + timedelta(minutes=minute), policy.minutes("vitals.late_warn_min")
    before = policy.minutes("vitals.predose_max_age_min") if minute == 0 else grace
    return point - before <= sample.at <= point + grace


def _met_at(found: Sequence[Sample]) -> datetime | None:
    if not all(any(each.measure == measure for each in found) for measure in COMPLETE):
        return None
    return max(each.at for each in found)


def _resolved(miss: Miss, point: Point | None) -> Miss:
    if point is None or point.met_at is None:
        return miss
    return replace(miss, resolved_at=point.met_at, late=point.late)
