"""What the audit says outside its store: how far its chain had come, and with which hash."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from shared.contracts.shapes import Between, Text


@dataclass(frozen=True, slots=True)
class HeadAnchored:
    """Block `n` of the service's audit chain, sealed at `at`, has this SHA-256.

    Whoever changes or cuts the chain later would have to change this too. It tells nothing of
    what is in the blocks, and is about no patient and of no clinic.
    """

    type: ClassVar[str] = "network.audit.head-anchored.v1"
    n: Annotated[int, Between(1, 2**53)]
    hash: Annotated[str, Text(64, r"[0-9a-f]{64}")]
    at: datetime
