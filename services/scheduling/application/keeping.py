"""How the use cases read and keep a course: with its appointments' lines and the time they take.

Every reason to hold dosing changes the course that it holds, as a booking does: when they race,
one of them loses at commit and decides again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.scheduling.application.documents import (
    APPOINTMENTS,
    COURSES,
    DAYS,
    PERSONS,
    ROSTER,
    ROSTERS,
    STANDINGS,
    appointment_line,
)
from services.scheduling.domain.course import told
from services.scheduling.domain.course.course import Appointment, Course
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.day import (
    Claim,
    Day,
    are_free,
    days_between,
    release,
    take,
)
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.people.revising import revised
from services.scheduling.domain.resources.resource import Roster
from services.scheduling.domain.safety import history
from services.scheduling.domain.safety.history import Person, person_id
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def standing_of(patient_id: str, uow: UnitOfWork) -> Standing:
    return uow.get(STANDINGS, patient_id) or Standing(patient_id)


def active_course(standing: Standing, uow: UnitOfWork) -> Course | None:
    """The patient's one course that has not ended (SCH-9)."""
    course = uow.get(COURSES, standing.course_id) if standing.courses else None
    return None if course and course.ended else course


def own_course(course_id: str, uow: UnitOfWork) -> Course:
    """Kept before anybody was told of it: waiting for one that is not there would be in vain."""
    course = uow.get(COURSES, course_id)
    if course is None:
        raise Rejected("unknown-course", "this clinic has no such course")
    return course


def course_of(appointment_id: str, patient_id: str, uow: UnitOfWork) -> Course:
    """The course of an appointment of the patient."""
    uow.require(STANDINGS, patient_id)
    line = uow.get(APPOINTMENTS, appointment_id)
    if line is None or line.patient_id != patient_id:
        raise Rejected("unknown-appointment", "the patient has no such appointment")
    return uow.require(COURSES, line.course_id)


def person_of(standing: Standing, uow: UnitOfWork) -> Person:
    """Until intake says who the patient is, intake's name for a patient linked to nobody."""
    found = standing.person_id or person_id(uow.clinic, standing.patient_id)
    return uow.get(PERSONS, found) or Person(found)


def placing_standing(course: Course, uow: UnitOfWork) -> Standing:
    """What is known of the patient, and the person's doses that are not of this course."""
    standing = standing_of(course.patient_id, uow)
    others = history.other_doses(person_of(standing, uow), uow.clinic, course.id)
    return replace(standing, others=others)


def days_of(course: Course, uow: UnitOfWork) -> dict[str, Day]:
    """The days of the appointments that wait for a hold to be lifted."""
    pending = (each for each in course.appointments if each.status == "pending")
    return {day: _day(day, uow) for each in pending for day in each.days}


def is_free(claims: Sequence[Claim], uow: UnitOfWork) -> bool:
    days = {day for each in claims for day in days_between(each.start, each.end)}
    return are_free({day: _day(day, uow) for day in sorted(days)}, claims)


def diary(days: Iterable[str], uow: UnitOfWork, policy: Policy) -> Diary:
    """What is free on these days, which follow one another."""
    days = tuple(days)
    uow.ahead(DAYS, days)
    roster = uow.get(ROSTERS, ROSTER) or Roster()
    return Diary(roster, [_day(day, uow) for day in days], policy)


def keep(uow: UnitOfWork, before: Course | None, after: Course, *more: object) -> None:
    """Saves a course with the events of its change, its appointments' lines and their time.

    `more`: events that the change itself does not tell.
    """
    if after == before and not more:
        return
    after = revised(before, after, uow.at)
    uow.save(COURSES, after, *told.events(before, after), *more)
    known = {each.id: each for each in before.appointments} if before else {}
    for each in after.appointments:
        if each != known.get(each.id):
            uow.save(APPOINTMENTS, appointment_line(after, each))
            _keep_time(uow, known.get(each.id), each)
    if before is None or history.concerns_others(before, after):
        _keep_person(uow, after)


def _keep_person(uow: UnitOfWork, course: Course) -> None:
    standing = standing_of(course.patient_id, uow)
    person = person_of(standing, uow)
    followed = history.followed(person, uow.clinic, course, standing)
    if followed != person:
        uow.save(PERSONS, followed)


def _keep_time(uow: UnitOfWork, before: Appointment | None, after: Appointment) -> None:
    """Gives back the time that the appointment no longer takes, and takes what it takes now."""
    freed = before.claims if before and before.takes_time else ()
    taken = after.claims if after.takes_time else ()
    if freed == taken:
        return
    if before and freed:
        for day in before.days:
            uow.save(DAYS, release(_day(day, uow), after.id))
    for claim in taken:
        for day in days_between(claim.start, claim.end):
            uow.save(DAYS, take(_day(day, uow), claim))


def _day(day: str, uow: UnitOfWork) -> Day:
    return uow.get(DAYS, day) or Day(day)
