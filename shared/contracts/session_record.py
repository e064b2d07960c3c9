"""Events of session-record: `session-record.encounter`, keyed by patient id, `session-record.drug`,
keyed by the container's id, and `session-record.rems`, keyed by what is certified or enrolled.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.scheduling import SessionKind
from shared.contracts.shapes import Between, Code, Id, OptionalId
from shared.contracts.site import Role, Route

DoseNumber = Annotated[int, Between(0, 60)]


@dataclass(frozen=True, slots=True)
class EncounterOpened:
    type: ClassVar[str] = "session-record.encounter.opened.v1"
    encounter_id: Id
    appointment_id: Id
    course_id: Id
    session: SessionKind
    dose_number: DoseNumber


@dataclass(frozen=True, slots=True)
class DoseAdministered:
    type: ClassVar[str] = "session-record.encounter.dose-administered.v1"
    encounter_id: Id
    course_id: Id
    dose_number: DoseNumber
    route: Route
    dose_mg: Annotated[float, Between(0.1, 1000, "mg")]
    dose_mg_per_kg: Annotated[float, Between(0.01, 20, "mg/kg")] | None
    administered_at: datetime


@dataclass(frozen=True, slots=True)
class VitalsAlarmRaised:
    """A reading outside the policy's bounds. `rule`, `limit` and policy are what fired.

    `emergency`: a symptom, whatever the numbers say; its `value` is 1.
    """

    type: ClassVar[str] = "session-record.encounter.vitals-alarm-raised.v1"
    encounter_id: Id
    rule: Code
    value: Annotated[float, Between(0, 400)]
    limit: Annotated[float, Between(0, 400)]
    severity: Literal["alert", "stop", "emergency"]
    measured_at: datetime | None = None
    policy_id: OptionalId = ""
    policy_version: OptionalId = ""


@dataclass(frozen=True, slots=True)
class AdverseEventRecorded:
    type: ClassVar[str] = "session-record.encounter.adverse-event-recorded.v1"
    encounter_id: Id
    course_id: Id
    term: Code
    grade: Annotated[int, Between(1, 5)]
    serious: bool
    outcome: Literal["resolved", "resolving", "ongoing", "fatal", "unknown"]
    onset: datetime | None = None


@dataclass(frozen=True, slots=True)
class EncounterCompleted:
    """The encounter ended as it should: a discharge for dosing, an end for the others."""

    type: ClassVar[str] = "session-record.encounter.completed.v1"
    encounter_id: Id
    appointment_id: Id
    course_id: Id
    session: SessionKind
    dose_number: DoseNumber
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class EncounterCancelled:
    """A dosing encounter ended without a dose: the appointment is used up."""

    type: ClassVar[str] = "session-record.encounter.cancelled.v1"
    encounter_id: Id
    appointment_id: Id
    course_id: Id
    session: SessionKind
    dose_number: DoseNumber
    reason: Code
    cancelled_at: datetime


@dataclass(frozen=True, slots=True)
class OverrideUsed:
    """Somebody answered for going on although the rule said no."""

    type: ClassVar[str] = "session-record.encounter.override-used.v1"
    encounter_id: Id
    rule: Code
    role: Role
    by: Id
    reason: Code
    policy_version: Id


@dataclass(frozen=True, slots=True)
class MonitoringMissed:
    """Nobody measured at this point after the dose; found by the clock, not by the next event."""

    type: ClassVar[str] = "session-record.encounter.monitoring-missed.v1"
    encounter_id: Id
    point_min: Annotated[int, Between(0, 1440, "min")]
    severity: Literal["warning", "alert"]
    policy_version: Id


@dataclass(frozen=True, slots=True)
class SiteCertificateKnown:
    """The REMS certifies the site (the subject) for esketamine until then."""

    type: ClassVar[str] = "session-record.rems.site-certificate-recorded.v1"
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class PatientEnrolmentKnown:
    """The patient is enrolled in the esketamine REMS."""

    type: ClassVar[str] = "session-record.rems.patient-enrolment-recorded.v1"
    enrolment_id: Id


@dataclass(frozen=True, slots=True)
class DrugDiscrepancyFound:
    """What was dispensed for an encounter that ended is not what was given, wasted or returned.

    `unaccounted_mg`: negative where more came out than was dispensed.
    """

    type: ClassVar[str] = "session-record.drug.discrepancy-found.v1"
    encounter_id: Id
    lot: Id
    dispensed_mg: Annotated[float, Between(0, 100_000, "mg")]
    unaccounted_mg: Annotated[float, Between(-100_000, 100_000, "mg")]
