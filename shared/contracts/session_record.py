"""Events of session-record, on topic `session-record.encounter`, keyed by patient id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.scheduling import SessionKind
from shared.contracts.shapes import Between, Code, Id
from shared.contracts.site import Route

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
    """A reading outside the policy's bounds. `rule` and `limit` are what fired."""

    type: ClassVar[str] = "session-record.encounter.vitals-alarm-raised.v1"
    encounter_id: Id
    rule: Code
    value: Annotated[float, Between(0, 400)]
    limit: Annotated[float, Between(0, 400)]
    severity: Literal["alert", "stop"]


@dataclass(frozen=True, slots=True)
class AdverseEventRecorded:
    type: ClassVar[str] = "session-record.encounter.adverse-event-recorded.v1"
    encounter_id: Id
    course_id: Id
    term: Code
    grade: Annotated[int, Between(1, 5)]
    serious: bool
    outcome: Literal["resolved", "resolving", "ongoing", "fatal", "unknown"]


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
