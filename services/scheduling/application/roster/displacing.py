"""Finds the appointments that a change of the roster leaves without a room, a person, a licence.

The days on which time was lost are written even where nothing is taken: a booking that races the
change writes them too, so that one of the two loses at commit and decides again.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from services.scheduling.application.documents import APPOINTMENTS, COURSES, DAYS
from services.scheduling.application.replanning import displace
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.occupancy.day import Day, days_between, minutes
from services.scheduling.domain.occupancy.fitting import fits, lost, touched
from services.scheduling.domain.occupancy.needs import wanted
from services.scheduling.domain.resources import wall
from services.scheduling.domain.resources.openings import Days, certified_times
from services.scheduling.domain.resources.resource import Resource, Roster
from services.scheduling.domain.resources.wall import Intervals
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork

AHEAD_D = 540
"""How far ahead appointments are looked for: a course can be asked for a year before it begins."""


Change = tuple[Roster, Roster]
"""The roster before and after."""


def displace_unfit(
    change: Change, reason: str, at: datetime, uow: UnitOfWork, policy: Policy
) -> None:
    """Every appointment still to come that fitted and does not any more."""
    gone = _lost(*change, (at.date(), AHEAD_D), policy)
    since = minutes(at)
    found: dict[str, list[str]] = defaultdict(list)
    for name in _taken(gone, since, uow):
        line = uow.get(APPOINTMENTS, name)
        course = uow.get(COURSES, line.course_id) if line else None
        if course and _is_unfit(course, name, change, at, policy):
            found[course.id].append(name)
    for course_id, names in sorted(found.items()):
        displace(uow, course_id, tuple(names), reason, at)


def _lost(before: Roster, after: Roster, days: Days, policy: Policy) -> dict[str, Intervals]:
    """By resource, when it can no longer be had for something."""
    found = {}
    for each in touched(before, after):
        certificate = _certificate_lost(each, before, after, days)
        gone = wall.united((*lost(each, before, after, days, policy), *certificate))
        if gone:
            found[each.id] = gone
    return found


def _certificate_lost(each: Resource, before: Roster, after: Roster, days: Days) -> Intervals:
    """A room's site may give esketamine for a shorter time than was known."""
    if each.kind != "room":
        return ()
    known = certified_times(before, each.site, days)
    return wall.without(known, certified_times(after, each.site, days))


def _taken(gone: Mapping[str, Intervals], since: int, uow: UnitOfWork) -> list[str]:
    """The appointments that take lost time, by id; every such day is written."""
    ends = wall.united(each for times in gone.values() for each in times)
    days = {day: None for start, end in ends if end > since for day in days_between(start, end)}
    found = set()
    for name in days:
        day = uow.get(DAYS, name) or Day(name)
        uow.save(DAYS, day)
        found |= {
            claim.appointment_id
            for claim in day.claims
            for start, end in gone.get(claim.resource, ())
            if claim.start < end and start < claim.end and claim.end > since
        }
    return sorted(found)


def _is_unfit(course: Course, name: str, change: Change, at: datetime, policy: Policy) -> bool:
    """It fitted the roster before and does not fit the one after. What was forced never fitted."""
    found = next((each for each in course.appointments if each.id == name), None)
    if found is None or not found.takes_time or found.is_past(at):
        return False
    length = minutes(found.end) - minutes(found.start)
    what = wanted(found.session, course.route, length, policy)
    before, after = (fits(what, found.claims, roster, policy) for roster in change)
    return before and not after
