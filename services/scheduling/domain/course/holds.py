"""What a safety event, a renewal or another course does to the doses to come.

A safety event holds dosing and never touches preparation or integration (SCH-8).
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from services.scheduling.domain.course.course import Appointment, Course, called_off
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.day import Day, are_free
from services.scheduling.domain.safety.oversight import MISSING, is_its_turn


def renew(course: Course, standing: Standing) -> Course:
    assert standing.clearance, "a course is renewed by a clearance"
    return replace(course, clearance_id=standing.clearance.id)


def hold_dosing(course: Course, standing: Standing, at: datetime) -> Course:
    """Every dose still to come waits, and its time is free for others. What was only proposed is
    called off."""
    reason = standing.reasons[-1]
    held = tuple(
        _held(each, reason) if each.session == "dosing" and not each.is_past(at) else each
        for each in course.appointments
    )
    return replace(course, appointments=held, held_by=standing.reasons)


def _held(dose: Appointment, reason: str) -> Appointment:
    if dose.status == "proposed":
        return called_off(dose, reason)
    return replace(dose, status="pending", reason=reason) if dose.status == "booked" else dose


def resume_dosing(
    course: Course,
    standing: Standing,
    at: datetime,
    days: Mapping[str, Day],
    unfit: Collection[str] = (),
) -> Course:
    """Held doses stand again once no reason is left, where their time still suits. One that waits
    for an integration (SCH-2) goes on waiting for it. `unfit`: those for which somebody is not
    to be had any more."""
    resumed = replace(course, held_by=standing.reasons)
    if standing.reasons:
        return resumed
    appointments = tuple(
        _resumed(each, standing, at, days, unfit)
        if each.status == "pending" and (each.reason != MISSING or is_its_turn(course, each))
        else each
        for each in course.appointments
    )
    return replace(resumed, appointments=appointments)


def revoke(course: Course, at: datetime, reason: str = "course-replaced") -> Course:
    """Another course takes its place, or another clinic the patient: of this one only the
    integration of past doses stands."""
    doses = [each for each in course.appointments if each.session == "dosing"]
    given = {*course.doses_given, *(each.number for each in doses if each.is_past(at))}
    appointments = tuple(
        called_off(each, reason)
        if each.stands
        and not each.is_past(at)
        and (each.session != "integration" or each.number not in given)
        else each
        for each in course.appointments
    )
    return replace(course, appointments=appointments, ended="revoked")


def _resumed(
    appointment: Appointment,
    standing: Standing,
    at: datetime,
    days: Mapping[str, Day],
    unfit: Collection[str],
) -> Appointment:
    if appointment.start <= at:
        return called_off(appointment, "time-passed")
    if not standing.covers(appointment.number, appointment.start):
        return called_off(appointment, "clearance-ended")
    if appointment.id in unfit:
        return called_off(appointment, "resource-unavailable")
    if not are_free(days, appointment.claims):
        return called_off(appointment, "time-taken")
    return replace(appointment, status="booked", reason="")
