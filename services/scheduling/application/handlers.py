"""The use cases of a course of care: load, decide, keep."""

from services.scheduling.application.documents import STANDINGS
from services.scheduling.application.keeping import (
    active_course,
    days_of,
    keep,
    own_course,
    standing_of,
)
from services.scheduling.domain.course import booking, holds
from services.scheduling.domain.course import course as courses
from services.scheduling.domain.course import standing as standings
from services.scheduling.domain.course.commands import (
    CountDose,
    FulfilAppointment,
    GrantClearance,
    HoldDosing,
    LiftHold,
    RecordConsent,
)
from services.scheduling.domain.course.standing import Standing
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def grant_clearance(command: GrantClearance, uow: UnitOfWork, policy: Policy) -> None:
    standing = standings.grant(command, standing_of(command.patient_id, uow))
    course = active_course(standing, uow)
    if course and course.is_for(command.protocol, command.route):
        uow.save(STANDINGS, standing)
        renewed = holds.renew(course, standing)
        days = days_of(course, uow)
        keep(uow, course, holds.resume_dosing(renewed, standing, command.at, days))
        return
    ended = holds.revoke(course, command.at) if course else None
    if ended:
        keep(uow, course, ended)
    standing = standings.next_course(standing, ended.busy_until if ended else None)
    uow.save(STANDINGS, standing)
    keep(uow, None, booking.open_course(standing, command.at, policy))


def record_consent(command: RecordConsent, uow: UnitOfWork) -> None:
    before = standing_of(command.patient_id, uow)
    _lift(before, standings.consent(command, before), command, uow)


def lift_hold(command: LiftHold, uow: UnitOfWork) -> None:
    before = standing_of(command.patient_id, uow)
    _lift(before, standings.lift(command.reason, before), command, uow)


def hold_dosing(command: HoldDosing, uow: UnitOfWork) -> None:
    before = standing_of(command.patient_id, uow)
    standing = standings.hold(command, before)
    uow.save(STANDINGS, standing)
    course = active_course(standing, uow)
    if course and standing.reasons != before.reasons:
        keep(uow, course, holds.hold_dosing(course, standing, command.at))


def count_dose(command: CountDose, uow: UnitOfWork) -> None:
    course = own_course(command.course_id, uow)
    standing = standing_of(command.patient_id, uow)
    uow.save(STANDINGS, standings.dosed(standing, command.administered_at))
    keep(uow, course, courses.count_dose(command, course))


def fulfil_appointment(command: FulfilAppointment, uow: UnitOfWork) -> None:
    course = own_course(command.course_id, uow)
    keep(uow, course, courses.fulfil(command, course))


def _lift(
    before: Standing, after: Standing, command: LiftHold | RecordConsent, uow: UnitOfWork
) -> None:
    uow.save(STANDINGS, after)
    course = active_course(after, uow)
    if course and after.reasons != before.reasons:
        days = days_of(course, uow)
        keep(uow, course, holds.resume_dosing(course, after, command.at, days))
