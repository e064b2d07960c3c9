"""What is done when the hour strikes that a course wanted (domain/course/alarms.py)."""

from collections.abc import Callable, Mapping
from datetime import datetime

from services.scheduling.application.appointments import proposals
from services.scheduling.application.keeping import own_course
from services.scheduling.application.people.reminding import remind
from services.scheduling.application.replanning import replan_displaced
from services.scheduling.application.safety.anchoring import reanchor
from services.scheduling.application.safety.oversight import hold_out_of_turn, say_overdue
from services.scheduling.domain.course.alarms import (
    REASONS,
    Due,
    proposals_end,
    reanchor_due,
    replan_due,
)
from services.scheduling.domain.course.commands import LookAt
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.people.reminders import reminder_due
from services.scheduling.domain.safety.oversight import overdue_due, release_due
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork

See = Callable[[Course, datetime, UnitOfWork, Policy], None]
SEES_TO: Mapping[Due, See] = {
    reanchor_due: reanchor,
    proposals_end: proposals.expire,
    replan_due: replan_displaced,
    overdue_due: say_overdue,
    release_due: hold_out_of_turn,
    reminder_due: remind,
}
"""The use case for each of REASONS. It leaves the course wanting a later hour, or none, for it."""


def look_at(command: LookAt, uow: UnitOfWork, policy: Policy) -> None:
    """Sees to every reason whose hour has come, each on what the one before left."""
    for reason in REASONS:
        course = own_course(command.course_id, uow)
        due = reason(course)
        if due and due <= command.at:
            SEES_TO[reason](course, command.at, uow, policy)
