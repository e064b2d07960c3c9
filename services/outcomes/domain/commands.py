"""What outcomes can be told to do. `at` is when it happened: decisions use it as now.

`event_id` names the one cause of the command, whoever sent it; ids are derived from it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.contracts.instruments import InstrumentCode
from shared.contracts.site import Indication, Route

Origin = Literal["screening", "course"]
Mode = Literal["self", "clinician", "phone", "unknown"]


@dataclass(frozen=True, slots=True)
class RegisterPatient:
    event_id: str
    at: datetime
    patient_id: str
    indication: Indication


@dataclass(frozen=True, slots=True)
class RecordAnswers:
    """`at` is when the questionnaire was answered. `total`: what the sender says they add up to.

    `assessment_id`: where it does not follow from the event; `amends`: of the one that these
    correct. `definition`: the sender's rules; empty: ours. `sequence`: the event's in its source.
    """

    event_id: str
    at: datetime
    patient_id: str
    instrument: InstrumentCode
    answers: tuple[int | None, ...]
    origin: Origin
    total: float | None = None
    assessment_id: str = ""
    amends: str = ""
    definition: str = ""
    sequence: int = 0
    mode: Mode = "unknown"


@dataclass(frozen=True, slots=True)
class RetractAnswers:
    """These answers were never the patient's, or were made by mistake."""

    event_id: str
    at: datetime
    patient_id: str
    assessment_id: str


@dataclass(frozen=True, slots=True)
class RecordStreamConsent:
    """The patient's word on the analysts' stream, given with or taken back with the consent."""

    event_id: str
    at: datetime
    patient_id: str
    granted: bool


@dataclass(frozen=True, slots=True)
class ErasePatient:
    """Intake has erased who the patient is."""

    event_id: str
    at: datetime
    patient_id: str


@dataclass(frozen=True, slots=True)
class LookAgain:
    """The hour has come to look whether more may be told of who a subject of the stream is.

    `struck_at`: when the hour was found to have come, from which the next one counts."""

    at: datetime
    struck_at: datetime
    patient_id: str


@dataclass(frozen=True, slots=True)
class OpenCourse:
    event_id: str
    at: datetime
    patient_id: str
    course_id: str
    route: Route


@dataclass(frozen=True, slots=True)
class RecordDose:
    event_id: str
    at: datetime
    patient_id: str
    encounter_id: str
    number: int


@dataclass(frozen=True, slots=True)
class CloseAlerts:
    """A psychiatrist has seen the patient at `at` and lifted the safety hold."""

    event_id: str
    at: datetime
    patient_id: str
