"""What other services have told: standing, courses, appointments. Fed by Kafka events only.

A replay from offset 0 rebuilds it to the byte, so nothing from posted events may come in here.
Periods are kept, not flags, because a site may report today what it did before a revocation.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.session_record.domain.commands import (
    ChangeAppointment,
    EndClearance,
    EndConsent,
    EndHold,
    KnowAppointment,
    KnowClearance,
    KnowConsent,
    KnowHold,
)
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import Route


@dataclass(frozen=True, slots=True)
class Clearance:
    clearance_id: str
    route: Route
    signed_at: datetime
    first_dose_by: datetime
    valid_until: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    text_version: str
    route: Route
    signed_at: datetime
    valid_until: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SafetyHold:
    raised_at: datetime
    reasons: tuple[str, ...]
    lifted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What intake has decided about a patient, in the order in which it was decided."""

    patient_id: str
    clearances: tuple[Clearance, ...] = ()
    consents: tuple[Consent, ...] = ()
    holds: tuple[SafetyHold, ...] = ()

    def clearance_at(self, at: datetime) -> Clearance | None:
        """The newest one signed by then, whether or not it has ended."""
        return next((each for each in reversed(self.clearances) if each.signed_at <= at), None)

    def consent_at(self, at: datetime) -> Consent | None:
        """The newest one signed by then, whether or not it was withdrawn."""
        return next((each for each in reversed(self.consents) if each.signed_at <= at), None)

    def hold_at(self, at: datetime) -> SafetyHold | None:
        return next((each for each in self.holds if _covers(each, at)), None)

    def is_cleared_anew(self, since: datetime, at: datetime) -> bool:
        return any(since < each.signed_at <= at for each in self.clearances)


@dataclass(frozen=True, slots=True)
class Grant:
    """That a clearance has been heard of: what waits for it can ask by its id."""

    clearance_id: str
    patient_id: str


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
    status: Literal["booked", "held", "cancelled"] = "booked"


def with_clearance(standing: Standing, told: KnowClearance) -> Standing:
    clearance = Clearance(
        told.clearance_id, told.route, told.signed_at, told.first_dose_by, told.valid_until
    )
    return replace(standing, clearances=(*standing.clearances, clearance))


def without_clearance(standing: Standing, told: EndClearance) -> Standing:
    ended = tuple(
        replace(each, ended_at=told.at) if each.clearance_id == told.clearance_id else each
        for each in standing.clearances
    )
    return replace(standing, clearances=ended)


def with_consent(standing: Standing, told: KnowConsent) -> Standing:
    consent = Consent(told.text_version, told.route, told.at, told.valid_until)
    return replace(standing, consents=(*standing.consents, consent))


def without_consent(standing: Standing, told: EndConsent) -> Standing:
    withdrawn = tuple(
        each if each.withdrawn_at else replace(each, withdrawn_at=told.at)
        for each in standing.consents
    )
    return replace(standing, consents=withdrawn)


def with_hold(standing: Standing, told: KnowHold) -> Standing:
    """A hold that is raised again goes on, with the new reasons too."""
    last = standing.holds[-1] if standing.holds else None
    if last is None or last.lifted_at:
        return replace(standing, holds=(*standing.holds, SafetyHold(told.at, told.reasons)))
    reasons = tuple(dict.fromkeys((*last.reasons, *told.reasons)))
    extended = SafetyHold(min(last.raised_at, told.at), reasons)
    return replace(standing, holds=(*standing.holds[:-1], extended))


def without_hold(standing: Standing, told: EndHold) -> Standing:
    lifted = tuple(
        each if each.lifted_at else replace(each, lifted_at=told.at) for each in standing.holds
    )
    return replace(standing, holds=lifted)


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


def _covers(hold: SafetyHold, at: datetime) -> bool:
    return hold.raised_at <= at and (hold.lifted_at is None or at < hold.lifted_at)
