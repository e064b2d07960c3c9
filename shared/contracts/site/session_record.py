"""What sites post to session-record. `subject` is the patient id, except of what has no patient:
of a drug it is the container's id, of a certificate the site's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.instruments import InstrumentCode
from shared.contracts.shapes import Between, Code, Id, Items, OptionalId, Text
from shared.contracts.site.words import Answers, Role, Route, Staff

OptionalCode = Annotated[str, Text(64, r"([a-z0-9][a-z0-9-]*)?", shortest=0)]
Symptom = Literal[
    "chest-pain",
    "dyspnoea",
    "sudden-headache",
    "visual-disturbance",
    "seizure",
    "reduced-consciousness",
    "focal-deficit",
]
"""Each is an emergency whatever the numbers say (Spravato label 5.6)."""
Measure = Literal[
    "systolic",
    "diastolic",
    "heart-rate",
    "oxygen-saturation",
    "respiratory-rate",
    "body-weight",
    "body-temperature",
]
Movement = Literal["received", "dispensed", "wasted", "returned"]
SeriousCriterion = Literal[
    "death",
    "life-threatening",
    "hospitalisation",
    "disability",
    "birth-defect",
    "important-medical-event",
]


@dataclass(frozen=True, slots=True)
class StaffPresent:
    """Who is in the room, or on site, and as what."""

    role: Role
    practitioner: Id


@dataclass(frozen=True, slots=True)
class Override:
    """A person answers for going on although `rule` says no. Not every rule can be overridden."""

    rule: Code
    role: Role
    by: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class TimeOut:
    """The last pause before the dose: each item was said aloud and agreed (SES-3)."""

    patient: bool
    drug: bool
    dose: bool
    route: bool
    allergy: bool
    consent: bool


Present = Annotated[tuple[StaffPresent, ...], Items(12)]
Overrides = Annotated[tuple[Override, ...], Items(10)]


@dataclass(frozen=True, slots=True)
class EncounterArrived:
    """The patient is here for an appointment: opens the Encounter.

    What follows the appointment is asked before a dosing encounter. `escort`: the contact's id
    that intake has told of.
    """

    type: ClassVar[str] = "session-record.encounter.arrived.v1"
    encounter_id: Id
    appointment_id: Id
    fasting: bool | None = None
    escort_arranged: bool | None = None
    escort: OptionalId = ""
    staff: Present = ()
    overrides: Overrides = ()


@dataclass(frozen=True, slots=True)
class ObservationRecorded:
    """Vital signs at `time`. Units: mm[Hg], /min, %, kg.

    The limits are wide, so that a swapped or wrong unit is named and not only refused. `device`:
    empty where a person measured. `moaas`: 5 alert to 0 no response.
    """

    type: ClassVar[str] = "session-record.observation.recorded.v1"
    encounter_id: Id
    systolic: Annotated[int, Between(1, 400, "mm[Hg]")]
    diastolic: Annotated[int, Between(1, 300, "mm[Hg]")]
    heart_rate: Annotated[int, Between(1, 400, "/min")]
    oxygen_saturation: Annotated[int, Between(0, 100, "%")]
    weight_kg: Annotated[float, Between(1, 1000, "kg")] | None = None
    device: OptionalId = ""
    respiratory_rate: Annotated[int, Between(0, 100, "/min")] | None = None
    moaas: Annotated[int, Between(0, 5)] | None = None
    symptoms: Annotated[tuple[Symptom, ...], Items(7)] = ()


@dataclass(frozen=True, slots=True)
class DeviceMeasurementRecorded:
    """One value of one device at `time`, in the UCUM `unit` that the device says."""

    type: ClassVar[str] = "session-record.device-measurement.recorded.v1"
    encounter_id: Id
    device: Id
    measure: Measure
    value: Annotated[float, Between(0, 1000)]
    unit: Annotated[str, Text(20)]


@dataclass(frozen=True, slots=True)
class InstrumentAnswered:
    """A questionnaire in or after the session: how it was, never how good the patient was.

    `total`: what the site computed; the score is computed anew and must be the same.
    """

    type: ClassVar[str] = "session-record.assessment.recorded.v1"
    encounter_id: Id
    instrument: InstrumentCode
    answers: Answers
    total: Annotated[float, Between(0, 1000)] | None = None


@dataclass(frozen=True, slots=True)
class MedicationAdministered:
    """A MedicationAdministration: what was given, checked by two people.

    `weighed`: why more than usual was right, as a code. `held_min`, `spat_out`: of a lozenge.
    """

    type: ClassVar[str] = "session-record.medication.administered.v1"
    encounter_id: Id
    route: Route
    dose_mg: Annotated[float, Between(0.1, 1000, "mg")]
    dose_mg_per_kg: Annotated[float, Between(0.01, 20, "mg/kg")] | None = None
    administered_by: Staff = ""
    checked_by: Staff = ""
    container: OptionalId = ""
    lot: OptionalId = ""
    time_out: TimeOut | None = None
    weighed: OptionalCode = ""
    held_min: Annotated[int, Between(0, 60, "min")] | None = None
    spat_out: bool | None = None
    overrides: Overrides = ()


@dataclass(frozen=True, slots=True)
class AdverseEventReported:
    """An AdverseEvent. `grade` after CTCAE v5; `onset` None: at the event's time."""

    type: ClassVar[str] = "session-record.adverse-event.reported.v1"
    encounter_id: Id
    term: Code
    grade: Annotated[int, Between(1, 5)]
    serious: bool
    relation: Literal["unrelated", "possible", "probable", "definite"]
    action: Code
    outcome: Literal["resolved", "resolving", "ongoing", "fatal", "unknown"]
    onset: datetime | None = None
    criteria: Annotated[tuple[SeriousCriterion, ...], Items(6)] = ()


