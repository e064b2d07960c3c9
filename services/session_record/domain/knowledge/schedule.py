"""Courses and their appointments, mirrored from scheduling."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.session_record.domain.knowledge.told import (
    AdaptCourse,
    AppointmentStatus,
    ChangeAppointment,
    KnowAppointment,
    MoveAppointment,
)
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import Route


@dataclass(frozen=True, slots=True)
class Course:
    course_id: str
    patient_id: str
    clearance_id: str
    preparations: int


@dataclass(frozen=True, slots=True)
class Appointment:
    """A mirror of scheduling's appointment, and how it stands."""

    appointment_id: str
    patient_id: str
    course_id: str
    session: SessionKind
    dose_number: int
    route: Route
    start: datetime
    end: datetime
    zone: str
    status: AppointmentStatus = "booked"


def booked(told: KnowAppointment) -> Appointment:
    return Appointment(
        told.appointment_id,
        told.patient_id,
        told.course_id,
        told.session,
        told.dose_number,
        told.route,
        told.start,
        told.end,
        told.zone,
    )


def changed(appointment: Appointment, told: ChangeAppointment) -> Appointment:
    return replace(appointment, status=told.status)


def moved(appointment: Appointment, told: MoveAppointment) -> Appointment:
    return replace(appointment, start=told.start, end=told.end, zone=told.zone)


def adapted(course: Course, told: AdaptCourse) -> Course:
    return replace(course, preparations=told.preparations)
