"""What a clinic site may post, by the service that takes it.

`subject` of every event is the `patient_id`, a random UUID minted by the site at referral
(of resource events: the resource's id). `time` is when it happened at the site.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.instruments import InstrumentCode
from shared.contracts.shapes import Between, Code, Id, Items, PersonName, Text, Zone

Indication = Literal[
    "treatment-resistant-depression", "chronic-depression", "ptsd", "existential-distress"
]
Route = Literal["iv", "im", "sl", "esketamine"]
Finding = Literal["absent", "present", "unknown"]
Answer = Annotated[int, Between(0, 10)]
Answers = Annotated[tuple[Answer | None, ...], Items(40, 1)]
Staff = Annotated[str, Text(64, r"([A-Za-z0-9][A-Za-z0-9_.:-]*)?", shortest=0)]
"""An `Id`, or empty where nobody is named: what is encoded from a default must load again."""

# ---- intake ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReferralReceived:
    """A ServiceRequest: somebody is sent to the clinic. Names stay in intake."""

    type: ClassVar[str] = "intake.referral.received.v1"
    given_name: PersonName
    family_name: PersonName
    birth_date: date
    indication: Indication
    diagnosis: Annotated[str, Text(8, r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?")]
    referrer: Annotated[str, Text(120, shortest=0)] = ""


@dataclass(frozen=True, slots=True)
class ScreeningAnswered:
    """A QuestionnaireResponse, item by item (null: not answered). `total` is checked if given."""

    type: ClassVar[str] = "intake.screening.answered.v1"
    instrument: InstrumentCode
    answers: Answers
    total: Annotated[int, Between(0, 200)] | None = None


@dataclass(frozen=True, slots=True)
class Contraindication:
    condition: Code
    finding: Finding
    onset: date | None = None


@dataclass(frozen=True, slots=True)
class ContraindicationsChecked:
    """The contraindication checklist: one finding per condition asked."""

    type: ClassVar[str] = "intake.contraindications.checked.v1"
    findings: Annotated[tuple[Contraindication, ...], Items(60, 1)]


@dataclass(frozen=True, slots=True)
class Trial:
    """One earlier treatment, as MGH-ATRQ asks it."""

    drug: Code
    drug_class: Code
    adequate_dose: bool
    weeks: Annotated[int, Between(0, 520, "wk")]
    improvement_percent: Annotated[int, Between(-100, 100, "%")]
    current_episode: bool


@dataclass(frozen=True, slots=True)
class TreatmentHistoryTaken:
    type: ClassVar[str] = "intake.treatment-history.taken.v1"
    trials: Annotated[tuple[Trial, ...], Items(40)]


@dataclass(frozen=True, slots=True)
class ConsentSigned:
    """A Consent. `elements` are the parts explained and understood (clinical reference 2.6)."""

    type: ClassVar[str] = "intake.consent.signed.v1"
    text_version: Id
    route: Route
    elements: Annotated[tuple[Code, ...], Items(40, 1)]
    capacity: bool
    analysts_stream: bool = True


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    type: ClassVar[str] = "intake.consent.withdrawn.v1"
    reason: Code


@dataclass(frozen=True, slots=True)
class ClearanceDecided:
    """The prescriber's decision; the rules may still hold or decline what a prescriber grants."""

    type: ClassVar[str] = "intake.clearance.decided.v1"
    decision: Literal["grant", "decline"]
    protocol: Code
    route: Route
    signer: Id
    reason: Code = "clinical-judgement"


@dataclass(frozen=True, slots=True)
class ClearanceRevoked:
    type: ClassVar[str] = "intake.clearance.revoked.v1"
    signer: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class HoldLifted:
    """A psychiatrist lifts the safety hold after seeing the patient face to face."""

    type: ClassVar[str] = "intake.hold.lifted.v1"
    signer: Id
    reason: Code


# ---- scheduling ------------------------------------------------------------------------------


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


# ---- session-record --------------------------------------------------------------------------


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


# ---- outcomes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AssessmentAnswered:
    """A QuestionnaireResponse during or after the course; as `ScreeningAnswered`."""

    type: ClassVar[str] = "outcomes.assessment.answered.v1"
    instrument: InstrumentCode
    answers: Answers
    total: Annotated[int, Between(0, 200)] | None = None
