"""Events of session-record about the record itself, on topic `session-record.encounter`.

Codes and ids only: what was written stays in the record.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from shared.contracts.scheduling import SessionKind
from shared.contracts.shapes import Id
from shared.contracts.site.documentation import EntryKind

TaskKind = Literal["rems-form", "integration-follow-up", "sae-escalation", "record-unsigned"]


@dataclass(frozen=True, slots=True)
class EncounterSigned:
    """The record of the encounter is complete, signed and locked."""

    type: ClassVar[str] = "session-record.encounter.signed.v1"
    encounter_id: Id
    course_id: Id
    session: SessionKind
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class EncounterAmended:
    """`entry` (an event id) was replaced by the event that caused this, or entered in error."""

    type: ClassVar[str] = "session-record.encounter.amended.v1"
    encounter_id: Id
    entry: Id
    kind: EntryKind
    change: Literal["amended", "entered-in-error"]


@dataclass(frozen=True, slots=True)
class TaskRaised:
    """Somebody has something to do by `due_at`."""

    type: ClassVar[str] = "session-record.encounter.task-raised.v1"
    task_id: Id
    encounter_id: Id
    kind: TaskKind
    due_at: datetime


@dataclass(frozen=True, slots=True)
class TaskDueSoon:
    type: ClassVar[str] = "session-record.encounter.task-due-soon.v1"
    task_id: Id
    encounter_id: Id
    kind: TaskKind
    due_at: datetime


@dataclass(frozen=True, slots=True)
class TaskOverdue:
    type: ClassVar[str] = "session-record.encounter.task-overdue.v1"
    task_id: Id
    encounter_id: Id
    kind: TaskKind
    due_at: datetime


@dataclass(frozen=True, slots=True)
class TaskClosed:
    """Done, or no longer needed (`cancelled`)."""

    type: ClassVar[str] = "session-record.encounter.task-closed.v1"
    task_id: Id
    encounter_id: Id
    kind: TaskKind
    outcome: Literal["completed", "cancelled"]
