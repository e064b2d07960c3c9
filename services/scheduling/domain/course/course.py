"""A CarePlan and its appointments: what happens to them after they are booked.

A safety event holds dosing and never touches preparation or integration (SCH-8). Every function
gives the new course; `events` says what changed between two states of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.scheduling.domain.commands import (
    CancelAppointment,
    CountDose,
    FulfilAppointment,
    HoldReason,
)
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.day import Day, Taken, are_free, minutes
from services.scheduling.domain.planning.rules import session_name
from shared.contracts import scheduling
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import Indication, Route
from shared.kernel.errors import Rejected
from shared.kernel.policy import CourseTemplate, PolicyReference

AppointmentStatus = Literal["booked", "pending", "fulfilled", "cancelled"]
"""FHIR R4. `pending`: held, its time is free for others until the hold is lifted."""
CourseStatus = Literal["active", "on-hold", "revoked", "completed"]


@dataclass(frozen=True, slots=True)
class Appointment:
    """`number` counts within the kind of session. `reason`: why it is pending or cancelled."""

    id: str
    session: SessionKind
    number: int
    start: datetime
    end: datetime
    zone: str
    resources: tuple[str, ...]
    therapist: str
    status: AppointmentStatus = "booked"
    reason: str = ""

    @property
    def name(self) -> str:
        return session_name(self.session, self.number)

    @property
    def dose_number(self) -> int:
        return 0 if self.session == "preparation" else self.number

    @property
    def stands(self) -> bool:
        return self.status in ("booked", "pending")

    def is_past(self, at: datetime) -> bool:
        """It was held, or its time has come and nobody said that it was not."""
        return self.status == "fulfilled" or (self.status == "booked" and self.start <= at)

    @property
    def taken(self) -> Taken:
        return Taken(minutes(self.start), minutes(self.end), self.id, self.resources)


@dataclass(frozen=True, slots=True)
class Course:
    """The protocol is kept as it was when the course was opened (policy never rewrites the past).

    `doses_given` are the numbers of the doses that session-record reported.
    """

    id: str
    patient_id: str
    clearance_id: str
    indication: Indication
    route: Route
    protocol: CourseTemplate
    opened_at: datetime
    opened_under: PolicyReference
    booked_under: PolicyReference | None = None
    appointments: tuple[Appointment, ...] = ()
    doses_given: tuple[int, ...] = ()
    held_by: tuple[HoldReason, ...] = ()
    ended: Literal["", "revoked", "completed"] = ""

    @property
    def status(self) -> CourseStatus:
        return self.ended or ("on-hold" if self.held_by else "active")

    @property
    def busy_until(self) -> datetime | None:
        """When the last appointment that stands is over."""
        return max((each.end for each in self.appointments if each.stands), default=None)

    def is_for(self, protocol: str, route: Route) -> bool:
        return (self.protocol.code, self.route) == (protocol, route)

    def appointment(self, name: str) -> Appointment | None:
        """The appointment that stands for, or fulfilled, the session of this name."""
        found = (each for each in reversed(self.appointments) if each.name == name)
        return next((each for each in found if each.status != "cancelled"), None)


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


def cancel(command: CancelAppointment, course: Course) -> Course:
    """Also what the patient missed can be cancelled: only then is its session booked again."""
    found = _named(command.appointment_id, course)
    if not found.stands:
        raise Rejected("not-cancellable", f"the appointment is {found.status} already")
    return _with(course, _called_off(found, command.reason))


def count_dose(command: CountDose, course: Course) -> Course:
    given = tuple(sorted({*course.doses_given, command.dose_number}))
    return replace(course, doses_given=given)


def fulfil(command: FulfilAppointment, course: Course) -> Course:
    """What happened is true whatever was planned; a second appointment for it is called off."""
    found = _named(command.appointment_id, course)
    end = command.finished_at if command.finished_at > found.start else found.end
    fulfilled = _with(course, replace(found, end=end, status="fulfilled", reason=""))
    for each in course.appointments:
        if each.stands and each.name == found.name and each.id != found.id:
            fulfilled = _with(fulfilled, _called_off(each, "session-done"))
    last = found.session == "integration" and found.number == course.protocol.doses
    return replace(fulfilled, ended=course.ended or ("completed" if last else ""))


def revoke(course: Course, at: datetime) -> Course:
    """Another course takes its place: of this one only the integration of past doses stands."""
    doses = [each for each in course.appointments if each.session == "dosing"]
    given = {each.number for each in doses if each.is_past(at)}
    appointments = tuple(
        _called_off(each, "course-replaced")
        if each.stands
        and not each.is_past(at)
        and (each.session != "integration" or each.number not in given)
        else each
        for each in course.appointments
    )
    return replace(course, appointments=appointments, ended="revoked")


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


def _resumed(
    appointment: Appointment, standing: Standing, at: datetime, days: Mapping[str, Day]
) -> Appointment:
    if appointment.start <= at:
        return _called_off(appointment, "time-passed")
    if not standing.covers(appointment.number, appointment.start):
        return _called_off(appointment, "clearance-ended")
    if not are_free(days, appointment.taken):
        return _called_off(appointment, "time-taken")
    return replace(appointment, status="booked", reason="")


def _called_off(appointment: Appointment, reason: str) -> Appointment:
    return replace(appointment, status="cancelled", reason=reason)


def _named(appointment_id: str, course: Course) -> Appointment:
    for each in course.appointments:
        if each.id == appointment_id:
            return each
    raise Rejected("unknown-appointment", "the course has no such appointment")


def _with(course: Course, changed: Appointment) -> Course:
    appointments = (changed if each.id == changed.id else each for each in course.appointments)
    return replace(course, appointments=tuple(appointments))
