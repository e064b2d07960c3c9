"""Books the sessions that are asked for at exactly their times, all or none; or proposes them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.scheduling.domain.appointments.asked import (
    Asked,
    Outline,
    asked_for,
    check_doses,
    check_rules,
    free_slot,
    outline_of,
)
from services.scheduling.domain.appointments.calendar import Calendar
from services.scheduling.domain.appointments.checks import check_used
from services.scheduling.domain.clinic.groups import Groups, seat
from services.scheduling.domain.course.booking import POLICY_KEYS, appointment_id, new_appointment
from services.scheduling.domain.course.commands import BookCourse
from services.scheduling.domain.course.course import Appointment, Course
from services.scheduling.domain.course.standing import Standing
from shared.kernel.policy import Policy


def book_slots(
    command: BookCourse,
    course: Course,
    standing: Standing,
    calendar: Calendar,
    groups: Groups,
) -> Course:
    """Exactly these sessions at these times."""
    policy = calendar.policy
    outline = outline_of(max(command.earliest, command.at), course, standing, policy)
    asked, outline = asked_for(command.slots, outline, groups)
    check_doses(asked, standing)
    check_rules(outline, asked, calendar)
    fresh = placed(command.event_id, asked, outline, calendar)
    return with_booked(course, fresh, policy)


def placed(
    event_id: str, asked: Sequence[Asked], outline: Outline, calendar: Calendar
) -> tuple[Appointment, ...]:
    """An appointment for each, what one takes being taken for the next."""
    found: list[Appointment] = []
    for one in asked:
        made = _placed(event_id, one, asked, outline, calendar)
        calendar.take(made.claims)
        found.append(made)
    return tuple(found)


def with_booked(course: Course, fresh: Iterable[Appointment], policy: Policy) -> Course:
    return replace(
        course,
        appointments=(*course.appointments, *fresh),
        booked_under=policy.reference(*POLICY_KEYS),
    )


def proposed(
    before: Course, after: Course, at: datetime, propose_min: int | None, policy: Policy
) -> Course:
    """What was booked anew, as a proposal where one is asked for: kept so long, or to its start."""
    if propose_min is None:
        return after
    known = {each.id for each in before.appointments}
    until = at + timedelta(minutes=min(propose_min, policy["proposal.max_min"]))
    appointments = tuple(
        each if each.id in known else as_proposal(each, until, "requested")
        for each in after.appointments
    )
    return replace(after, appointments=appointments)


def as_proposal(appointment: Appointment, until: datetime, cause: str) -> Appointment:
    return replace(
        appointment, status="proposed", expires_at=min(until, appointment.start), cause=cause
    )


def _placed(
    event_id: str, one: Asked, asked: Sequence[Asked], outline: Outline, calendar: Calendar
) -> Appointment:
    if one.group is None:
        return new_appointment(event_id, one.session, free_slot(one, asked, outline, calendar))
    check_used(one.name, one.resources, {each.resource for each in one.group.claims})
    name = appointment_id(event_id, one.name)
    return seat(name, one.session, one.group, calendar)
