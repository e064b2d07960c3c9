"""The use cases of booking: load, decide, keep."""

from services.scheduling.application.documents import COURSES, STANDINGS
from services.scheduling.application.keeping import (
    active_course,
    course_of,
    diary,
    keep,
    placing_standing,
)
from services.scheduling.domain.course import booking
from services.scheduling.domain.course import course as courses
from services.scheduling.domain.course import standing as standings
from services.scheduling.domain.course.commands import BookCourse, CancelAppointment
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def book_course(command: BookCourse, uow: UnitOfWork, policy: Policy) -> None:
    standing = uow.require(STANDINGS, command.patient_id)
    following = standings.course_id(command.patient_id, standing.courses + 1)
    course = active_course(standing, uow) or uow.require(COURSES, following)
    standing = placing_standing(course, uow)
    free = diary(booking.horizon(command), uow, policy)
    keep(uow, course, booking.book_course(command, course, standing, free, policy))


def cancel_appointment(command: CancelAppointment, uow: UnitOfWork) -> None:
    course = course_of(command.appointment_id, command.patient_id, uow)
    keep(uow, course, courses.cancel(command, course))
