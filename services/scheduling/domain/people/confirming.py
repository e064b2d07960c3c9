"""The patient's word: that they come, and before a dose with whom and with an empty stomach."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.scheduling.domain.course.course import (
    Appointment,
    Confirmation,
    Course,
    named,
    with_changed,
)
from services.scheduling.domain.course.standing import Standing
from shared.contracts.scheduling import AttendanceConfirmed
from shared.kernel.errors import Reason, Rejected


@dataclass(frozen=True, slots=True)
class ConfirmAppointment:
    event_id: str
    at: datetime
    patient_id: str
    appointment_id: str
    escort: bool | None
    fasting: bool | None


@dataclass(frozen=True, slots=True)
class NameEscort:
    event_id: str
    at: datetime
    patient_id: str
    contact_id: str


def name_escort(command: NameEscort, standing: Standing) -> Standing:
    return replace(standing, escorts=tuple(sorted({*standing.escorts, command.contact_id})))


def confirm(command: ConfirmAppointment, course: Course, standing: Standing) -> Course:
    """What was said before and not said again stays."""
    found = named(command.appointment_id, course)
    _check_confirmable(found, command)
    _check_escort(found, command, standing)
    before = found.confirmed or Confirmation(found.start)
    confirmation = Confirmation(
        found.start,
        before.escort if command.escort is None else command.escort,
        before.fasting if command.fasting is None else command.fasting,
    )
    return with_changed(course, replace(found, confirmation=confirmation))


def told(command: ConfirmAppointment, course: Course) -> AttendanceConfirmed:
    """All that is confirmed by now."""
    said = named(command.appointment_id, course).confirmed
    assert said, "it was just confirmed"
    return AttendanceConfirmed(command.appointment_id, course.id, said.escort, said.fasting)


def _check_confirmable(found: Appointment, command: ConfirmAppointment) -> None:
    if found.status == "proposed":
        raise Rejected(
            "not-confirmable", f"{found.name} is only proposed: accept the proposal first"
        )
    if found.status != "booked":
        raise Rejected(
            "not-confirmable", f"{found.name} is {found.status}: only what is booked is confirmed"
        )
    if found.start <= command.at:
        raise Rejected("not-confirmable", f"{found.name} has begun: record who came instead")


def _check_escort(found: Appointment, command: ConfirmAppointment, standing: Standing) -> None:
    if found.session == "dosing" and command.escort and not standing.escorts:
        words = "no escort of the patient is named, with a telephone number, at intake"
        raise Rejected(
            "escort-unnamed",
            f"{words}: introduce the escort there, then confirm again",
            (Reason("escort-unnamed", words, "SCH-7"),),
        )
