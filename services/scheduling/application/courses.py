"""What the neighbours say of a patient's clearance, consent, holds, doses and encounters."""

from services.scheduling.application.appointments.waiting import keep_and_offer
from services.scheduling.application.documents import PERSONS, STANDINGS
from services.scheduling.application.keeping import (
    active_course,
    days_of,
    keep,
    own_course,
    person_of,
    standing_of,
)
from services.scheduling.application.replanning import replan
from services.scheduling.application.roster.displacing import unfit
from services.scheduling.application.safety.counting import count
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
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.safety import history, oversight
from services.scheduling.domain.safety.replanning import Cause
from shared.contracts.scheduling import IntegrationInTime, IntegrationOverdue
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def grant_clearance(command: GrantClearance, uow: UnitOfWork, policy: Policy) -> None:
    before = standing_of(command.patient_id, uow)
    person = person_of(before, uow)
    free = history.free(person, uow.clinic, command.patient_id, command.at)
    if free != person:
        uow.save(PERSONS, free)
    standing = standings.grant(command, before)
    course = active_course(standing, uow)
    if course and course.is_for(command.protocol, command.route):
        uow.save(STANDINGS, standing)
        keep(uow, course, renewed := holds.renew(course, standing))
        resume(renewed, standing, Cause("clearance-renewed", command.at), uow, policy)
        return
    ended = holds.revoke(course, command.at) if course else None
    if ended:
        keep(uow, course, ended)
    standing = standings.next_course(standing, ended.busy_until if ended else None)
    uow.save(STANDINGS, standing)
    keep(uow, None, booking.open_course(standing, command.at, policy))


def record_consent(command: RecordConsent, uow: UnitOfWork, policy: Policy) -> None:
    before = standing_of(command.patient_id, uow)
    after = standings.consent(command, before)
    uow.save(STANDINGS, after)
    course = active_course(after, uow)
    if course and after != before:
        resume(course, after, Cause("consent-renewed", command.at), uow, policy)


def lift_hold(command: LiftHold, uow: UnitOfWork, policy: Policy) -> None:
    before = standing_of(command.patient_id, uow)
    after = standings.lift(command.reason, before)
    uow.save(STANDINGS, after)
    course = active_course(after, uow)
    if course and after != before:
        resume(course, after, Cause("hold-lifted", command.at), uow, policy)


def hold_dosing(command: HoldDosing, uow: UnitOfWork) -> None:
    before = standing_of(command.patient_id, uow)
    standing = standings.hold(command, before)
    uow.save(STANDINGS, standing)
    course = active_course(standing, uow)
    if course and standing.reasons != before.reasons:
        held = holds.hold_dosing(course, standing, command.at)
        keep_and_offer(uow, course, held, command.at)


def count_dose(command: CountDose, uow: UnitOfWork) -> None:
    course = own_course(command.course_id, uow)
    standing = standing_of(command.patient_id, uow)
    uow.save(STANDINGS, standings.dosed(standing, command.administered_at))
    keep(uow, course, courses.count_dose(command, course))


def fulfil_appointment(command: FulfilAppointment, uow: UnitOfWork, policy: Policy) -> None:
    """An integration that was held may be what the next dose waits for."""
    course = own_course(command.course_id, uow)
    fulfilled, taken_back = oversight.found_in_time(
        courses.fulfil(command, course), command.appointment_id, command.finished_at
    )
    keep(uow, course, fulfilled, *(_in_time(each, command) for each in taken_back))
    for each in taken_back:
        count(uow, each.due_at, overdue=-1)
    if oversight.waits_for_turn(fulfilled) and not fulfilled.ended:
        standing = standing_of(command.patient_id, uow)
        resume(fulfilled, standing, Cause("integration-done", command.at), uow, policy)


def _in_time(said: IntegrationOverdue, command: FulfilAppointment) -> IntegrationInTime:
    return IntegrationInTime(said.course_id, said.dose_number, command.finished_at)


def resume(
    course: Course, standing: Standing, cause: Cause, uow: UnitOfWork, policy: Policy
) -> None:
    """What was held stands again where its time is still free and suits; else it is placed anew."""
    days = days_of(course, uow)
    resumed = holds.resume_dosing(course, standing, cause.at, days, unfit(course, uow, policy))
    keep(uow, course, resumed)
    replan(uow, resumed, cause.reason, cause.at, policy)
