"""What somebody has yet to do, and by when: raised by an event, reminded by the clock, closed by
the event that does it (SES-10). Whatever is told of a task is told once.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.session_record.domain.commands import Command
from services.session_record.domain.encounter import Encounter
from shared.contracts.documentation import (
    TaskClosed,
    TaskDueSoon,
    TaskKind,
    TaskOverdue,
    TaskRaised,
)
from shared.kernel.identifiers import derive

Closed = Literal["completed", "cancelled"]
Status = Literal["open", "due-soon", "overdue", "completed", "cancelled"]
OPEN: tuple[Status, ...] = ("open", "due-soon", "overdue")


@dataclass(frozen=True, slots=True)
class Task:
    """`about`: the goal or entry it is for, if not the whole encounter. `source`: of its rule."""

    task_id: str
    patient_id: str
    encounter_id: str
    kind: TaskKind
    about: str
    source: str
    raised_at: datetime
    warn_at: datetime | None
    due_at: datetime
    status: Status = "open"
    closed_at: datetime | None = None
    closed_by: str = ""

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def wake_at(self) -> datetime | None:
        """When the clock has something to say of it."""
        if self.status == "open":
            return self.warn_at or self.due_at
        return self.due_at if self.status == "due-soon" else None


@dataclass(frozen=True, slots=True)
class Term:
    """What a task is for, and how long it may take. `occasion`: the event that asked for it, of
    what may be asked for again."""

    kind: TaskKind
    due_at: datetime
    source: str
    warn_after: timedelta | None = None
    about: str = ""
    occasion: str = ""


def raise_task(command: Command, encounter: Encounter, term: Term) -> tuple[Task, TaskRaised]:
    task = Task(
        derive(encounter.encounter_id, f"task/{term.kind}/{term.about}/{term.occasion}"),
        encounter.patient_id,
        encounter.encounter_id,
        term.kind,
        term.about,
        term.source,
        command.at,
        command.at + term.warn_after if term.warn_after else None,
        term.due_at,
    )
    return task, TaskRaised(task.task_id, task.encounter_id, task.kind, task.due_at)


def strike(task: Task, at: datetime) -> tuple[Task, tuple[TaskDueSoon | TaskOverdue, ...]]:
    """What the clock says at `at`: due soon, overdue, or nothing new."""
    told = (task.task_id, task.encounter_id, task.kind, task.due_at)
    if task.status in ("open", "due-soon") and at >= task.due_at:
        return replace(task, status="overdue"), (TaskOverdue(*told),)
    if task.status == "open" and task.warn_at and at >= task.warn_at:
        return replace(task, status="due-soon"), (TaskDueSoon(*told),)
    return task, ()


def close(task: Task, command: Command, outcome: Closed) -> tuple[Task, TaskClosed]:
    closed = replace(task, status=outcome, closed_at=command.at, closed_by=command.event_id)
    return closed, TaskClosed(task.task_id, task.encounter_id, task.kind, outcome)
