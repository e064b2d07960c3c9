"""The use cases of scheduling: load, decide, save. Whatever changes a course goes through `_keep`.

Every reason to hold dosing changes the course that it holds, as a booking does: when they race,
one of them loses at commit and decides again.
"""

from services.scheduling.application.documents import (
    APPOINTMENTS,
    COURSES,
    DAYS,
    ROSTER,
    ROSTERS,
    STANDINGS,
    appointment_line,
)
from services.scheduling.domain.commands import (
    BookCourse,
    CancelAppointment,
    CountDose,
    DeclareResource,
    FulfilAppointment,
    GrantClearance,
    HoldDosing,
    LiftHold,
    RecordConsent,
)
from services.scheduling.domain.course import booking
from services.scheduling.domain.course import course as courses
from services.scheduling.domain.course import standing as standings
from services.scheduling.domain.course.course import Appointment, Course
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.day import Day, days_between, release, take
from services.scheduling.domain.occupancy.search import pools
from services.scheduling.domain.resources.resource import Roster, declare
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def declare_resource(command: DeclareResource, uow: UnitOfWork) -> None:
    uow.save(ROSTERS, declare(command, uow.get(ROSTERS, ROSTER) or Roster()))


def grant_clearance(command: GrantClearance, uow: UnitOfWork, policy: Policy) -> None:
    standing = standings.grant(command, _standing(command.patient_id, uow))
    course = _active(standing, uow)
    if course and course.is_for(command.protocol, command.route):
        uow.save(STANDINGS, standing)
        renewed = courses.renew(course, standing)
        days = _days(course, uow)
        _keep(uow, course, courses.resume_dosing(renewed, standing, command.at, days))
        return
    ended = courses.revoke(course, command.at) if course else None
    if ended:
        _keep(uow, course, ended)
    standing = standings.next_course(standing, ended.busy_until if ended else None)
    uow.save(STANDINGS, standing)
    _keep(uow, None, booking.open_course(standing, command.at, policy))


def record_consent(command: RecordConsent, uow: UnitOfWork) -> None:
    before = _standing(command.patient_id, uow)
    _lift(before, standings.consent(command, before), command, uow)


def lift_hold(command: LiftHold, uow: UnitOfWork) -> None:
    before = _standing(command.patient_id, uow)
    _lift(before, standings.lift(command.reason, before), command, uow)


def hold_dosing(command: HoldDosing, uow: UnitOfWork) -> None:
    before = _standing(command.patient_id, uow)
    standing = standings.hold(command, before)
    uow.save(STANDINGS, standing)
    course = _active(standing, uow)
    if course and standing.reasons != before.reasons:
        _keep(uow, course, courses.hold_dosing(course, standing, command.at))


def book_course(command: BookCourse, uow: UnitOfWork, policy: Policy) -> None:
    standing = uow.require(STANDINGS, command.patient_id)
    following = standings.course_id(command.patient_id, standing.courses + 1)
    course = _active(standing, uow) or uow.require(COURSES, following)
    days = [uow.get(DAYS, day) or Day(day) for day in booking.horizon(command)]
    free = pools(uow.get(ROSTERS, ROSTER) or Roster(), days)
    _keep(uow, course, booking.book_course(command, course, standing, free, policy))


def cancel_appointment(command: CancelAppointment, uow: UnitOfWork) -> None:
    uow.require(STANDINGS, command.patient_id)
    line = uow.get(APPOINTMENTS, command.appointment_id)
    if line is None or line.patient_id != command.patient_id:
        raise Rejected("unknown-appointment", "the patient has no such appointment")
    course = uow.require(COURSES, line.course_id)
    _keep(uow, course, courses.cancel(command, course))


def count_dose(command: CountDose, uow: UnitOfWork) -> None:
    course = _own_course(command.course_id, uow)
    standing = _standing(command.patient_id, uow)
    uow.save(STANDINGS, standings.dosed(standing, command.administered_at))
    _keep(uow, course, courses.count_dose(command, course))


def fulfil_appointment(command: FulfilAppointment, uow: UnitOfWork) -> None:
    course = _own_course(command.course_id, uow)
    _keep(uow, course, courses.fulfil(command, course))


def _standing(patient_id: str, uow: UnitOfWork) -> Standing:
    return uow.get(STANDINGS, patient_id) or Standing(patient_id)


def _active(standing: Standing, uow: UnitOfWork) -> Course | None:
    """The patient's one course that has not ended (SCH-9)."""
    course = uow.get(COURSES, standing.course_id) if standing.courses else None
    return None if course and course.ended else course


def _own_course(course_id: str, uow: UnitOfWork) -> Course:
    """Kept before anybody was told of it: waiting for one that is not there would be in vain."""
    course = uow.get(COURSES, course_id)
    if course is None:
        raise Rejected("unknown-course", "this clinic has no such course")
    return course


def _lift(
    before: Standing, after: Standing, command: LiftHold | RecordConsent, uow: UnitOfWork
) -> None:
    uow.save(STANDINGS, after)
    course = _active(after, uow)
    if course and after.reasons != before.reasons:
        days = _days(course, uow)
        _keep(uow, course, courses.resume_dosing(course, after, command.at, days))


def _days(course: Course, uow: UnitOfWork) -> dict[str, Day]:
    """The days of the appointments that wait for a hold to be lifted."""
    pending = (each.taken for each in course.appointments if each.status == "pending")
    touched = (day for each in pending for day in days_between(each.start, each.end))
    return {day: uow.get(DAYS, day) or Day(day) for day in touched}


def _keep(uow: UnitOfWork, before: Course | None, after: Course) -> None:
    """Saves a course with the events of its change, its appointments' lines and their time."""
    if after == before:
        return
    uow.save(COURSES, after, *courses.events(before, after))
    known = {each.id: each for each in before.appointments} if before else {}
    for each in after.appointments:
        if each != known.get(each.id):
            uow.save(APPOINTMENTS, appointment_line(after, each))
            _keep_time(uow, known.get(each.id), each)


def _keep_time(uow: UnitOfWork, before: Appointment | None, after: Appointment) -> None:
    taken = after.taken
    was_booked = before is not None and before.status == "booked"
    for day in days_between(taken.start, taken.end):
        known = uow.get(DAYS, day) or Day(day)
        if after.status == "booked" and not was_booked:
            uow.save(DAYS, take(known, taken))
        elif was_booked and after.status in ("pending", "cancelled"):
            uow.save(DAYS, release(known, after.id))
