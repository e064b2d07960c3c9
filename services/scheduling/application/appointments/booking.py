"""The use cases of booking: load, decide, keep."""

from collections.abc import Sequence

from services.scheduling.application.appointments.reading import calendar
from services.scheduling.application.documents import COURSES, GROUPS, STANDINGS
from services.scheduling.application.keeping import (
    active_course,
    course_of,
    diary,
    keep,
    placing_standing,
)
from services.scheduling.domain.appointments.groups import Groups
from services.scheduling.domain.appointments.requests import book_slots, proposed
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
        booked = book_slots(command, course, standing, free, groups(slots, uow))
    else:
        days = diary(booking.horizon(command), uow, policy)
        booked = booking.book_course(command, course, standing, days, policy)
    keep(uow, course, proposed(course, booked, command.at, command.propose_min, policy))


def cancel_appointment(command: CancelAppointment, uow: UnitOfWork) -> None:
    course = course_of(command.appointment_id, command.patient_id, uow)
    keep(uow, course, courses.cancel(command, course))


def open_course(patient_id: str, uow: UnitOfWork) -> tuple[Course, Standing]:
    """The patient's active course; where it is on its way, the step waits for it."""
    standing = uow.require(STANDINGS, patient_id)
    following = standings.course_id(patient_id, standing.courses + 1)
    course = active_course(standing, uow) or uow.require(COURSES, following)
    return course, placing_standing(course, uow)


def groups(slots: Sequence[SlotWanted], uow: UnitOfWork) -> Groups:
    return {each.group: uow.get(GROUPS, each.group) for each in slots if each.group}
