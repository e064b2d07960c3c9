"""Books more than there is, for a reason that somebody answers for.

Capacity yields: what is taken may be taken once more. Rules, holds, opening hours and credentials
do not.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.scheduling.domain.appointments.asked import (
    Asked,
    Outline,
    asked_for,
    check_doses,
    check_rules,
    outline_of,
)
from services.scheduling.domain.appointments.calendar import Calendar
from services.scheduling.domain.appointments.checks import check_known, check_used
from services.scheduling.domain.appointments.commands import ForceSlots
from services.scheduling.domain.appointments.requests import with_booked
from services.scheduling.domain.clinic.groups import Groups, seated
from services.scheduling.domain.course.booking import appointment_id, new_appointment
from services.scheduling.domain.course.course import Appointment, Course
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.day import in_words
from services.scheduling.domain.occupancy.needs import Need, Wanted
from services.scheduling.domain.occupancy.search import Slot
from shared.kernel.errors import Reason, Rejected


def force_slots(
    command: ForceSlots, course: Course, standing: Standing, calendar: Calendar, groups: Groups
) -> Course:
    outline = outline_of(command.at, course, standing, calendar.policy)
    asked, outline = asked_for(command.slots, outline, groups)
    check_doses(asked, standing)
    check_rules(outline, asked, calendar)
    fresh: list[Appointment] = []
    for one in asked:
        made = _overbooked(_made(one, command, asked, outline, calendar), command, calendar)
        calendar.take(made.claims)
        fresh.append(made)
    return with_booked(course, fresh, calendar.policy)


def _made(
    one: Asked,
    command: ForceSlots,
    asked: Sequence[Asked],
    outline: Outline,
    calendar: Calendar,
) -> Appointment:
    name = appointment_id(command.event_id, one.name)
    if one.group:
        check_used(one.name, one.resources, {each.resource for each in one.group.claims})
        return seated(name, one.session, one.group)
    check_known(one.name, one.resources, calendar.roster)
    slot = _slot(one, outline, calendar)
    if slot is None:
        raise Rejected(
            "no-capacity",
            f"{one.name} finds nobody and nothing at work at {in_words(one.start)}: hours and "
            "credentials do not yield; nothing was booked",
            (Reason("not-there", f"{one.name}: not all it takes can be booked then", "SCH-6"),),
            outline.alternatives(one, asked, calendar),
        )
    check_used(one.name, one.resources, {each.id for each in slot.resources})
    return new_appointment(command.event_id, one.session, slot)


def _slot(one: Asked, outline: Outline, calendar: Calendar) -> Slot | None:
    """What is free where anything is; for the rest what is at work."""
    whole = outline.wanted(one, one.resources)
    free = {
        each
        for need in whole.needs
        if not _is_named(need, whole, calendar)
        for each in _free(need, whole, one.start, calendar)
    }
    at_work = calendar.as_if_idle(one.start)
    mixed = replace(whole, only=whole.only | free)
    return (
        calendar.at(whole, one.start)
        or at_work.at(mixed, one.start)
        or at_work.at(whole, one.start)
    )


def _is_named(need: Need, whole: Wanted, calendar: Calendar) -> bool:
    able = (each for each in calendar.roster.resources if set(each.kinds) & set(need.kinds))
    return any(each.id in whole.only for each in able)


def _free(need: Need, whole: Wanted, start: int, calendar: Calendar) -> list[str]:
    able = (each for each in calendar.roster.resources if set(each.kinds) & set(need.kinds))
    alone = replace(whole, needs=(need,))
    return [
        each.id for each in able if calendar.at(replace(alone, only=frozenset({each.id})), start)
    ]


def _overbooked(made: Appointment, command: ForceSlots, calendar: Calendar) -> Appointment:
    claims = tuple(replace(each, forced=bool(calendar.in_the_way(each))) for each in made.claims)
    if not any(each.forced for each in claims):
        return made
    return replace(made, claims=claims, overbooked=command.reason, overbooked_by=command.by)
