"""A person of the network: the patient ids that are one person, the keys, and the one course.

One document for all clinics, so that of two clinics that clear one person at once exactly one
wins (SCH-9).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.intake.domain.patient import Patient
from services.intake.domain.people.identity import Identity
from shared.kernel.errors import Reason, Rejected
from shared.kernel.identifiers import derive

SOURCE = "SCH-9 (double dosing between clinics)"


@dataclass(frozen=True, slots=True)
class Member:
    clinic: str
    patient_id: str


@dataclass(frozen=True, slots=True)
class Course:
    """The clearance that runs, and whose it is."""

    member: Member
    clearance_id: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """`keys`: id to wrapped data key, one per person that became this one. `lookups`: where
    this person is found by whoever is alike."""

    id: str
    keys: Mapping[str, str]
    members: tuple[Member, ...]
    lookups: tuple[str, ...] = field(default=())
    course: Course | None = None
    merged_into: str = ""
    erased_at: datetime | None = None


def person_id(clinic: str, patient_id: str) -> str:
    """Of a patient who was linked to nobody: known beforehand, so that a batch reads it at once."""
    return derive(f"{clinic}/{patient_id}", "person")


def obstacles(identity: Identity, person: Person, clinic: str, at: datetime) -> tuple[Reason, ...]:
    """What stands against a clearance, whoever signs it."""
    found = []
    if waiting := len(identity.undecided):
        words = f"{waiting} other patients may be this person: decide about each of them first."
        found.append(Reason("duplicate-undecided", words, SOURCE))
    if course := course_elsewhere(person, Member(clinic, identity.patient_id), at):
        found.append(Reason("course-elsewhere", _elsewhere(course), SOURCE))
    return tuple(found)


def course_elsewhere(person: Person, member: Member, at: datetime) -> Course | None:
    """The running course of the same person under another patient id or clinic."""
    course = person.course
    if course is None or course.member == member or course.valid_until < at:
        return None
    return course


def followed(person: Person, member: Member, patient: Patient) -> Person:
    """The person after the member's clearance was granted or ended."""
    clearance = patient.clearance
    if clearance:
        assert clearance.valid_until, "a granted clearance has its end"
        course = Course(member, clearance.clearance_id, clearance.valid_until)
        return replace(person, course=course)
    if person.course and person.course.member == member:
        return replace(person, course=None)
    return person


def moved(person: Person, before: Member, after: Member) -> Person:
    left = tuple(each for each in person.members if each not in (before, after))
    return replace(person, members=(*left, after))


def erased(person: Person, member: Member, at: datetime) -> Person:
    """Without its keys nothing that was sealed for this person can be read, wherever it is."""
    if person.erased_at:
        raise Rejected("erased", "The identity was erased before: nothing needs to be done.")
    if course := course_elsewhere(person, member, at):
        raise Rejected("course-elsewhere", _elsewhere(course))
    return replace(person, keys={}, lookups=(), course=None, erased_at=at)


def refuse_if_erased(person: Person) -> None:
    if person.erased_at:
        raise Rejected(
            "erased",
            "The identity was erased: refer the person anew, under a new patient id.",
        )


def _elsewhere(course: Course) -> str:
    return (
        f"The same person has a running clearance as {course.member.patient_id} of clinic"
        f" {course.member.clinic} until {course.valid_until:%Y-%m-%d}: ask that clinic to transfer"
        " the patient or to end it."
    )
