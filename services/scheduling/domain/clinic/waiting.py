"""Who waits for an earlier time, and time that is freed and offered to them, one after the other.

The clock looks at freed time as soon as it is there. An offer is a proposal beside the patient's
present appointment, which stays until they accept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.scheduling.domain.appointments.asked import Asked, outline_of
from services.scheduling.domain.appointments.calendar import Calendar
from services.scheduling.domain.appointments.commands import (
    JoinWaitingList,
    LeaveWaitingList,
    LookAtWaiting,
)
from services.scheduling.domain.appointments.requests import as_proposal
from services.scheduling.domain.course.booking import new_appointment
from services.scheduling.domain.course.course import Appointment, Course
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.day import minutes
from services.scheduling.domain.planning.rules import Session
from shared.kernel.errors import Rejected
from shared.kernel.identifiers import derive

LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One patient on the waiting list. `joined_at`: since when, or since the last offer taken."""

    patient_id: str
    course_id: str
    earliest: datetime
    latest: datetime
    joined_at: datetime
    waiting: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Freed:
    """Time that an appointment gave back. `look_at`: when to offer it; None: it was looked at.

    `passed`: the patients it is not offered to (again). `former`: as what it was offered before.
    """

    id: str
    start: datetime
    look_at: datetime | None
    passed: tuple[str, ...] = ()
    former: str = ""


def join(command: JoinWaitingList, entry: Entry | None, course: Course) -> Entry:
    if entry and entry.waiting and entry.course_id == course.id:
        raise Rejected("already-waiting", "the patient waits already: leave first to change it")
    if command.latest <= max(command.earliest, command.at):
        raise Rejected("no-window", "the latest time must be later than the earliest, and to come")
    return Entry(command.patient_id, course.id, command.earliest, command.latest, command.at)


def leave(command: LeaveWaitingList, entry: Entry | None) -> Entry:
    if entry is None or not entry.waiting:
        raise Rejected("not-waiting", "the patient is not on the waiting list")
    return replace(entry, waiting=False, reason=command.reason)


def served(entry: Entry, at: datetime) -> Entry:
    return replace(entry, joined_at=at)


def close(entry: Entry) -> Entry:
    """The window is over."""
    return replace(entry, waiting=False, reason="window-over")


def freed(before: Course, after: Course, at: datetime) -> tuple[Freed, ...]:
    """The time still to come that the change gives back. A seat of a group is not offered."""
    now = {each.id: each for each in after.appointments}
    return tuple(
        _freed(each, before.patient_id, at)
        for each in before.appointments
        if each.takes_time
        and each.start > at
        and not each.group
        and not _keeps(now[each.id], each.start)
    )


def again(freed: Freed, former: Freed | None) -> Freed:
    """Nobody who let it pass is asked again."""
    passed = (*former.passed, *freed.passed) if former else freed.passed
    return replace(freed, passed=tuple(dict.fromkeys(passed)))


def in_turn(freed: Freed, entries: Iterable[Entry]) -> list[Entry]:
    """Who may be asked, the longest waiting first."""
    asked = [
        each
        for each in entries
        if each.earliest <= freed.start <= each.latest and each.patient_id not in freed.passed
    ]
    return sorted(asked, key=lambda each: (each.joined_at, each.patient_id))[:LOOKED_AT]


def offered(
    command: LookAtWaiting, freed: Freed, course: Course, standing: Standing, free: Calendar
) -> Course | None:
    """The course with an offer of the time for its next session; None: it does not suit it."""
    if any(each.freed for each in course.appointments if each.status == "proposed"):
        return None
    found = _next(
        outline_of(command.at, course, standing, free.policy).sessions, minutes(freed.start)
    )
    if found is None or (found.kind == "dosing" and not _may_be_dosed(standing)):
        return None
    present = course.appointment(found.name)
    rest = tuple(each for each in course.appointments if each != present)
    outline = outline_of(command.at, replace(course, appointments=rest), standing, free.policy)
    position = outline.position(found.name)
    one = Asked(position, outline.sessions[position], minutes(freed.start))
    slot = None if outline.broken([one]) else free.at(outline.wanted(one, ()), one.start)
    if slot is None:
        return None
    until = command.at + free.policy.hours("proposal.offer_h")
    made = as_proposal(new_appointment(command.event_id, one.session, slot), until, "offered")
    offer = replace(made, freed=freed.id, replaces=present.id if present else "")
    return replace(course, appointments=(*course.appointments, offer))


def _may_be_dosed(standing: Standing) -> bool:
    return standing.is_enrolled and not standing.reasons


def _keeps(each: Appointment, start: datetime) -> bool:
    return each.takes_time and each.start == start


def _freed(each: Appointment, patient_id: str, at: datetime) -> Freed:
    name = derive(each.id, each.start.isoformat())
    return Freed(name, each.start, at, (patient_id,), each.freed)


def _next(sessions: Sequence[Session], start: int) -> Session | None:
    """The first session that is open, or is booked for later."""
    return next(
        (each for each in sessions if not each.done and (each.start is None or each.start > start)),
        None,
    )
