"""Keeps appointments at the time on the wall that was meant when the rules of a zone change.

Every course moves its own in a transaction of its own. Whoever moves first may find its time still
taken by one that has not moved yet: it takes it nevertheless, and `/conflicts` shows what stays.
"""

from dataclasses import replace
from datetime import datetime

from services.scheduling.application.documents import COURSES, WALLS, WALLS_ID
from services.scheduling.application.keeping import is_free, keep
from services.scheduling.application.replanning import replan
from services.scheduling.domain.course.course import Appointment, Course
from services.scheduling.domain.safety import anchoring
from services.scheduling.domain.safety.commands import CheckZones
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def watch_zone(name: str, at: datetime, uow: UnitOfWork) -> None:
    before = uow.get(WALLS, WALLS_ID)
    after = anchoring.watched(before, name, at)
    if after != before:
        uow.save(WALLS, after)


def check_zones(command: CheckZones, uow: UnitOfWork) -> None:
    """Every day; days on which nobody looked are not made up for one by one."""
    walls = uow.require(WALLS, WALLS_ID)
    for course in _adrift(command.at, uow) if anchoring.changed(walls) else ():
        keep(uow, course, replace(course, reanchor_at=command.at))
    uow.save(WALLS, anchoring.compared(walls, command.at))


def _adrift(at: datetime, uow: UnitOfWork) -> list[Course]:
    return [
        course
        for ended in ("", "revoked")
        for course in uow.find(COURSES, ended=ended)
        if any(anchoring.is_adrift(each, at) for each in course.appointments)
    ]


def reanchor(course: Course, at: datetime, uow: UnitOfWork, policy: Policy) -> None:
    moved = replace(
        course,
        appointments=tuple(
            _anchored(each, uow) if anchoring.is_adrift(each, at) else each
            for each in course.appointments
        ),
        reanchor_at=None,
    )
    keep(uow, course, moved)
    replan(uow, moved, anchoring.ZONE_RULES, at, policy)


def _anchored(appointment: Appointment, uow: UnitOfWork) -> Appointment:
    moved = anchoring.anchored(appointment)
    if not moved.takes_time or is_free(moved.claims, uow):
        return moved
    claims = tuple(replace(each, forced=True) for each in moved.claims)
    return replace(moved, claims=claims)
