"""What a course wants of the clock: each reason says when it is due.

It says so from what the course itself knows. What is done then is in `application/clock.py`.
"""

from collections.abc import Callable
from datetime import datetime

from services.scheduling.domain.course.course import Course
from services.scheduling.domain.people.reminders import reminder_due
from services.scheduling.domain.safety.oversight import overdue_due, release_due

Due = Callable[[Course], datetime | None]


def replan_due(course: Course) -> datetime | None:
    return course.replan_at


def proposals_end(course: Course) -> datetime | None:
    """Time that is kept for a patient's word is given back."""
    ends = (each.expires_at for each in course.appointments if each.status == "proposed")
    return min((each for each in ends if each), default=None)


def reanchor_due(course: Course) -> datetime | None:
    return course.reanchor_at


REASONS: tuple[Due, ...] = (
    reanchor_due,
    proposals_end,
    replan_due,
    overdue_due,
    release_due,
    reminder_due,
)


def wake(course: Course) -> datetime | None:
    """The first hour at which the course wants to be looked at though no event comes."""
    return min((due for reason in REASONS if (due := reason(course))), default=None)
