"""Finds the appointments that a change of the roster leaves without a room, a person, a licence.

The days on which time was lost are written even where nothing is taken: a booking that races the
change writes them too, so that one of the two loses at commit and decides again.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from services.scheduling.application.appointments.groups import cancel_group
from services.scheduling.application.documents import (
    APPOINTMENTS,
    COURSES,
    DAYS,
    GROUPS,
    ROSTER,
    ROSTERS,
)
from services.scheduling.application.replanning import displace
from services.scheduling.domain.appointments.commands import CancelGroup
from services.scheduling.domain.clinic.groups import Group
from services.scheduling.domain.course.course import Appointment, Course
from services.scheduling.domain.occupancy.day import Claim, Day, days_between, minutes
from services.scheduling.domain.occupancy.fitting import Change, fits
from services.scheduling.domain.occupancy.needs import Wanted, wanted
from services.scheduling.domain.resources import wall
from services.scheduling.domain.resources.resource import Roster
from services.scheduling.domain.resources.wall import Intervals
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork

AHEAD_D = 540
"""How far ahead appointments are looked for: a course can be asked for a year before it begins."""


def displace_hit(change: Change, reason: str, at: datetime, uow: UnitOfWork) -> None:
    """Every appointment still to come that takes time which is there no more."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in _taken(_lost(change), minutes(at), uow):
        if group := uow.get(GROUPS, name):
            _cancel(group, change, reason, at, uow)
        line = uow.get(APPOINTMENTS, name)
        course = uow.get(COURSES, line.course_id) if line else None
        if course and _is_hit(course, name, change):
            found[course.id].append(name)
    for course_id, names in sorted(found.items()):
        displace(uow, course_id, tuple(names), reason, at)


def _cancel(group: Group, change: Change, reason: str, at: datetime, uow: UnitOfWork) -> None:
    """A group whose room or therapist is lost is cancelled, and who takes part in it displaced."""
    what = wanted("integration", "iv", group.length, change.policy)
    if group.status == "open" and group.start > at and change.hits(what, group.claims):
        cancel_group(CancelGroup(group.id, at, group.id, reason), uow)


def unfit(course: Course, uow: UnitOfWork, policy: Policy) -> frozenset[str]:
    """Of the appointments that are held, those that no longer fit the roster: while they are held
    they take no time that a change of it could take from them."""
    held = [each for each in course.appointments if each.status == "pending"]
    roster = (uow.get(ROSTERS, ROSTER) if held else None) or Roster()
    return frozenset(
        each.id
        for each in held
        if not fits(_what(each, course, policy), each.claims, roster, policy)
    )


def _lost(change: Change) -> dict[str, Intervals]:
    """By resource, when it can no longer be had for something."""
    found = {}
    for each in change.touched():
        of_kinds = [change.lost(each.id, (kind,)) for kind in each.kinds]
        both = (*of_kinds, change.lost_certificate(each))
        found[each.id] = wall.united(time for times in both for time in times)
    return found


def _taken(lost: Mapping[str, Intervals], since: int, uow: UnitOfWork) -> list[str]:
    """The appointments that take lost time, by id; every such day is written."""
    times = wall.united(each for found in lost.values() for each in found)
    days = {day: None for start, end in times if end > since for day in days_between(start, end)}
    found = set()
    for name in days:
        day = uow.get(DAYS, name) or Day(name)
        uow.save(DAYS, day)
        found |= {each.appointment_id for each in day.claims if _is_among(each, lost)}
    return sorted(found)


def _is_among(claim: Claim, lost: Mapping[str, Intervals]) -> bool:
    times = lost.get(claim.resource, ())
    return any(claim.start < end and start < claim.end for start, end in times)


def _is_hit(course: Course, name: str, change: Change) -> bool:
    found = next((each for each in course.appointments if each.id == name), None)
    return found is not None and change.hits(_what(found, course, change.policy), found.claims)


def _what(appointment: Appointment, course: Course, policy: Policy) -> Wanted:
    length = minutes(appointment.end) - minutes(appointment.start)
    return wanted(appointment.session, course.route, length, policy)
