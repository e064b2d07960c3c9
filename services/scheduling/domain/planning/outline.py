"""The outline of a course: its sessions as they stand, and the terms on which the rest is placed.

Whoever places sessions starts here: booking, replanning and the planner.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from services.scheduling.domain.course.course import Course
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.day import minutes
from services.scheduling.domain.planning.rules import Session, Sessions, Terms
from shared.kernel.policy import CourseTemplate, Policy

_H, _D = 60, 24 * 60


def terms_of(begin: datetime, course: Course, standing: Standing, policy: Policy) -> Terms:
    """Nothing may start before `begin`. `standing.others` are filled in from the person: a course
    waits for the doses that are booked elsewhere."""
    cleared = standing.clearance
    assert cleared, "a course has a clearance"
    gap = round(max(course.protocol.dose_gap_h, policy["dose.min_gap_h"]) * _H)
    begin = max(begin, standing.busy_until or begin)
    earlier = tuple(minutes(each) for each in standing.others)
    own = (minutes(standing.last_dose_at),) if standing.last_dose_at else ()
    last = max(earlier[-1:] + own, default=0)
    return Terms(
        not_before=minutes(begin),
        dose_not_before=last + gap if last else 0,
        first_dose_by=_whole_minutes(cleared.first_dose_by),
        doses_until=_whole_minutes(standing.doses_until or cleared.valid_until),
        dose_gap=gap,
        preparation_max_age=round(policy["prep.max_age_d"] * _D),
        integration_from=round(policy["integration.window_from_h"] * _H),
        integration_to=round(policy["integration.window_to_h"] * _H),
        per_week_max=round(policy[f"dose.{course.route}.per_week_max"]),
        induction_doses=course.protocol.induction_doses,
        maintenance_gap=course.protocol.maintenance_gap_h * _H,
        earlier_doses=earlier,
        is_maintained=standing.is_maintained,
    )


def template(protocol: CourseTemplate) -> Iterator[Session]:
    for number in range(1, protocol.preparations + 1):
        yield Session("preparation", number, protocol.preparation_min)
    for number in range(1, protocol.doses + 1):
        yield Session("dosing", number, protocol.dosing_min)
        yield Session("integration", number, protocol.integration_min)


def session_names(protocol: CourseTemplate) -> Iterator[str]:
    return (each.name for each in template(protocol))


def sessions_of(course: Course, terms: Terms) -> list[Session]:
    """What is booked or done keeps its time. No preparation is booked after the first dose, and
    no dose beyond the induction before it is decided (SCH-11)."""
    last = terms.induction_doses
    undecided = 0 < last < course.protocol.doses and not terms.is_maintained
    standing = [_as_it_stands(each, course) for each in template(course.protocol)]
    sessions = (
        without_doses(standing, lambda number: number > last) if undecided else list(standing)
    )
    if any(each.kind == "dosing" and each.done for each in sessions):
        return [each for each in sessions if each.kind != "preparation" or not each.is_open]
    return _with_fresh_preparation(sessions, terms)


def without_doses(sessions: Sessions, refused: Callable[[int], bool]) -> list[Session]:
    """Without the open doses of these numbers, and what integrates them if that is open too."""
    gone = {
        each.number
        for each in sessions
        if each.kind == "dosing" and each.is_open and refused(each.number)
    }
    return [
        each
        for each in sessions
        if each.kind == "preparation" or not each.is_open or each.number not in gone
    ]


def _as_it_stands(session: Session, course: Course) -> Session:
    found = course.appointment(session.name)
    if found is None:
        return session
    start, end = minutes(found.start), minutes(found.end)
    return replace(session, start=start, length=end - start, done=found.status == "fulfilled")


def _with_fresh_preparation(sessions: list[Session], terms: Terms) -> list[Session]:
    """A last preparation too long ago for any first dose still to book is held once more."""
    last = max((n for n, each in enumerate(sessions) if each.kind == "preparation"), default=-1)
    first_dose = sessions[last + 1]
    preparation = sessions[last] if last >= 0 else first_dose
    if not (preparation.done and preparation.start is not None and first_dose.is_open):
        return sessions
    if preparation.start + terms.preparation_max_age >= terms.not_before:
        return sessions
    sessions[last] = replace(preparation, start=None, done=False)
    return sessions


def _whole_minutes(latest: datetime) -> int:
    return int(latest.timestamp() // 60)
