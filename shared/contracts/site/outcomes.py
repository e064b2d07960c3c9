"""What sites post to outcomes. `subject` is the patient id."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from shared.contracts.instruments import InstrumentCode
from shared.contracts.shapes import Between
from shared.contracts.site.words import Answers


@dataclass(frozen=True, slots=True)
class AssessmentAnswered:
    """A QuestionnaireResponse during or after the course; as `ScreeningAnswered`."""

    type: ClassVar[str] = "outcomes.assessment.answered.v1"
    instrument: InstrumentCode
    answers: Answers
    total: Annotated[float, Between(0, 200)] | None = None
