"""Events of scheduling, on topic `scheduling.course`, keyed by patient id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.shapes import Between, Code, Id, Items, OptionalId, Text, Zone
from shared.contracts.site import Indication, Route
from shared.contracts.site import SessionKind as SessionKind

DoseNumber = Annotated[int, Between(0, 60)]
Resources = Annotated[tuple[Id, ...], Items(20)]
Ask = Literal["attendance", "escort", "fasting"]
"""What a patient is asked to confirm."""


@dataclass(frozen=True, slots=True)
class CourseOpened:
    """A CarePlan: sessions planned in order after a protocol template."""

    type: ClassVar[str] = "scheduling.course.opened.v1"
    course_id: Id
    clearance_id: Id
    indication: Indication
    protocol: Code
    route: Route
    preparations: Annotated[int, Between(0, 20)]
    doses: Annotated[int, Between(1, 60)]


@dataclass(frozen=True, slots=True)
class AppointmentBooked:
    """`dose_number`: the dose it prepares (0), gives (k) or integrates (k).

    `overbooked`: for what reason more was booked than there is, empty where it was not;
    `overbooked_by`: who answers for it.
    """

    type: ClassVar[str] = "scheduling.course.appointment-booked.v1"
    appointment_id: Id
    course_id: Id
    session: SessionKind
    dose_number: Annotated[int, Between(0, 60)]
    route: Route
    start: datetime
    end: datetime
    zone: Zone
    resources: Resources
    group: OptionalId = ""
    overbooked: Annotated[str, Text(64, shortest=0)] = ""
    overbooked_by: OptionalId = ""


@dataclass(frozen=True, slots=True)
class AppointmentHeld:
    """A dosing appointment that may not take place until the hold is lifted; its time is freed."""

    type: ClassVar[str] = "scheduling.course.appointment-held.v1"
    appointment_id: Id
    course_id: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class AppointmentRestored:
    """The hold is lifted and the appointment's time was still free: it stands again."""

    type: ClassVar[str] = "scheduling.course.appointment-restored.v1"
    appointment_id: Id
    course_id: Id


@dataclass(frozen=True, slots=True)
class AppointmentCalledOff:
    type: ClassVar[str] = "scheduling.course.appointment-cancelled.v1"
    appointment_id: Id
    course_id: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class CourseCompleted:
    type: ClassVar[str] = "scheduling.course.completed.v1"
    course_id: Id
    doses_given: Annotated[int, Between(0, 60)]


@dataclass(frozen=True, slots=True)
class AppointmentProposed:
    """Time that is kept for the patient until `expires_at`: accept or decline it before.

    `cause`: `requested`, `replanned`, or `offered` from the waiting list.
    """

    type: ClassVar[str] = "scheduling.course.appointment-proposed.v1"
    appointment_id: Id
    course_id: Id
    session: SessionKind
    dose_number: DoseNumber
    start: datetime
    end: datetime
    zone: Zone
    resources: Resources
    expires_at: datetime
    cause: Code


@dataclass(frozen=True, slots=True)
class AppointmentMoved:
    """The same appointment at another time or with others; what stood before stands no more."""

    type: ClassVar[str] = "scheduling.course.appointment-moved.v1"
    appointment_id: Id
    course_id: Id
    start: datetime
    end: datetime
    zone: Zone
    resources: Resources
    reason: Code


@dataclass(frozen=True, slots=True)
class AppointmentNotKept:
    """The patient did not come."""

    type: ClassVar[str] = "scheduling.course.appointment-missed.v1"
    appointment_id: Id
    course_id: Id
    session: SessionKind
    dose_number: DoseNumber
    reason: Code


@dataclass(frozen=True, slots=True)
class AttendanceConfirmed:
    """The patient will come; before a dose with an escort, and knowing the fast."""

    type: ClassVar[str] = "scheduling.course.attendance-confirmed.v1"
    appointment_id: Id
    course_id: Id
    escort: bool | None
    fasting: bool | None


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """Remind the patient now. `asks`: what the patient must still confirm."""

    type: ClassVar[str] = "scheduling.course.reminder-due.v1"
    appointment_id: Id
    course_id: Id
    before_h: Annotated[int, Between(0, 336, "h")]
    start: datetime
    zone: Zone
    asks: Annotated[tuple[Ask, ...], Items(3)]


@dataclass(frozen=True, slots=True)
class IntegrationOverdue:
    """The window in which a dose is to be integrated has closed, and it was not."""

    type: ClassVar[str] = "scheduling.course.integration-overdue.v1"
    course_id: Id
    dose_number: DoseNumber
    dosed_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class IntegrationInTime:
    """Late news: the integration that was said to be overdue had been held in time."""

    type: ClassVar[str] = "scheduling.course.integration-in-time.v1"
    course_id: Id
    dose_number: DoseNumber
    integrated_at: datetime


@dataclass(frozen=True, slots=True)
class CourseAdapted:
    """What the prescriber made of the protocol for this patient."""

    type: ClassVar[str] = "scheduling.course.personalised.v1"
    course_id: Id
    preparations: Annotated[int, Between(0, 20)]
    doses: Annotated[int, Between(1, 60)]
    dose_gap_h: Annotated[int, Between(1, 8760, "h")]
    by: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class PlanBlocked:
    """Sessions of the course lost their time and no other was found: the site must look."""

    type: ClassVar[str] = "scheduling.course.planning-blocked.v1"
    course_id: Id
    reason: Code
    blockers: Annotated[tuple[Code, ...], Items(20)]
