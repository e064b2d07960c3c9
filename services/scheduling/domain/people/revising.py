"""Counts the changes of an appointment that a calendar shows, so that clients take the newest."""

from dataclasses import replace
from datetime import datetime

from services.scheduling.domain.course.course import Appointment, Course


def revised(before: Course | None, after: Course, at: datetime) -> Course:
    """The course with each appointment that looks different one revision on, changed at `at`.

    Neither ever goes back, whatever order events come in.
    """
    known = {each.id: each for each in before.appointments} if before else {}
    appointments = tuple(_revised(known.get(each.id), each, at) for each in after.appointments)
    return replace(after, appointments=appointments)


def _revised(before: Appointment | None, after: Appointment, at: datetime) -> Appointment:
    if before is None:
        return replace(after, changed_at=at)
    if _looks(before) == _looks(after):
        return after
    changed_at = max(at, before.changed_at or at)
    return replace(after, revision=before.revision + 1, changed_at=changed_at)


def _looks(each: Appointment) -> tuple[object, ...]:
    return each.start, each.end, each.status, each.resources