@dataclass(frozen=True, slots=True)
class PatientDischarged:
    """The discharge checklist of a dosing encounter (clinical reference 3.4). None: not asked.

    `missed_reason`: why a reading that must be there is not. `seen_by`: the psychiatrist who saw
    a patient at high risk.
    """

    type: ClassVar[str] = "session-record.patient.discharged.v1"
    encounter_id: Id
    moaas: Annotated[int, Between(0, 5)]
    cadss: Annotated[int, Between(0, 92)]
    aldrete: Annotated[int, Between(0, 10)]
    escort_present: bool
    instructions_given: bool
    dissociation_resolved: bool | None = None
    oriented: bool | None = None
    steady_gait: bool | None = None
    no_driving_told: bool | None = None
    escort: OptionalId = ""
    discharged_by: Staff = ""
    seen_by: Staff = ""
    missed_reason: OptionalCode = ""


@dataclass(frozen=True, slots=True)
class EncounterFinished:
    """A preparation or integration encounter ends."""

    type: ClassVar[str] = "session-record.encounter.finished.v1"
    encounter_id: Id


@dataclass(frozen=True, slots=True)
class EncounterAbandoned:
    """A dosing encounter ends without a dose."""

    type: ClassVar[str] = "session-record.encounter.abandoned.v1"
    encounter_id: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class DrugMoved:
    """A vial, syringe, bottle or device with a controlled drug: the subject is its id.

    `encounter_id`: for whom it is dispensed, or of whose share something is wasted or returned.
    """

    type: ClassVar[str] = "session-record.drug.moved.v1"
    movement: Movement
    drug: Literal["ketamine", "esketamine"]
    lot: Id
    amount_mg: Annotated[float, Between(0.01, 100_000, "mg")]
    by: Id
    witness: Staff = ""
    encounter_id: OptionalId = ""


@dataclass(frozen=True, slots=True)
class SiteCertified:
    """The REMS certifies this site (the subject) for esketamine, until then."""

    type: ClassVar[str] = "session-record.rems.site-certified.v1"
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class PatientEnrolled:
    """The patient is enrolled in the esketamine REMS."""

    type: ClassVar[str] = "session-record.rems.patient-enrolled.v1"
    enrolment_id: Id
