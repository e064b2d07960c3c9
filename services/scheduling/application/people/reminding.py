"""The use cases of reminders and confirmations."""

from datetime import datetime

from services.scheduling.application.documents import STANDINGS
from services.scheduling.application.keeping import course_of, keep, standing_of
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.people import confirming, reminders
from services.scheduling.domain.people.confirming import ConfirmAppointment, NameEscort
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def remind(course: Course, at: datetime, uow: UnitOfWork, _policy: Policy) -> None:
    reminded, told = reminders.remind(course, at)
    keep(uow, course, reminded, *told)


def confirm_appointment(command: ConfirmAppointment, uow: UnitOfWork) -> None:
    course = course_of(command.appointment_id, command.patient_id, uow)
    standing = standing_of(command.patient_id, uow)
    confirmed = confirming.confirm(command, course, standing)
    keep(uow, course, confirmed, confirming.told(command, confirmed))


def name_escort(command: NameEscort, uow: UnitOfWork) -> None:
    standing = standing_of(command.patient_id, uow)
    uow.save(STANDINGS, confirming.name_escort(command, standing))
