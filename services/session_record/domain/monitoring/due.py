"""Which points after the dose are due, met or missed: by the time of the readings (SES-4).

A reading that is sent late but was taken in time meets its point. The clock asks, not the events.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.session_record.domain.encounter import Dose, Encounter, Miss
from services.session_record.domain.monitoring.samples import samples
from shared.kernel.policy import Policy

COMPLETE = ("systolic", "diastolic", "heart-rate", "oxygen-saturation")
"""What must have been measured for a point to be met."""
Severity = Literal["warning", "alert"]
Taken = Mapping[str, Sequence[timedelta]]
"""Of each measure, how long after the dose it was taken; in no order."""
INSTANT = timedelta.resolution
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
    taken = _taken(encounter, encounter.dose.at)
    minutes = tuple(_minutes(encounter, encounter.dose, policy, until))
    following = (*minutes[1:], None)
    return tuple(
        _point(minute, then, encounter.dose.at, taken, policy)
        for minute, then in zip(minutes, following, strict=True)
    )


def missed_mandatory(encounter: Encounter, policy: Policy, until: datetime) -> list[int]:
    mandatory = policy.schedules[encounter.route].mandatory_min
    return [
        each.minute
        for each in due(encounter, policy, until)
        if each.minute in mandatory and each.met_at is None
    ]


def next_due(encounter: Encounter, policy: Policy) -> datetime | None:
    """When somebody must measure next: a point that was missed is over as soon as a later one is
    met. None: nobody must, for there is no dose yet, or the hours of watching are over."""
    if encounter.status != "in-progress" or encounter.dose is None:
        return None
    points = due(encounter, policy, encounter.dose.at + policy.minutes("vitals.watched_for_min"))
    met = max((each.minute for each in points if each.met_at is not None), default=-1)
    ahead = next((each.minute for each in points if each.minute > met), None)
    return None if ahead is None else encounter.dose.at + timedelta(minutes=ahead)


def is_overdue(encounter: Encounter, policy: Policy, at: datetime) -> bool:
    """Whether somebody should have measured by now and has not since."""
    when = next_due(encounter, policy)
    return when is not None and when + policy.minutes("vitals.late_warn_min") <= at


def watched(encounter: Encounter, policy: Policy) -> Encounter:
    """What was missed and is there after all is resolved; and when the clock must look next."""
    is_watched = encounter.status == "in-progress"
    if encounter.dose is None or not (is_watched or encounter.misses):
        return replace(encounter, watch_at=None) if encounter.watch_at else encounter
    horizon = encounter.dose.at + policy.minutes("vitals.watched_for_min")
    points = {each.minute: each for each in due(encounter, policy, horizon)}
    misses = tuple(_resolved(miss, points.get(miss.point_min)) for miss in encounter.misses)
    hours = [hour for hour, _, _ in unraised(encounter, points.values(), policy)]
    return replace(
        encounter, misses=misses, watch_at=min(hours, default=None) if is_watched else None
    )


def left(encounter: Encounter, at: datetime) -> Encounter:
    """The patient has gone: nobody is asked any more, and what the clock found after it is void."""
    misses = tuple(
        replace(each, resolved_at=at) if each.raised_at > at else each for each in encounter.misses
    )
    return replace(encounter, misses=misses, watch_at=None)


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


def _taken(encounter: Encounter, dosed_at: datetime) -> Taken:
    taken: dict[str, list[timedelta]] = {measure: [] for measure in COMPLETE}
    for sample in samples(encounter):
        if sample.measure in taken:
            taken[sample.measure].append(sample.at - dosed_at)
    return taken


def _point(
    minute: int, then: int | None, dosed_at: datetime, taken: Taken, policy: Policy
) -> Point:
    """`then` is the next point: a reading in time for it is not the late one of this."""
    own, grace = timedelta(minutes=minute), policy.minutes("vitals.late_warn_min")
    # The reading before the dose is the one at minute 0.
    before = policy.minutes("vitals.predose_max_age_min") if minute == 0 else grace
    met_after = _met_after(taken, own - before, own + grace)
    if met_after is not None:
        return Point(minute, dosed_at + met_after, late=False)
    last = own + policy.minutes("vitals.late_alert_min")
    if then is not None:
        last = min(last, timedelta(minutes=then) - grace - INSTANT)
    met_after = _met_after(taken, own - grace, last)
    if met_after is None:
        return Point(minute, None, late=False)
    return Point(minute, dosed_at + met_after, late=True)


def _met_after(taken: Taken, first: timedelta, last: timedelta) -> timedelta | None:
    """When the last value had been taken; None where one was not in the time."""
    met_after = first
    for times in taken.values():
        within = [each for each in times if first <= each <= last]
        if not within:
            return None
        met_after = max(met_after, *within)
    return met_after


def _resolved(miss: Miss, point: Point | None) -> Miss:
    if point is None or point.met_at is None:
        return miss
    return replace(miss, resolved_at=point.met_at, late=point.late)
