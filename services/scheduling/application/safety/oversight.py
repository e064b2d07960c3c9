"""What is done when the hour of an integration or of a dose's release has come."""

from datetime import datetime

from services.scheduling.application.keeping import keep
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.safety import oversight
from shared.contracts.topics import SESSION_RECORD
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def say_overdue(course: Course, at: datetime, uow: UnitOfWork, _policy: Policy) -> None:
    late, told = oversight.said_overdue(course, at)
    keep(uow, course, late, *told)


def hold_out_of_turn(course: Course, at: datetime, uow: UnitOfWork, _policy: Policy) -> None:
    keep(uow, course, oversight.held_out_of_turn(course, at, uow.known_until(SESSION_RECORD)))
