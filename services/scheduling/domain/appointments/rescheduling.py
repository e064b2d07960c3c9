"""The same appointment at another time, or with others.

It keeps every rule towards what comes before it. What comes after it and then breaks one is not
moved here: `displaced_by` names it, and replanning finds it another time.
"""

from dataclasses import replace

from services.scheduling.domain.appointments.asked import (
    Asked,
    Outline,
    check_doses,
    check_rules,
    free_slot,
    outline_of,
)
from services.scheduling.domain.appointments.calendar import Calendar
from services.scheduling.domain.appointments.checks import start_of
from services.scheduling.domain.appointments.commands import MoveAppointment
from services.scheduling.domain.course.booking import new_appointment
from services.scheduling.domain.course.course import Appointment, Course, named, with_changed
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.search import Slot
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy


def move(
    command: MoveAppointment, course: Course, standing: Standing, calendar: Calendar
) -> Course:
    """`calendar` is without what the appointment takes now."""
    found = named(command.appointment_id, course)
    _check_movable(found)
    outline, one = _asked(command, found, course, standing, calendar.policy)
    check_doses([one], standing)
    before = tuple(
        replace(each, start=None) if place > one.position and not each.done else each
        for place, each in enumerate(outline.sessions)
    )
    earlier = replace(outline, sessions=before)
    check_rules(earlier, [one], calendar)
    slot = _slot(one, found, earlier, calendar)
    moved = _moved(found, command, one, slot)
    if (moved.start, moved.resources) == (found.start, found.resources):
        raise Rejected("nothing-to-move", f"{found.name} is then already: take another time")
    return with_changed(course, moved)


def displaced_by(
    command: MoveAppointment, before: Course, standing: Standing, policy: Policy
) -> tuple[str, ...]:
    """The ids of later appointments that break a rule once this one has moved."""
    found = named(command.appointment_id, before)
    outline, one = _asked(command, found, before, standing, policy)
    names = {each.session.name for each in outline.broken([one])} - {found.name}
    return tuple(each.id for each in before.appointments if each.stands and each.name in names)


def _check_movable(found: Appointment) -> None:
    if found.status == "pending":
        raise Rejected("on-hold", f"{found.name} is on hold: lift the hold, or cancel it")
    if found.status not in ("booked", "proposed") or found.is_offer:
        said = "an offer: accept or decline it" if found.is_offer else f"{found.status} already"
        raise Rejected("not-movable", f"{found.name} is {said}")


def _asked(
    command: MoveAppointment, found: Appointment, course: Course, standing: Standing, policy: Policy
) -> tuple[Outline, Asked]:
    rest = tuple(each for each in course.appointments if each.id != found.id)
    outline = outline_of(command.at, replace(course, appointments=rest), standing, policy)
    position = outline.position(found.name)
    start = start_of(found.name, command.start)
    return outline, Asked(position, outline.sessions[position], start, command.resources)


def _slot(one: Asked, found: Appointment, outline: Outline, calendar: Calendar) -> Slot:
    """With who was there before, as far as nobody else is named and they can."""
    same = calendar.at(outline.wanted(one, one.resources or found.resources), one.start)
    if same and set(one.resources) <= {each.id for each in same.resources}:
        return same
    return free_slot(one, [one], outline, calendar)


def _moved(found: Appointment, command: MoveAppointment, one: Asked, slot: Slot) -> Appointment:
    fresh = new_appointment(command.event_id, one.session, slot)
    return replace(
        found,
        start=fresh.start,
        end=fresh.end,
        zone=fresh.zone,
        claims=slot.claims(found.id),
        therapist=fresh.therapist,
        wall=fresh.wall,
        reason=command.reason,
        expires_at=min(found.expires_at, fresh.start) if found.expires_at else None,
        group="",
        overbooked="",
        overbooked_by="",
    )
