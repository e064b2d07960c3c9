"""Words that the posted events of several services share."""

from typing import Annotated, Literal

from shared.contracts.shapes import Between, Items, Text

Indication = Literal[
    "treatment-resistant-depression", "chronic-depression", "ptsd", "existential-distress"
]
Route = Literal["iv", "im", "sl", "esketamine"]
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
Answer = Annotated[int, Between(0, 100)]
Answers = Annotated[tuple[Answer | None, ...], Items(40, 1)]
Staff = Annotated[str, Text(64, r"([A-Za-z0-9][A-Za-z0-9_.:-]*)?", shortest=0)]
"""An `Id`, or empty where nobody is named: what is encoded from a default must load again."""
