"""What a patient's encounters have come to, in one document: the facts that later doses rest on.

Kept per patient and not per course, because gaps and weights do not end with a course (SCH-9).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.session_record.domain.commands import (
    AdministerDose,
    DischargePatient,
    EncounterCommand,
    EnrolPatient,
    ReportAdverseEvent,
)
from services.session_record.domain.weights import Weight
from shared.contracts.scheduling import SessionKind


@dataclass(frozen=True, slots=True)
class Reaction:
    """As much of an adverse event as a later dose must know."""

    at: datetime
    term: str
    grade: int
    serious: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One encounter. `dosed_at`, `finished_at`: None until it happened.

    `recovered`: the patient left through the discharge gate.
    """

    encounter_id: str
    appointment_id: str
    course_id: str
    session: SessionKind
    dose_number: int
    dosed_at: datetime | None = None
    finished_at: datetime | None = None
    weight: Weight | None = None
    reactions: tuple[Reaction, ...] = ()
    dose_mg: float | None = None
    dose_mg_per_kg: float | None = None
    recovered: bool = False

    def is_finished_by(self, at: datetime) -> bool:
        return self.finished_at is not None and self.finished_at <= at


@dataclass(frozen=True, slots=True)
class History:
    patient_id: str
    entries: tuple[Entry, ...] = ()
    enrolled_at: datetime | None = None

    def has_opened(self, appointment_id: str) -> bool:
        return any(each.appointment_id == appointment_id for each in self.entries)

    def finished(self, course_id: str, session: SessionKind, at: datetime) -> list[Entry]:
        return [
            each
            for each in self.entries
            if each.course_id == course_id and each.session == session and each.is_finished_by(at)
        ]

    def doses(self) -> list[tuple[datetime, Entry]]:
        """Every dose of the patient with its time, the earliest first."""
        given = [(each.dosed_at, each) for each in self.entries if each.dosed_at]
        return sorted(given, key=lambda dose: dose[0])

    def last_dose(self, course_id: str, at: datetime) -> Entry | None:
        before = [e for when, e in self.doses() if e.course_id == course_id and when < at]
        return before[-1] if before else None

    def reactions(self) -> Iterator[Reaction]:
        return (reaction for entry in self.entries for reaction in entry.reactions)

    def weights(self) -> Iterator[Weight]:
        return (entry.weight for entry in self.entries if entry.weight)


def opened(history: History, entry: Entry) -> History:
    return replace(history, entries=(*history.entries, entry))


def weighed(history: History, encounter_id: str, weight: Weight) -> History:
    """Keeps the newest weight of the encounter."""
    known = _entry(history, encounter_id).weight
    if known and (known.at, known.kg) >= (weight.at, weight.kg):
        return history
    return _amended(history, encounter_id, weight=weight)


def dosed(history: History, command: AdministerDose, mg_per_kg: float | None) -> History:
    return _amended(
        history,
        command.encounter_id,
        dosed_at=command.at,
        dose_mg=command.dose_mg,
        dose_mg_per_kg=mg_per_kg,
    )


def reacted(history: History, command: ReportAdverseEvent) -> History:
    reaction = Reaction(command.at, command.term, command.grade, command.serious)
    known = _entry(history, command.encounter_id).reactions
    return _amended(history, command.encounter_id, reactions=(*known, reaction))


def discharged(history: History, command: DischargePatient) -> History:
    """Whoever passed the gate has recovered: awake, with vital signs after the dose."""
    return _amended(history, command.encounter_id, finished_at=command.at, recovered=True)


def finished(history: History, command: EncounterCommand) -> History:
    return _amended(history, command.encounter_id, finished_at=command.at)


def enrolled(history: History, command: EnrolPatient) -> History:
    """REMS enrolment; the first one told stays."""
    earliest = min(history.enrolled_at or command.at, command.at)
    return replace(history, enrolled_at=earliest)


def _entry(history: History, encounter_id: str) -> Entry:
    return next(each for each in history.entries if each.encounter_id == encounter_id)


def _amended(history: History, encounter_id: str, **changes: Any) -> History:
    entries = tuple(
        replace(each, **changes) if each.encounter_id == encounter_id else each
        for each in history.entries
    )
    return replace(history, entries=entries)
