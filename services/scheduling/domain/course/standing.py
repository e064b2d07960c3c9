"""What scheduling knows of a patient: the clearance, the consent, and every reason to hold dosing.

Reasons are kept apart, because each is lifted by its own event and dosing waits for the last.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.scheduling.domain.course.commands import (
    GrantClearance,
    HoldDosing,
    HoldReason,
    RecordConsent,
)
from shared.contracts.site import Indication, Route
from shared.kernel.errors import Reason, Rejected
from shared.kernel.identifiers import derive


@dataclass(frozen=True, slots=True)
class Clearance:
    id: str
    indication: Indication
    protocol: str
    route: Route
    first_dose_by: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Preferences:
    """As `PreferencesStated`: no weekday, therapist or zone named means any."""

    weekdays: tuple[int, ...] = ()
    not_before: str = "00:00"
    not_after: str = "24:00"
    therapist: str = ""
    zone: str = ""


MaintenanceWord = Literal["", "continues", "ends"]


@dataclass(frozen=True, slots=True)
class Standing:
    """`courses` counts the courses opened so far: only the last one can be active (SCH-9).

    `busy_until`: the end of what still stands of a course that another one took the place of.
    `enrolled`: in the esketamine REMS. `benefits`: the instruments by which the course did good,
    when they were last judged; `maintenance`: what the prescriber said of going on (SCH-11).
    `others`: the person's doses that are not of this course, given or booked at whatever clinic,
    ascending; known of the person where a course is placed, and not kept here.
    `escorts`: intake has name and telephone of these (SCH-7).
    """

    patient_id: str
    clearance: Clearance | None = None
    consent_until: datetime | None = None
    reasons: tuple[HoldReason, ...] = ()
    courses: int = 0
    last_dose_at: datetime | None = None
    busy_until: datetime | None = None
    enrolled: bool = False
    person_id: str = ""
    preferences: Preferences = Preferences()
    benefits: tuple[str, ...] = ()
    maintenance: MaintenanceWord = ""
    others: tuple[datetime, ...] = ()
    escorts: tuple[str, ...] = ()

    @property
    def course_id(self) -> str:
        return course_id(self.patient_id, self.courses)

    @property
    def doses_until(self) -> datetime | None:
        """The last moment a dose may start: clearance and consent must both be valid (SCH-1)."""
        ends = [self.consent_until, self.clearance.valid_until if self.clearance else None]
        return min((end for end in ends if end), default=None)

    @property
    def is_enrolled(self) -> bool:
        """In the REMS, where the route has one (SCH-5)."""
        return self.enrolled or self.clearance is None or self.clearance.route != "esketamine"

    @property
    def is_maintained(self) -> bool:
        """SCH-11: doses beyond the induction may be booked."""
        return self.maintenance == "continues" or (self.maintenance == "" and bool(self.benefits))

    def covers(self, dose_number: int, start: datetime) -> bool:
        """SCH-1: the dose may start then."""
        if dose_number == 1 and self.clearance and start > self.clearance.first_dose_by:
            return False
        return self.doses_until is None or start <= self.doses_until


WORDS: dict[HoldReason, Reason] = {
    "clearance-revoked": Reason(
        "clearance-revoked", "the medical clearance was revoked: a new one is needed", "SCH-1"
    ),
    "consent-withdrawn": Reason(
        "consent-withdrawn", "the patient withdrew consent: a new one must be signed", "SCH-8"
    ),
    "safety-hold": Reason(
        "safety-hold", "a safety hold stands: a psychiatrist lifts it at intake", "SCH-8"
    ),
}


def check_dosing(standing: Standing) -> None:
    """Whether any dose can be booked now (SCH-5, SCH-8)."""
    if standing.reasons:
        raise Rejected(
            "on-hold",
            "no dosing can be booked while the patient is on hold",
            tuple(WORDS[each] for each in standing.reasons),
        )
    if not standing.is_enrolled:
        raise Rejected(
            "not-enrolled",
            "the patient is not enrolled in the esketamine REMS: enrol the patient, then book",
            (Reason("not-enrolled", "no enrolment of the patient is on record", "SCH-5"),),
        )


def undecided() -> Rejected:
    """Doses beyond the induction are not booked yet (SCH-11)."""
    missing = Reason("maintenance-undecided", "no benefit was measured, nothing decided", "SCH-11")
    return Rejected(
        "maintenance-undecided",
        "what is left are doses beyond the induction: a benefit must be measured, or the prescriber"
        " must decide that they go on",
        (missing,),
    )


def course_id(patient_id: str, number: int) -> str:
    """Known before the course is opened, so that a booking can wait for exactly this course."""
    return derive(patient_id, f"course-{number}")


def grant(command: GrantClearance, standing: Standing) -> Standing:
    clearance = Clearance(
        command.clearance_id,
        command.indication,
        command.protocol,
        command.route,
        command.first_dose_by,
        command.valid_until,
    )
    return lift("clearance-revoked", replace(standing, clearance=clearance))


def hold(command: HoldDosing, standing: Standing) -> Standing:
    """The revocation of a clearance that another one has replaced changes nothing."""
    current = standing.clearance.id if standing.clearance else ""
    replaced = command.clearance_id and current and command.clearance_id != current
    if replaced or command.reason in standing.reasons:
        return standing
    return replace(standing, reasons=(*standing.reasons, command.reason))


def consent(command: RecordConsent, standing: Standing) -> Standing:
    """A new consent counts if it is for the route that the patient is cleared for."""
    if standing.clearance and standing.clearance.route != command.route:
        return standing
    return lift("consent-withdrawn", replace(standing, consent_until=command.valid_until))


def lift(reason: HoldReason, standing: Standing) -> Standing:
    return replace(standing, reasons=tuple(each for each in standing.reasons if each != reason))


def enrol(standing: Standing) -> Standing:
    return replace(standing, enrolled=True)


def next_course(standing: Standing, busy_until: datetime | None) -> Standing:
    """What was said of maintenance was said of the course before."""
    return replace(
        standing,
        courses=standing.courses + 1,
        busy_until=busy_until,
        benefits=(),
        maintenance="",
    )


def dosed(standing: Standing, administered_at: datetime) -> Standing:
    last = max(administered_at, standing.last_dose_at or administered_at)
    return replace(standing, last_dose_at=last)
