"""Process notes: the author's own, apart from the record (45 CFR 164.501; SES-8).

They are never in an event, the journal, an export, a log or a search; here only their covers are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.kernel.identifiers import derive


@dataclass(frozen=True, slots=True)
class Authorship:
    """Whose note about which encounter. The key is theirs alone."""

    clinic: str
    author: str
    encounter_id: str

    @property
    def key_id(self) -> str:
        return derive(f"{self.clinic}/{self.author}", f"process-note/{self.encounter_id}")


@dataclass(frozen=True, slots=True)
class NoteKey:
    key_id: str
    patient_id: str
    wrapped: str


@dataclass(frozen=True, slots=True)
class SealedNote:
    """One version. `sha256` is of what is stored, so that it tells nothing of what it says."""

    note_id: str
    patient_id: str
    key_id: str
    version: int
    written_at: datetime
    sealed: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Access:
    """The audit row: who did what, when, to which version; never what it says."""

    access_id: str
    patient_id: str
    author: str
    encounter_id: str
    action: Literal["written", "read"]
    at: datetime
    version: int
    sha256: str


def name_of(key_id: str, version: int) -> str:
    """What a version is sealed under: it cannot be shown as another version or another's."""
    return f"{key_id}/{version}"
