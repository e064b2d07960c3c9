"""What the others are told of the change from one state of a course to the next."""

from services.scheduling.domain.course.course import Appointment, Course
from shared.contracts import scheduling


def events(before: Course | None, after: Course) -> tuple[object, ...]:
    """What to tell the others of the change from one state to the next."""
    known = {each.id: each.status for each in before.appointments} if before else {}
    told: list[object] = [] if before else [_opened(after)]
    changed = [each for each in after.appointments if known.get(each.id) != each.status]
    told += [
        _event(each, after, each.id in known) for each in changed if each.status != "fulfilled"
    ]
    if after.ended == "completed" and before and not before.ended:
        told.append(scheduling.CourseCompleted(after.id, len(after.doses_given)))
    return tuple(told)


def _opened(course: Course) -> scheduling.CourseOpened:
    return scheduling.CourseOpened(
        course.id,
        course.clearance_id,
        course.indication,
        course.protocol.code,
        course.route,
        course.protocol.preparations,
        course.protocol.doses,
    )


def _event(each: Appointment, course: Course, known: bool) -> object:
    if each.status == "pending":
        return scheduling.AppointmentHeld(each.id, course.id, each.reason)
    if each.status == "cancelled":
        return scheduling.AppointmentCalledOff(each.id, course.id, each.reason)
    return scheduling.AppointmentRestored(each.id, course.id) if known else _booked(each, course)


def _booked(each: Appointment, course: Course) -> scheduling.AppointmentBooked:
    return scheduling.AppointmentBooked(
        each.id,
        course.id,
        each.session,
        each.dose_number,
        course.route,
        each.start,
        each.end,
        each.zone,
        each.resources,
    )
