"""A human decides whether two patient ids are one person; linked, they share one course (SCH-9)."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.intake.domain.patient import Patient
from services.intake.domain.people.commands import DecideDuplicate
from services.intake.domain.people.identity import Candidate, Identity
from services.intake.domain.people.person import (
    SOURCE,
    Member,
    Person,
    course_elsewhere,
    refuse_if_erased,
)
from services.intake.domain.safety import end_clearance
from shared.contracts.intake import PatientLinked
from shared.kernel.errors import Reason, Rejected


@dataclass(frozen=True, slots=True)
class Linked:
    """What comes of linking: the patient and what to tell, and both persons."""

    patient: Patient
    identity: Identity
    left: Person
    joined: Person
    events: tuple[object, ...]


def candidate_of(command: DecideDuplicate, identity: Identity) -> Candidate:
    """The candidate that is decided about."""
    found = next((c for c in identity.candidates if c.patient_id == command.candidate), None)
    if found is None:
        raise Rejected(
            "not-a-candidate",
            "This patient id is not among the suspected duplicates: read them and decide on one"
            " of those.",
        )
    if found.decision == "same-person":
        raise Rejected("already-linked", "Both are one person already: nothing needs to be done.")
    if found.decided_at and command.at < found.decided_at:
        raise Rejected(
            "later-decision-stands",
            f"A decision of {found.decided_at:%Y-%m-%d %H:%M} UTC is newer than this one: the"
            " newer one stands. Decide again if it must change.",
        )
    return found


def decided(command: DecideDuplicate, identity: Identity, *about: Candidate) -> Identity:
    """The identity with the human's word on these candidates."""
    return replace(
        identity,
        candidates=tuple(
            _decided(each, command) if each in about else each for each in identity.candidates
        ),
    )


def link(
    command: DecideDuplicate,
    member: Member,
    patient: Patient,
    identity: Identity,
    persons: tuple[Person, Person],
) -> Linked:
    """The patient becomes one more id of the candidate's person, whose key ring opens both.

    `persons`: the patient's own, and the candidate's.
    """
    own, other = persons
    refuse_if_erased(own)
    refuse_if_erased(other)
    if own.members != (member,):
        raise Rejected(
            "linked-already",
            "This patient is one person with other patient ids already: decide from the candidate's"
            " side, in its clinic.",
        )
    patient, ended = _without_second_course(command.at, member, patient, other)
    joined = replace(
        other,
        keys={**other.keys, **own.keys},
        members=(*other.members, member),
        lookups=tuple(dict.fromkeys(other.lookups + own.lookups)),
        course=own.course if patient.clearance else other.course,
    )
    same = (each for each in identity.candidates if _is_of(each, other, command.candidate))
    identity = replace(decided(command, identity, *same), person_id=other.id)
    left = replace(own, keys={}, members=(), lookups=(), course=None, merged_into=other.id)
    return Linked(patient, identity, left, joined, (PatientLinked(other.id), *ended))


def _without_second_course(
    at: datetime, member: Member, patient: Patient, other: Person
) -> tuple[Patient, tuple[object, ...]]:
    """Two running clearances were two courses at once: the one that is decided about ends."""
    if not (patient.clearance and course_elsewhere(other, member, at)):
        return patient, ()
    words = "The same person has a running clearance elsewhere: only that one goes on."
    return end_clearance(patient, at, (Reason("course-elsewhere", words, SOURCE),))


def _is_of(candidate: Candidate, person: Person, named: str) -> bool:
    """The candidate that was decided about, or one of the same person."""
    member = Member(candidate.clinic, candidate.patient_id)
    return candidate.patient_id == named or member in person.members


def _decided(candidate: Candidate, command: DecideDuplicate) -> Candidate:
    return replace(
        candidate,
        decision=command.decision,
        decided_by=command.decided_by,
        decided_at=command.at,
        reason=command.reason,
    )
