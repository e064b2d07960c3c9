"""The use cases of the waiting list: who waits, and what is offered to them.

Time that is freed while somebody waits becomes a document that wants the clock at once: what it is
offered for is decided in a step of its own, so that a cancellation reads nobody else's course.
"""

from dataclasses import replace
from datetime import datetime

from services.scheduling.application.appointments.reading import calendar
from services.scheduling.application.documents import FREED, WAITING
from services.scheduling.application.keeping import active_course, keep, standing_of
from services.scheduling.application.keeping import placing_standing as placing
from services.scheduling.domain.appointments.commands import (
    JoinWaitingList,
    LeaveWaitingList,
    LookAtWaiting,
)
from services.scheduling.domain.clinic import waiting
from services.scheduling.domain.course.course import Course
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def join(command: JoinWaitingList, uow: UnitOfWork) -> None:
    course = active_course(standing_of(command.patient_id, uow), uow)
    if course is None:
        raise Rejected("no-course", "the patient has no active course to be earlier with")
    uow.save(WAITING, waiting.join(command, uow.get(WAITING, command.patient_id), course))


def leave(command: LeaveWaitingList, uow: UnitOfWork) -> None:
    uow.save(WAITING, waiting.leave(command, uow.get(WAITING, command.patient_id)))


def close(command: LookAtWaiting, uow: UnitOfWork) -> None:
    """The clock: what the patient waited for is over."""
    entry = uow.get(WAITING, command.id)
    if entry:
        uow.save(WAITING, waiting.close(entry))


def keep_and_offer(uow: UnitOfWork, before: Course, after: Course, at: datetime) -> None:
    """Keeps the course, and what it gives back for those who wait."""
    keep(uow, before, after)
    found = waiting.freed(before, after, at)
    if found and uow.find(WAITING, waiting=True):
        for each in found:
            former = uow.get(FREED, each.former) if each.former else None
            uow.save(FREED, waiting.again(each, former))


def offer(command: LookAtWaiting, uow: UnitOfWork, policy: Policy) -> None:
    """The clock: the longest waiting whom the freed time suits is asked."""
    freed = uow.get(FREED, command.id)
    if freed is None:
        return
    uow.save(FREED, replace(freed, look_at=None))
    if freed.start <= command.at:
        return
    free = calendar([freed.start], uow, policy)
    for entry in waiting.in_turn(freed, uow.find(WAITING, waiting=True)):
        course = active_course(standing_of(entry.patient_id, uow), uow)
        if course is None or course.id != entry.course_id:
            continue
        found = waiting.offered(command, freed, course, placing(course, uow), free)
        if found:
            keep(uow, course, found)
            return


def taken(patient_id: str, uow: UnitOfWork, at: datetime) -> None:
    """Who took an offer waits from now on, behind those who got none."""
    entry = uow.get(WAITING, patient_id)
    if entry:
        uow.save(WAITING, waiting.served(entry, at))
