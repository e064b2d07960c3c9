"""The use cases of booking: load, decide, keep."""

from collections.abc import Sequence

from services.scheduling.application.appointments.reading import calendar
from services.scheduling.application.appointments.waiting import keep_and_offer
from services.scheduling.application.documents import COURSES, GROUPS, STANDINGS
from services.scheduling.application.keeping import (
    active_course,
    course_of,
    diary,
    keep,
    own_course,
    placing_standing,
)
from services.scheduling.application.replanning import replan
from services.scheduling.domain.appointments.attendance import miss, use_up
from services.scheduling.domain.appointments.commands import (
    ForceSlots,
    MissAppointment,
    MoveAppointment,
    UseUpAppointment,
)
from services.scheduling.domain.appointments.forcing import force_slots
from services.scheduling.domain.appointments.requests import book_slots, proposed
from services.scheduling.domain.appointments.rescheduling import displaced_by, move
from services.scheduling.domain.clinic.groups import Groups
from services.scheduling.domain.course import booking
from services.scheduling.domain.course import course as courses
from services.scheduling.domain.course import standing as standings
from services.scheduling.domain.course.commands import BookCourse, CancelAppointment
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.course.standing import Standing
from shared.contracts.site import SlotWanted
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def book_course(command: BookCourse, uow: UnitOfWork, policy: Policy) -> None:
    course, standing = open_course(command.patient_id, uow)
    if command.slots:
        slots = command.slots
        free = calendar((each.start for each in slots), uow, policy)
        booked = book_slots(command, course, standing, free, groups_of(slots, uow))
    else:
        days = diary(booking.horizon(command), uow, policy)
        booked = booking.book_course(command, course, standing, days, policy)
    keep(uow, course, proposed(course, booked, command.at, command.propose_min, policy))


def force_booking(command: ForceSlots, uow: UnitOfWork, policy: Policy) -> None:
    course, standing = open_course(command.patient_id, uow)
    free = calendar((each.start for each in command.slots), uow, policy)
    groups = groups_of(command.slots, uow)
    keep(uow, course, force_slots(command, course, standing, free, groups))


def move_appointment(command: MoveAppointment, uow: UnitOfWork, policy: Policy) -> None:
    course = course_of(command.appointment_id, command.patient_id, uow)
    standing = placing_standing(course, uow)
    free = calendar([command.start], uow, policy, without=command.appointment_id)
    moved = move(command, course, standing, free)
    keep_and_offer(uow, course, moved, command.at)
    if displaced_by(command, course, standing, policy):
        replan(uow, moved, "session-moved", command.at, policy)


def cancel_appointment(command: CancelAppointment, uow: UnitOfWork) -> None:
    course = course_of(command.appointment_id, command.patient_id, uow)
    keep_and_offer(uow, course, courses.cancel(command, course), command.at)


def miss_appointment(command: MissAppointment, uow: UnitOfWork, policy: Policy) -> None:
    course = course_of(command.appointment_id, command.patient_id, uow)
    missed = miss(command, course)
    keep(uow, course, missed)
    replan(uow, missed, "session-missed", command.at, policy)


def use_up_appointment(command: UseUpAppointment, uow: UnitOfWork, policy: Policy) -> None:
    course = own_course(command.course_id, uow)
    used_up = use_up(command, course)
    if used_up != course:
        keep_and_offer(uow, course, used_up, command.at)
        replan(uow, used_up, "encounter-cancelled", command.at, policy)


def open_course(patient_id: str, uow: UnitOfWork) -> tuple[Course, Standing]:
    """The patient's active course; where it is on its way, the step waits for it."""
    standing = uow.require(STANDINGS, patient_id)
    following = standings.course_id(patient_id, standing.courses + 1)
    course = active_course(standing, uow) or uow.require(COURSES, following)
    return course, placing_standing(course, uow)


def groups_of(slots: Sequence[SlotWanted], uow: UnitOfWork) -> Groups:
    return {each.group: uow.get(GROUPS, each.group) for each in slots if each.group}
