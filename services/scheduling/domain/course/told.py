"""What the others are told of the change from one state of a course to the next."""

from services.scheduling.domain.course.course import Appointment, Course
from shared.contracts import scheduling


def events(before: Course | None, after: Course) -> tuple[object, ...]:
    """What to tell the others of the change from one state to the next."""
    known = {each.id: each for each in before.appointments} if before else {}
    told: list[object] = [] if before else [_opened(after)]
    for each in after.appointments:
        told += _of_change(known.get(each.id), each, after)
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


def _of_change(before: Appointment | None, each: Appointment, course: Course) -> list[object]:
    if before is None or before.status != each.status:
        return [] if each.status == "fulfilled" else [_event(before, each, course)]
    if each.stands and _place(before) != _place(each):
        return [_moved(each, course)]
    return []


def _place(each: Appointment) -> tuple[object, ...]:
    return each.start, each.end, each.resources


def _event(before: Appointment | None, each: Appointment, course: Course) -> object:
    match each.status:
        case "pending":
            return scheduling.AppointmentHeld(each.id, course.id, each.reason)
        case "cancelled":
            return scheduling.AppointmentCalledOff(each.id, course.id, each.reason)
        case "noshow":
            return scheduling.AppointmentNotKept(
                each.id, course.id, each.session, each.dose_number, each.reason
            )
        case "proposed":
            return _proposed(each, course)
    if before and before.status == "pending":
        return scheduling.AppointmentRestored(each.id, course.id)
    return _booked(each, course)


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
        each.group,
        each.overbooked,
        each.overbooked_by,
    )


def _proposed(each: Appointment, course: Course) -> scheduling.AppointmentProposed:
    assert each.expires_at, "a proposal ends"
    return scheduling.AppointmentProposed(
        each.id,
        course.id,
        each.session,
        each.dose_number,
        each.start,
        each.end,
        each.zone,
        each.resources,
        each.expires_at,
        each.cause,
    )


def _moved(each: Appointment, course: Course) -> scheduling.AppointmentMoved:
    return scheduling.AppointmentMoved(
        each.id, course.id, each.start, each.end, each.zone, each.resources, each.reason
    )
