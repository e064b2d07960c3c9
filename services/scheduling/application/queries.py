"""What HTTP may ask: courses with their appointments, and what is taken on a day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from services.scheduling.application.documents import (
    APPOINTMENTS,
    COURSES,
    DAYS,
    AppointmentLine,
    appointment_line,
)
from services.scheduling.domain.course.course import Course, CourseStatus
from services.scheduling.domain.occupancy.day import Day, moment
from shared.contracts.site import Indication, Route
from shared.storage.reads import Read, Reads

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CourseView:
    """A CarePlan. `held_by`: every reason for which its dosing waits. `blocked`: what stood against
    it when sessions that lost their time found no other. `overdue`: doses not integrated in time.
    """

    course_id: str
    patient_id: str
    status: CourseStatus
    held_by: tuple[str, ...]
    clearance_id: str
    indication: Indication
    protocol: str
    protocol_version: str
    route: Route
    preparations: int
    doses: int
    doses_given: int
    opened_at: datetime
    policy_id: str
    policy_version: str
    appointments: tuple[AppointmentLine, ...]
    blocked: tuple[str, ...]
    overdue: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BusyView:
    start: datetime
    end: datetime
    appointment_id: str


@dataclass(frozen=True, slots=True)
class ResourceDayView:
    resource_id: str
    busy: tuple[BusyView, ...]


@dataclass(frozen=True, slots=True)
class CalendarView:
    """One day of UTC: which resource is taken when. Who comes is not said here."""

    day: str
    resources: tuple[ResourceDayView, ...]


def courses(reads: Reads, after: str, limit: int, patient_id: str = "") -> list[Read[CourseView]]:
    wanted = {"patient_id": patient_id} if patient_id else {}
    page = reads.page(COURSES, after=after, limit=limit, **wanted)
    return [_seen(each, _course(each.aggregate)) for each in page]


def course(reads: Reads, course_id: str) -> Read[CourseView] | None:
    found = reads.get(COURSES, course_id)
    return _seen(found, _course(found.aggregate)) if found else None


def appointments(
    reads: Reads, after: str, limit: int, patient_id: str = "", day: date | None = None
) -> list[Read[AppointmentLine]]:
    """`day` is the date on the clinic's wall."""
    wanted = {"patient_id": patient_id} if patient_id else {}
    if day:
        wanted["day"] = day.isoformat()
    return reads.page(APPOINTMENTS, after=after, limit=limit, **wanted)


def calendar(reads: Reads, day: date) -> Read[CalendarView]:
    name = day.isoformat()
    found = reads.get(DAYS, name) or Read(Day(name), 0, reads.clinic or "", name)
    return _seen(found, _calendar(found.aggregate))


def _course(found: Course) -> CourseView:
    return CourseView(
        course_id=found.id,
        patient_id=found.patient_id,
        status=found.status,
        held_by=found.held_by,
        clearance_id=found.clearance_id,
        indication=found.indication,
        protocol=found.protocol.code,
        protocol_version=found.protocol.version,
        route=found.route,
        preparations=found.protocol.preparations,
        doses=found.protocol.doses,
        doses_given=len(found.doses_given),
        opened_at=found.opened_at,
        policy_id=(found.booked_under or found.opened_under).id,
        policy_version=(found.booked_under or found.opened_under).version,
        appointments=tuple(appointment_line(found, each) for each in found.appointments),
        blocked=found.blocked,
        overdue=found.overdue,
    )


def _calendar(found: Day) -> CalendarView:
    busy: dict[str, list[BusyView]] = defaultdict(list)
    for each in found.claims:
        view = BusyView(moment(each.start), moment(each.end), each.appointment_id)
        busy[each.resource].append(view)
    return CalendarView(
        found.date, tuple(ResourceDayView(name, tuple(busy[name])) for name in sorted(busy))
    )


def _seen(read: Read[Any], view: T) -> Read[T]:
    return Read(view, read.version, read.clinic, read.cursor)
