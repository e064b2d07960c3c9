"""The use cases of proposals: accepted, declined, expired."""

from datetime import datetime

from services.scheduling.application.appointments.reading import calendar
from services.scheduling.application.appointments.waiting import keep_and_offer, taken
from services.scheduling.application.documents import APPOINTMENTS, GROUPS, STANDINGS
from services.scheduling.application.keeping import active_course, placing_standing
from services.scheduling.domain.appointments import proposals
from services.scheduling.domain.appointments.commands import AcceptProposals, DeclineProposals
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.course.standing import Standing
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def accept(command: AcceptProposals, uow: UnitOfWork, policy: Policy) -> None:
    course, standing = _course(command, uow)
    meant = proposals.meant(command, course)
    late = [each.start for each in meant if proposals.is_late(each, command.at)]
    groups = {each.group: uow.get(GROUPS, each.group) for each in meant if each.group}
    free = calendar(late, uow, policy)
    accepted = proposals.accept(command, course, standing, free, groups)
    keep_and_offer(uow, course, accepted, command.at)
    if any(each.freed for each in meant):
        taken(command.patient_id, uow, command.at)


def decline(command: DeclineProposals, uow: UnitOfWork) -> None:
    course, _ = _course(command, uow)
    keep_and_offer(uow, course, proposals.decline(command, course), command.at)


def expire(course: Course, at: datetime, uow: UnitOfWork, _policy: Policy) -> None:
    keep_and_offer(uow, course, proposals.expire(course, at), at)


def _course(
    command: AcceptProposals | DeclineProposals, uow: UnitOfWork
) -> tuple[Course, Standing]:
    """The lines of a patient are read at once where none is named."""
    standing = uow.require(STANDINGS, command.patient_id)
    course = active_course(standing, uow)
    if course is None:
        raise Rejected("not-proposed", "the patient has no active course: no time is kept")
    if not command.appointment_ids:
        uow.find(APPOINTMENTS, patient_id=command.patient_id)
    return course, placing_standing(course, uow)
