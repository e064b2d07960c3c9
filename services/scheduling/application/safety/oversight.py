"""Doses in their turn and integrations in time: what the hour brings, and who answers for it."""

from dataclasses import dataclass
from datetime import datetime

from services.scheduling.application.appointments.booking import open_course
from services.scheduling.application.courses import resume
from services.scheduling.application.documents import COURSES, TALLIES
from services.scheduling.application.keeping import keep
from services.scheduling.application.safety.counting import count
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.safety import oversight
from services.scheduling.domain.safety.commands import OverrideSequence
from services.scheduling.domain.safety.replanning import Cause
from services.scheduling.domain.safety.tally import Tally
from shared.contracts.topics import SESSION_RECORD
from shared.kernel.policy import Policy
from shared.storage.reads import Read, Reads
from shared.storage.unit_of_work import UnitOfWork


def say_overdue(course: Course, at: datetime, uow: UnitOfWork, _policy: Policy) -> None:
    late, told = oversight.said_overdue(course, at)
    keep(uow, course, late, *told)
    for each in told:
        count(uow, each.due_at, overdue=1)


def hold_out_of_turn(course: Course, at: datetime, uow: UnitOfWork, _policy: Policy) -> None:
    after = oversight.held_out_of_turn(course, at, uow.known_until(SESSION_RECORD))
    keep(uow, course, after)
    changed = zip(course.appointments, after.appointments, strict=True)
    count(uow, at, held=sum(before != now for before, now in changed))


def override_sequence(command: OverrideSequence, uow: UnitOfWork, policy: Policy) -> None:
    course, standing = open_course(command.patient_id, uow)
    overridden = oversight.override(command, course)
    keep(uow, course, overridden)
    count(uow, command.at, overridden=1)
    if oversight.waits_for_turn(overridden):
        resume(overridden, standing, Cause("sequence-overridden", command.at), uow, policy)


def tallies(reads: Reads, after: str, limit: int) -> list[Read[Tally]]:
    """Month by month."""
    return reads.page(TALLIES, after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class OverdueView:
    """A dose whose integration has not been held in time. `due_at`: by when it had to be."""

    patient_id: str
    course_id: str
    dose_number: int
    given_at: datetime
    due_at: datetime


def overdue(reads: Reads, limit: int) -> list[OverdueView]:
    """The longest overdue first. `limit` is of courses."""
    found = reads.having(COURSES, "overdue", since=0, limit=limit)
    late = (
        OverdueView(course.patient_id, course.id, each.dose_number, each.dosed_at, each.due_at)
        for course in (read.aggregate for read in found)
        for each in oversight.still_overdue(course)
    )
    return sorted(late, key=lambda each: each.due_at)
