"""What a safety event, a renewal or another course does to the doses to come.

A safety event holds dosing and never touches preparation or integration (SCH-8).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from services.scheduling.domain.course.course import Appointment, Course, called_off
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.day import Day, are_free


def renew(course: Course, standing: Standing) -> Course:
    assert standing.clearance, "a course is renewed by a clearance"
    return replace(course, clearance_id=standing.clearance.id)


def hold_dosing(course: Course, standing: Standing, at: datetime) -> Course:
    """Every dose still to come waits, and its time is free for others."""
    reason = standing.reasons[-1]
    held = tuple(
        replace(each, status="pending", reason=reason)
        if each.session == "dosing" and each.status == "booked" and not each.is_past(at)
        else each
        for each in course.appointments
    )
    return replace(course, appointments=held, held_by=standing.reasons)


def resume_dosing(
    course: Course, standing: Standing, at: datetime, days: Mapping[str, Day]
) -> Course:
    """Held doses stand again once no reason is left, where their time still suits."""
    resumed = replace(course, held_by=standing.reasons)
    if standing.reasons:
        return resumed
    appointments = tuple(
        _resumed(each, standing, at, days) if each.status == "pending" else each
        for each in course.appointments
    )
    return replace(resumed, appointments=appointments)


def revoke(course: Course, at: datetime) -> Course:
    """Another course takes its place: of this one only the integration of past doses stands."""
    doses = [each for each in course.appointments if each.session == "dosing"]
    given = {each.number for each in doses if each.is_past(at)}
    appointments = tuple(
        called_off(each, "course-replaced")
        if each.stands
        and not each.is_past(at)
        and (each.session != "integration" or each.number not in given)
        else each
        for each in course.appointments
    )
    return replace(course, appointments=appointments, ended="revoked")


def _resumed(
    appointment: Appointment, standing: Standing, at: datetime, days: Mapping[str, Day]
) -> Appointment:
    if appointment.start <= at:
        return called_off(appointment, "time-passed")
    if not standing.covers(appointment.number, appointment.start):
        return called_off(appointment, "clearance-ended")
    if not are_free(days, appointment.claims):
        return called_off(appointment, "time-taken")
    return replace(appointment, status="booked", reason="")
