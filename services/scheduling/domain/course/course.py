"""A CarePlan and its appointments: what happens to them after they are booked.

Every function gives the new course; `told.events` says what changed between two states of it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.scheduling.domain.course.commands import (
    CancelAppointment,
    CountDose,
    FulfilAppointment,
    HoldReason,
)
from services.scheduling.domain.occupancy.day import Claim, days_between
from services.scheduling.domain.planning.rules import session_name
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import Indication, Route
from shared.kernel.errors import Rejected
from shared.kernel.policy import CourseTemplate, PolicyReference

AppointmentStatus = Literal["proposed", "booked", "pending", "fulfilled", "cancelled", "noshow"]
"""FHIR R4. `proposed`: its time is kept until `expires_at`. `pending`: held, its time is free for
others until the hold is lifted."""
CourseStatus = Literal["active", "on-hold", "revoked", "completed"]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The patient comes at `start`, and said this of the escort and of the fast (None: nothing).

    Of an appointment that has moved since, it says nothing.
    """

    start: datetime
    escort: bool | None = None
    fasting: bool | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """`number` counts within the kind of session. `reason`: why it is pending, moved or cancelled.

    Of a proposal: `cause` as it is told, `expires_at`, and for time from the waiting list `freed`,
    whose time it was, and `replaces`, the appointment that is given up for it. `overbooked`: for
    what reason, by whom, more is booked than there is. `group`: the group it takes part in.
    `wall`: the time that was meant, as the clock in `zone` shows it ("2026-03-29T09:00").

    `revision` grows with every change that a calendar shows, the last one at `changed_at`.
    `reminded_at`: the hour of the last reminder that is behind it.
    """

    id: str
    session: SessionKind
    number: int
    start: datetime
    end: datetime
    zone: str
    claims: tuple[Claim, ...]
    therapist: str
    status: AppointmentStatus = "booked"
    reason: str = ""
    expires_at: datetime | None = None
    cause: str = ""
    freed: str = ""
    replaces: str = ""
    overbooked: str = ""
    overbooked_by: str = ""
    group: str = ""
    wall: str = ""
    revision: int = 0
    changed_at: datetime | None = None
    confirmation: Confirmation | None = None
    reminded_at: datetime | None = None

    @property
    def confirmed(self) -> Confirmation | None:
        """What the patient confirmed, if it is for the time that the appointment has now."""
        found = self.confirmation
        return found if found and found.start == self.start else None

    @property
    def name(self) -> str:
        return session_name(self.session, self.number)

    @property
    def resources(self) -> tuple[str, ...]:
        return tuple(each.resource for each in self.claims)

    @property
    def dose_number(self) -> int:
        return 0 if self.session == "preparation" else self.number

    @property
    def stands(self) -> bool:
        return self.status in ("proposed", "booked", "pending")

    @property
    def takes_time(self) -> bool:
        """What was held keeps its time: it is history."""
        return self.status in ("proposed", "booked", "fulfilled")

    @property
    def is_gone(self) -> bool:
        """Its session is open again."""
        return self.status in ("cancelled", "noshow")

    @property
    def is_offer(self) -> bool:
        """Kept beside the appointment that it replaces once it is accepted."""
        return self.status == "proposed" and self.replaces != ""

    def is_past(self, at: datetime) -> bool:
        """It was held, or its time has come and nobody said that it was not."""
        return self.status == "fulfilled" or (self.status == "booked" and self.start <= at)

    @property
    def days(self) -> tuple[str, ...]:
        """The days of UTC that its claims touch."""
        return tuple(
            dict.fromkeys(day for each in self.claims for day in days_between(each.start, each.end))
        )


@dataclass(frozen=True, slots=True)
class DoseGiven:
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """The protocol is kept as it was when the course was opened (policy never rewrites the past).

    `doses_given` are the numbers of the doses that session-record reported. `replan_at`: what lost
    its time is to be placed anew, for the reason `replan_for`. `blocked`: the codes of what stood
    against it when nothing was found. `overdue`: the doses whose integration was said to be late.
    `overridden`: those that may be given before it. `let_pass`: doses that came too late to hold.
    `reanchor_at`: the rules of a zone have changed, and appointments are to keep the wall's time.
    `home_zone`: where the patient lives, for reminders; empty: where the appointment is.
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
    replan_at: datetime | None = None
    replan_for: str = ""
    blocked: tuple[str, ...] = ()
    dosed: tuple[DoseGiven, ...] = ()
    overdue: tuple[int, ...] = ()
    overridden: tuple[int, ...] = ()
    let_pass: tuple[str, ...] = ()
    reanchor_at: datetime | None = None
    home_zone: str = ""

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
        return next((each for each in found if not each.is_gone and not each.is_offer), None)

    def is_done(self, name: str) -> bool:
        found = self.appointment(name)
        return found is not None and found.status == "fulfilled"


def cancel(command: CancelAppointment, course: Course) -> Course:
    """Also what the patient missed can be cancelled: only then is its session booked again."""
    found = named(command.appointment_id, course)
    if not found.stands:
        raise Rejected("not-cancellable", f"the appointment is {found.status} already")
    return with_changed(course, called_off(found, command.reason))


def count_dose(command: CountDose, course: Course) -> Course:
    given = tuple(sorted({*course.doses_given, command.dose_number}))
    others = (each for each in course.dosed if each.number != command.dose_number)
    dose = DoseGiven(command.dose_number, command.administered_at)
    dosed = tuple(sorted((*others, dose), key=lambda each: each.number))
    return replace(course, doses_given=given, dosed=dosed)


def fulfil(command: FulfilAppointment, course: Course) -> Course:
    """What happened is true whatever was planned; a second appointment for it is called off."""
    found = named(command.appointment_id, course)
    end = command.finished_at if command.finished_at > found.start else found.end
    done = replace(_at_any_price(found), end=end, status="fulfilled", reason="")
    fulfilled = with_changed(course, done)
    for each in course.appointments:
        if each.stands and each.name == found.name and each.id != found.id:
            fulfilled = with_changed(fulfilled, called_off(each, "session-done"))
    last = found.session == "integration" and found.number == course.protocol.doses
    return replace(fulfilled, ended=course.ended or ("completed" if last else ""))


def called_off(appointment: Appointment, reason: str) -> Appointment:
    return replace(appointment, status="cancelled", reason=reason)


def named(appointment_id: str, course: Course) -> Appointment:
    for each in course.appointments:
        if each.id == appointment_id:
            return each
    raise Rejected("unknown-appointment", "the course has no such appointment")


def _at_any_price(appointment: Appointment) -> Appointment:
    """It took place in time that it had given back, and that others may have taken since."""
    if appointment.takes_time:
        return appointment
    return replace(
        appointment, claims=tuple(replace(each, forced=True) for each in appointment.claims)
    )


def with_changed(course: Course, changed: Appointment) -> Course:
    appointments = (changed if each.id == changed.id else each for each in course.appointments)
    return replace(course, appointments=tuple(appointments))
