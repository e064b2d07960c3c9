"""What sites post to session-record. `subject` is the patient id."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from shared.contracts.shapes import Between, Code, Id
from shared.contracts.site.words import Route, Staff


@dataclass(frozen=True, slots=True)
class EncounterArrived:
    """The patient is here for an appointment: opens the Encounter.

    `fasting` and `escort_arranged` are asked before a dosing encounter.
    """

    type: ClassVar[str] = "session-record.encounter.arrived.v1"
    encounter_id: Id
    appointment_id: Id
    fasting: bool | None = None
    escort_arranged: bool | None = None


@dataclass(frozen=True, slots=True)
class ObservationRecorded:
    """Vital signs at `time`. Units: mm[Hg], /min, %, kg."""

    type: ClassVar[str] = "session-record.observation.recorded.v1"
    encounter_id: Id
    systolic: Annotated[int, Between(40, 300, "mm[Hg]")]
    diastolic: Annotated[int, Between(20, 200, "mm[Hg]")]
    heart_rate: Annotated[int, Between(20, 250, "/min")]
    oxygen_saturation: Annotated[int, Between(50, 100, "%")]
    weight_kg: Annotated[float, Between(25, 350, "kg")] | None = None


@dataclass(frozen=True, slots=True)
class MedicationAdministered:
    """A MedicationAdministration: what was given, checked by two people."""

    type: ClassVar[str] = "session-record.medication.administered.v1"
    encounter_id: Id
    route: Route
    dose_mg: Annotated[float, Between(0.1, 1000, "mg")]
    dose_mg_per_kg: Annotated[float, Between(0.01, 20, "mg/kg")] | None = None
    administered_by: Staff = ""
    checked_by: Staff = ""


@dataclass(frozen=True, slots=True)
class AdverseEventReported:
    """An AdverseEvent. `grade` after CTCAE v5."""

    type: ClassVar[str] = "session-record.adverse-event.reported.v1"
    encounter_id: Id
    term: Code
    grade: Annotated[int, Between(1, 5)]
    serious: bool
    relation: Literal["unrelated", "possible", "probable", "definite"]
    action: Code
    outcome: Literal["resolved", "resolving", "ongoing", "fatal", "unknown"]


@dataclass(frozen=True, slots=True)
class PatientDischarged:
    """The discharge checklist of a dosing encounter (clinical reference 3.4)."""

    type: ClassVar[str] = "session-record.patient.discharged.v1"
    encounter_id: Id
    moaas: Annotated[int, Between(0, 5)]
    cadss: Annotated[int, Between(0, 92)]
    aldrete: Annotated[int, Between(0, 10)]
    escort_present: bool
    instructions_given: bool


@dataclass(frozen=True, slots=True)
class EncounterFinished:
    """A preparation or integration encounter ends."""

    type: ClassVar[str] = "session-record.encounter.finished.v1"
    encounter_id: Id
