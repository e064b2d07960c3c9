"""Appointments that did not become what they were for: their session is open again."""

from dataclasses import replace

from services.scheduling.domain.appointments.commands import MissAppointment, UseUpAppointment
from services.scheduling.domain.course.course import Course, called_off, named, with_changed
from shared.kernel.errors import Rejected


def miss(command: MissAppointment, course: Course) -> Course:
    """The patient did not come. What is left of the time is free."""
    found = named(command.appointment_id, course)
    if found.status != "booked":
        raise Rejected("not-booked", f"{found.name} is {found.status}: nobody was to come")
    if command.at < found.start:
        raise Rejected("too-early", f"{found.name} has not begun: cancel it, or wait until then")
    return with_changed(course, replace(found, status="noshow", reason=command.reason))


def use_up(command: UseUpAppointment, course: Course) -> Course:
    """The encounter ended without what it was for. What is over already stays as it is."""
    found = named(command.appointment_id, course)
    if not found.stands:
        return course
    return with_changed(course, called_off(found, "encounter-cancelled"))
