"""What sites post to scheduling. `subject` is the patient id, or a resource's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.shapes import Between, Code, Id, Items, Text, Zone


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Open from `opens` to `closes` wall-clock time in the resource's zone (weekday 0: Monday)."""

    weekday: Annotated[int, Between(0, 6)]
    opens: Annotated[str, Text(5, r"([01][0-9]|2[0-3]):[0-5][0-9]")]
    closes: Annotated[str, Text(5, r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")]


ResourceKind = Literal["room", "monitor", "prescriber", "nurse", "therapist"]


@dataclass(frozen=True, slots=True)
class ResourceDeclared:
    """A person, room or monitor of the clinic, and when it can be booked. Subject: resource id."""

    type: ClassVar[str] = "scheduling.resource.declared.v1"
    kind: ResourceKind
    zone: Zone
    hours: Annotated[tuple[WeeklyHours, ...], Items(21, 1)]
    active: bool = True


@dataclass(frozen=True, slots=True)
class CourseBookingRequested:
    """Book every session of the patient's open course, the first not before `earliest`."""

    type: ClassVar[str] = "scheduling.course-booking.requested.v1"
    earliest: datetime


@dataclass(frozen=True, slots=True)
class AppointmentCancelled:
    type: ClassVar[str] = "scheduling.appointment.cancelled.v1"
    appointment_id: Id
    reason: Code
