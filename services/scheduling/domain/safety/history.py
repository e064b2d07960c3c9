"""A person's doses at whatever clinic, and the one course that is active (SCH-9).

One document for the network: clinics wait for each other here, so no more is kept than the rules
ask, and it is touched only when a course opens or ends and when a dose is given, booked or moved.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from services.scheduling.domain.course.course import Course
from services.scheduling.domain.course.standing import Standing
from shared.contracts.site import Route
from shared.kernel.errors import Rejected
from shared.kernel.identifiers import derive


@dataclass(frozen=True, slots=True)
class PersonDose:
    """A dose given, or booked: `given` says which. Numbers count within a course."""

    clinic: str
    patient_id: str
    course_id: str
    number: int
    at: datetime
    route: Route
    given: bool


@dataclass(frozen=True, slots=True)
class ActiveCourse:
    clinic: str
    patient_id: str
    course_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """`doses` ascend by time."""

    id: str
    doses: tuple[PersonDose, ...] = ()
    active: ActiveCourse | None = None


def person_id(clinic: str, patient_id: str) -> str:
    """As intake names the person of a patient who was linked to nobody."""
    return derive(f"{clinic}/{patient_id}", "person")


def concerns_others(before: Course, after: Course) -> bool:
    """Whether other clinics must count anew: a dose was given, booked, moved or called off, or the
    course is active no longer, or again."""
    return _shared(before) != _shared(after)


def _shared(course: Course) -> tuple[object, ...]:
    revoked = "clearance-revoked" in course.held_by
    return tuple(_doses("", course)), course.ended, revoked, course.clearance_id


def followed(person: Person, clinic: str, course: Course, standing: Standing) -> Person:
    """The person after the course changed."""
    others = (each for each in person.doses if not _is_of(each, clinic, course.id))
    doses = tuple(sorted((*others, *_doses(clinic, course)), key=lambda each: each.at))
    return replace(person, doses=doses, active=_active(person, clinic, course, standing))


def free(person: Person, clinic: str, patient_id: str, at: datetime) -> Person:
    """The person for whom a course may be active here; refused as intake refuses a second
    clearance (`course-elsewhere`)."""
    found = person.active
    if not found or (found.clinic, found.patient_id) == (clinic, patient_id):
        return person
    if found.until < at:
        return replace(person, active=None)
    raise Rejected(
        "course-elsewhere",
        f"the same person has an active course as {found.patient_id} of clinic {found.clinic}: ask"
        " that clinic to transfer the patient or to end it, then grant the clearance again",
    )


def other_doses(person: Person, clinic: str, course_id: str) -> tuple[datetime, ...]:
    """Of earlier courses and at other clinics, given or booked, ascending."""
    return tuple(each.at for each in person.doses if not _is_of(each, clinic, course_id))


def moved(old: Person, new: Person, clinic: str, patient_id: str) -> tuple[Person, Person]:
    """The patient is the `new` person: doses and course go over, unless that one has a course."""
    own = (clinic, patient_id)
    left = tuple(each for each in old.doses if (each.clinic, each.patient_id) != own)
    gone = tuple(each for each in old.doses if each not in left)
    doses = tuple(sorted((*new.doses, *gone), key=lambda each: each.at))
    mine = old.active if old.active and (old.active.clinic, old.active.patient_id) == own else None
    kept = None if mine else old.active
    return replace(old, doses=left, active=kept), replace(
        new, doses=doses, active=new.active or mine
    )


def _is_of(dose: PersonDose, clinic: str, course_id: str) -> bool:
    return (dose.clinic, dose.course_id) == (clinic, course_id)


def _doses(clinic: str, course: Course) -> Iterator[PersonDose]:
    """Where a dose was given it counts from then, else from when it is booked or proposed."""
    given = {each.number: each.at for each in course.dosed}
    booked = {
        each.number: each.start
        for each in course.appointments
        if each.session == "dosing" and each.takes_time
    }
    for number, at in {**booked, **given}.items():
        yield PersonDose(
            clinic, course.patient_id, course.id, number, at, course.route, number in given
        )


def _active(person: Person, clinic: str, course: Course, standing: Standing) -> ActiveCourse | None:
    """A course whose clearance was revoked leaves the person free for another."""
    found = person.active
    theirs = found and (found.clinic, found.patient_id) != (clinic, course.patient_id)
    if theirs or course.id != standing.course_id:
        return found
    if not course.ended and "clearance-revoked" not in course.held_by and standing.clearance:
        until = standing.clearance.valid_until
        return ActiveCourse(clinic, course.patient_id, course.id, until)
    return None
