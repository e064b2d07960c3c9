"""Where things turn out otherwise, after the dose at which they do: consents end, holds are lifted,
patients move to another clinic.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.contracts import site
from shared.local.demo.admission import anew
from shared.local.demo.clinics import CLINICS, Clinic
from shared.local.demo.people import TURN, Person
from shared.local.demo.story import Appointment, Happening, local, workday

LIFTED_AFTER, WITHDRAWN_AFTER = timedelta(hours=21), timedelta(days=1)
OFFERED_AFTER, ACCEPTED_AFTER = timedelta(days=1), timedelta(days=2)
Course = Sequence[Appointment]


def turned_at(course: Course) -> datetime | None:
    """The integration of the dose at which things turn; None: it has not come to that."""
    found = (
        each.start for each in course if each.session == "integration" and each.dose_number == TURN
    )
    return next(found, None)


def withdrawal(person: Person, course: Course) -> list[Happening]:
    return _after(person, course, site.ConsentWithdrawn("patient-request"), WITHDRAWN_AFTER)


def lifting(person: Person, course: Course) -> list[Happening]:
    lifted = site.HoldLifted("psychiatrist-1", "seen-face-to-face")
    return _after(person, course, lifted, LIFTED_AFTER)


def offer(person: Person, course: Course) -> list[Happening]:
    offered = site.TransferOffered(receiving(person).name, "moved-house")
    return _after(person, course, offered, OFFERED_AFTER)


def receiving(person: Person) -> Clinic:
    """The next clinic takes over who moves."""
    return CLINICS[(CLINICS.index(person.clinic) + 1) % len(CLINICS)]


def moved(person: Person) -> Person:
    """The same patient, at the receiving clinic."""
    return replace(person, clinic=receiving(person), fate="moved")


def arrival(person: Person, left: Clinic, course: Course) -> list[Happening]:
    """`person` as moved: accepted with the file, asked again, cleared by the clinic's own."""
    accepted = site.TransferAccepted(left.name)
    return [
        told
        for each in _after(person, course, accepted, OFFERED_AFTER + ACCEPTED_AFTER)
        for told in (each, *anew(person, each.time))
    ]


def cleared_at(told: Sequence[Happening]) -> datetime:
    """Of an arrival, when its own prescriber decides."""
    return next(each.time for each in told if isinstance(each.data, site.ClearanceDecided))


def booking(person: Person, cleared: datetime) -> Happening:
    booked_on = workday((cleared + timedelta(days=2)).date())
    earliest = local(person.clinic.zone, workday(booked_on + timedelta(days=1)), 8)
    asked_at = local(person.clinic.zone, booked_on, 10)
    return Happening(person.id, asked_at, site.CourseBookingRequested(earliest=earliest))


def _after(person: Person, course: Course, data: object, later: timedelta) -> list[Happening]:
    """It happens so long after things have turned, if they have."""
    turned = turned_at(course)
    return [Happening(person.id, turned + later, data)] if turned else []
