"""What sites post to outcomes. `subject` is the patient id."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from shared.contracts.instruments import InstrumentCode
from shared.contracts.shapes import Between, Code, Id, OptionalId, Text
from shared.contracts.site.words import Answers


@dataclass(frozen=True, slots=True)
class AssessmentAnswered:
    """A QuestionnaireResponse during or after the course; as `ScreeningAnswered`.

    `definition`: the scoring rules that the site's form was made for, refused if they are not
    ours; empty: ours. `amends`: the id of the event whose answers these correct, from the same
    source. `mode`: how it was answered.
    """

    type: ClassVar[str] = "outcomes.assessment.answered.v1"
    instrument: InstrumentCode
    answers: Answers
    total: Annotated[float, Between(0, 200)] | None = None
    definition: Annotated[str, Text(64, r"([a-z0-9][a-z0-9/.-]*)?", shortest=0)] = ""
    amends: OptionalId = ""
    mode: Literal["self", "clinician", "phone", "unknown"] = "unknown"


@dataclass(frozen=True, slots=True)
class AssessmentRetracted:
    """These answers were never this patient's, or were made by mistake: they count no longer.

    `amends`: the id of the event that brought them, from the same source.
    """

    type: ClassVar[str] = "outcomes.assessment.retracted.v1"
    amends: Id
    reason: Code
