"""Which sessions of a course are to be placed anew, and what becomes of what they were."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.scheduling.domain.course.course import Course, called_off


def displaced(
    course: Course, appointment_ids: Collection[str], reason: str, at: datetime
) -> Course:
    """Only what is still to come can be displaced."""
    appointments = tuple(
        called_off(each, reason)
        if each.id in appointment_ids and each.stands and each.start > at
        else each
        for each in course.appointments
    )
    if appointments == course.appointments:
        return course
    return replace(course, appointments=appointments, replan_at=at, replan_for=reason)
