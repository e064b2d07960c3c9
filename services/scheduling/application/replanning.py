"""Places anew what lost its time: at once in the step that took it, or by the course's own alarm.

`replan` is for the course that the step changes anyway; `displace` for the many that one change of
the roster touches: each of them replans in a transaction of its own.
"""

from collections.abc import Collection as Ids
from dataclasses import replace
from datetime import datetime

from services.scheduling.application.keeping import diary, keep, own_course, placing_standing
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.safety import replanning
from shared.contracts.scheduling import PlanBlocked
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def replan(uow: UnitOfWork, course: Course, reason: str, at: datetime, policy: Policy) -> None:
    """`course` as it was kept by this step. What it finds is proposed; what it does not is said."""
    standing = placing_standing(course, uow)
    if course.ended or not standing.clearance:
        return
    terms = replanning.terms_of(course, standing, at, policy)
    cause = replanning.Cause(reason, at)
    if not replanning.to_place(course, standing, terms, cause):
        keep(uow, course, replace(course, blocked=()))
        return
    free = diary(replanning.horizon(at), uow, policy)
    found = replanning.replanned(course, standing, terms, free, cause)
    told = [PlanBlocked(course.id, reason, found.blocked)] if found.blocked else []
    keep(uow, course, found, *told)


def replan_displaced(course: Course, at: datetime, uow: UnitOfWork, policy: Policy) -> None:
    """The hour that `displace` asked for."""
    seen = replace(course, replan_at=None, replan_for="")
    keep(uow, course, seen)
    replan(uow, seen, course.replan_for, at, policy)


def displace(
    uow: UnitOfWork, course_id: str, appointment_ids: Ids[str], reason: str, at: datetime
) -> None:
    """These appointments cannot stand: they are called off, and the course asks for others."""
    course = own_course(course_id, uow)
    keep(uow, course, replanning.displaced(course, appointment_ids, reason, at))
