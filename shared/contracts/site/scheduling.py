"""What sites post to scheduling about courses of care. `subject` is the patient id, of a group
the group's id, of a feed the id of whose calendar it is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.shapes import Between, Code, Id, Items, OptionalId, Zone
from shared.contracts.site.resources import Closes, Opens
from shared.contracts.site.words import SessionKind

DoseCount = Annotated[int, Between(1, 60)]
Ids = Annotated[tuple[Id, ...], Items(20)]
AppointmentIds = Annotated[tuple[Id, ...], Items(200)]


@dataclass(frozen=True, slots=True)
class SlotWanted:
    """A session of the course at this very time.

    `resources`: who or what it must be; of what is not named, whatever is free is taken. `group`:
    the group session that an integration takes part in.
    """

    session: SessionKind
    number: DoseCount
    start: datetime
    resources: Ids = ()
    group: OptionalId = ""


Slots = Annotated[tuple[SlotWanted, ...], Items(200)]


@dataclass(frozen=True, slots=True)
class CourseBookingRequested:
    """Book every session of the patient's open course, the first not before `earliest`.

    `slots`: book these instead, all or none. `propose_min`: keep the time that long for the
    patient to decide, rather than book it.
    """

    type: ClassVar[str] = "scheduling.course-booking.requested.v1"
    earliest: datetime
    slots: Slots = ()
    propose_min: Annotated[int, Between(1, 10080, "min")] | None = None


@dataclass(frozen=True, slots=True)
class CourseBookingForced:
    """Book these although they are taken: the rules of safety hold, those of capacity yield."""

    type: ClassVar[str] = "scheduling.course-booking.forced.v1"
    slots: Annotated[tuple[SlotWanted, ...], Items(20, 1)]
    by: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class ProposalAccepted:
    """The patient takes the proposed times (none named: all that are proposed): they are booked."""

    type: ClassVar[str] = "scheduling.proposal.accepted.v1"
    appointment_ids: AppointmentIds = ()


@dataclass(frozen=True, slots=True)
class ProposalDeclined:
    """The proposed times (none named: all) do not suit: they are free for others."""

    type: ClassVar[str] = "scheduling.proposal.declined.v1"
    reason: Code
    appointment_ids: AppointmentIds = ()


@dataclass(frozen=True, slots=True)
class AppointmentRescheduled:
    type: ClassVar[str] = "scheduling.appointment.rescheduled.v1"
    appointment_id: Id
    start: datetime
    reason: Code
    resources: Ids = ()


@dataclass(frozen=True, slots=True)
class AppointmentCancelled:
    type: ClassVar[str] = "scheduling.appointment.cancelled.v1"
    appointment_id: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class AppointmentMissed:
    """The patient did not come."""

    type: ClassVar[str] = "scheduling.appointment.missed.v1"
    appointment_id: Id
    reason: Code = "no-show"


@dataclass(frozen=True, slots=True)
class AppointmentConfirmed:
    """The patient will come. Before a dose also: an escort is arranged, and the fast is known."""

    type: ClassVar[str] = "scheduling.appointment.confirmed.v1"
    appointment_id: Id
    escort: bool | None = None
    fasting: bool | None = None


@dataclass(frozen=True, slots=True)
class CoursePersonalised:
    """The prescriber fits the patient's active course to the patient; what is None stays."""

    type: ClassVar[str] = "scheduling.course-plan.personalised.v1"
    by: Id
    reason: Code
    preparations: Annotated[int, Between(0, 20)] | None = None
    doses: DoseCount | None = None
    dose_gap_h: Annotated[int, Between(1, 8760, "h")] | None = None


@dataclass(frozen=True, slots=True)
class PreferencesStated:
    """When the patient can come (weekday 0: Monday), and with whom they would rather be.

    `zone`: where the patient lives, for reminders (None: at the clinic).
    """

    type: ClassVar[str] = "scheduling.preferences.stated.v1"
    weekdays: Annotated[tuple[Annotated[int, Between(0, 6)], ...], Items(7)] = ()
    not_before: Opens = "00:00"
    not_after: Closes = "24:00"
    therapist: OptionalId = ""
    zone: Zone | None = None


@dataclass(frozen=True, slots=True)
class SequenceOverridden:
    """The clinician answers for giving this dose before the integration of the one before it."""

    type: ClassVar[str] = "scheduling.sequence.overridden.v1"
    dose_number: DoseCount
    by: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class MaintenanceDecided:
    """The prescriber's word on doses beyond the induction, where no benefit was measured."""

    type: ClassVar[str] = "scheduling.maintenance.decided.v1"
    continues: bool
    by: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class WaitingListJoined:
    """The next open sessions of the course would rather be earlier: between these times."""

    type: ClassVar[str] = "scheduling.waiting-list.joined.v1"
    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class WaitingListLeft:
    type: ClassVar[str] = "scheduling.waiting-list.left.v1"
    reason: Code


@dataclass(frozen=True, slots=True)
class GroupOpened:
    """A group integration that patients of the clinic can be booked into."""

    type: ClassVar[str] = "scheduling.group.opened.v1"
    start: datetime
    length_min: Annotated[int, Between(15, 480, "min")]
    seats: Annotated[int, Between(2, 20)]
    resources: Ids = ()


@dataclass(frozen=True, slots=True)
class GroupCancelled:
    type: ClassVar[str] = "scheduling.group.cancelled.v1"
    reason: Code


@dataclass(frozen=True, slots=True)
class FeedOpened:
    """An iCalendar feed of a patient's or a resource's appointments, at an address of its own."""

    type: ClassVar[str] = "scheduling.feed.opened.v1"
    owner: Literal["patient", "resource"]


@dataclass(frozen=True, slots=True)
class FeedClosed:
    """Every address of this calendar ends."""

    type: ClassVar[str] = "scheduling.feed.closed.v1"
    owner: Literal["patient", "resource"]
    reason: Code
