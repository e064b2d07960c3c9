"""Time that is kept for a patient who decides: accepted, declined, or given back by the clock.

What counts is when the patient decided, the event's own time: an acceptance in time that arrives
after the clock has struck books the same time again if it is still free.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from services.scheduling.domain.appointments.asked import (
    Asked,
    Outline,
    check_doses,
    check_rules,
    outline_of,
)
from services.scheduling.domain.appointments.calendar import Calendar
from services.scheduling.domain.appointments.commands import AcceptProposals, DeclineProposals
from services.scheduling.domain.appointments.requests import placed
from services.scheduling.domain.clinic.groups import Groups
from services.scheduling.domain.course.course import Appointment, Course, called_off, named
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.day import minutes
from shared.kernel.errors import Rejected

EXPIRED, MOVED = "proposal-expired", "moved-earlier"


def meant(command: AcceptProposals, course: Course) -> tuple[Appointment, ...]:
    """Those named, else all that are proposed, else what expired only after the patient said yes.

    Of two for one session the one that takes the other's place.
    """
    if command.appointment_ids:
        found = [named(each, course) for each in dict.fromkeys(command.appointment_ids)]
    else:
        found = [each for each in course.appointments if each.status == "proposed"]
        found = found or [each for each in course.appointments if is_late(each, command.at)]
    replaced = {each.replaces for each in found}
    by_name = {each.name: each for each in found if each.id not in replaced}
    if not by_name:
        raise Rejected("not-proposed", "no time is kept for the patient: ask for some")
    return tuple(by_name.values())


def is_late(appointment: Appointment, at: datetime) -> bool:
    """Given back by the clock although it was accepted `at` a time at which it was kept."""
    expires_at = appointment.expires_at
    expired = appointment.status == "cancelled" and appointment.reason == EXPIRED
    return expired and expires_at is not None and at < expires_at


def accept(
    command: AcceptProposals, course: Course, standing: Standing, calendar: Calendar, groups: Groups
) -> Course:
    """All that are meant are booked, or none."""
    accepted = meant(command, course)
    given_up = {each.replaces for each in accepted}
    ids = {each.id for each in accepted} | given_up
    rest = tuple(each for each in course.appointments if each.id not in ids)
    outline = outline_of(command.at, replace(course, appointments=rest), standing, calendar.policy)
    asked = [_asked(each, outline, groups) for each in accepted]
    for each, one in zip(accepted, asked, strict=True):
        _check_kept(each, one, command.at, outline, calendar)
    check_doses(asked, standing)
    asked.sort(key=lambda one: one.position)
    check_rules(outline, asked, calendar)
    kept = {each.id for each in accepted if each.status == "proposed"}
    late = {each.name for each in accepted} - {each.name for each in accepted if each.id in kept}
    again = [one for one in asked if one.name in late]
    fresh = placed(command.event_id, again, outline, calendar)
    appointments = tuple(_settled(each, kept, given_up) for each in course.appointments)
    return replace(course, appointments=(*appointments, *fresh))


def decline(command: DeclineProposals, course: Course) -> Course:
    """Also what has expired and was not yet given back."""
    if command.appointment_ids:
        found = [named(each, course) for each in command.appointment_ids]
    else:
        found = [each for each in course.appointments if each.status == "proposed"]
    if not found or any(each.status != "proposed" for each in found):
        raise Rejected("not-proposed", "no such time is kept for the patient: nothing to decline")
    return _called_off(course, {each.id for each in found}, command.reason)


def expire(course: Course, at: datetime) -> Course:
    """Gives back what nobody accepted in time."""
    over = {each.id for each in course.appointments if _is_over(each, at)}
    return _called_off(course, over, EXPIRED)


def _is_over(each: Appointment, at: datetime) -> bool:
    return each.status == "proposed" and each.expires_at is not None and each.expires_at <= at


def _called_off(course: Course, ids: Collection[str], reason: str) -> Course:
    appointments = tuple(
        called_off(each, reason) if each.id in ids else each for each in course.appointments
    )
    return replace(course, appointments=appointments)


def _settled(each: Appointment, kept: Collection[str], given_up: Collection[str]) -> Appointment:
    if each.id in kept:
        return replace(each, status="booked", replaces="")
    return called_off(each, MOVED) if each.id in given_up and each.stands else each


def _asked(each: Appointment, outline: Outline, groups: Groups) -> Asked:
    position = outline.position(each.name)
    session = replace(outline.sessions[position], length=minutes(each.end) - minutes(each.start))
    group = groups.get(each.group) if each.group else None
    return Asked(position, session, minutes(each.start), each.resources, group)


def _check_kept(
    each: Appointment, one: Asked, at: datetime, outline: Outline, calendar: Calendar
) -> None:
    kept = each.status == "proposed" and each.expires_at and at < each.expires_at
    if outline.sessions[one.position].is_open and (kept or is_late(each, at)):
        return
    if each.status not in ("proposed", "cancelled"):
        raise Rejected("not-proposed", f"{each.name} is {each.status}: nothing is to be accepted")
    why = "was kept too short for this answer" if each.status == "proposed" else each.reason
    alternatives: Sequence[str] = ()
    if outline.sessions[one.position].is_open:
        alternatives = outline.alternatives(one, (), calendar)
    raise Rejected(
        EXPIRED,
        f"the time of {each.name} is not kept any more ({why}): ask for another",
        alternatives=tuple(alternatives),
    )
