"""Words that the posted events of several services share."""

from typing import Annotated, Literal

from shared.contracts.shapes import Between, Items, OptionalId, Text

Indication = Literal[
    "treatment-resistant-depression", "chronic-depression", "ptsd", "existential-distress"
]
Route = Literal["iv", "im", "sl", "esketamine"]
SessionKind = Literal["preparation", "dosing", "integration"]
Role = Literal[
    "coordinator",
    "nurse",
    "therapist",
    "sitter",
    "prescriber",
    "medical-clearer",
    "psychiatrist",
    "medical-director",
]
"""What a person at a clinic acts as. A credential says from when to when one may."""
Icd10 = Annotated[str, Text(8, r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?")]
Answer = Annotated[int, Between(0, 100)]
Answers = Annotated[tuple[Answer | None, ...], Items(40, 1)]
Staff = OptionalId
"""Who of the clinic; empty where nobody is named."""
WorkUpItem = Literal[
    "ecg",
    "liver-function",
    "renal-function",
    "pregnancy-test",
    "urine-drug-screen",
    "urinary-symptoms",
    "cognition",
    "prescription-monitoring",
]
WorkUpResult = Literal["normal", "abnormal", "negative", "positive", "not-applicable"]
"""`not-applicable`: a documented exemption (of a pregnancy test: cannot be pregnant)."""
