"""Events of scheduling, on topic `scheduling.course`, keyed by patient id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.shapes import Between, Code, Id, Items, Zone
from shared.contracts.site import Indication, Route

SessionKind = Literal["preparation", "dosing", "integration"]


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
    """`dose_number`: the dose it prepares (0), gives (k) or integrates (k)."""

    type: ClassVar[str] = "scheduling.course.appointment-booked.v1"
    appointment_id: Id
    course_id: Id
    session: SessionKind
    dose_number: Annotated[int, Between(0, 60)]
    route: Route
    start: datetime
    end: datetime
    zone: Zone
    resources: Annotated[tuple[Id, ...], Items(20)]


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
