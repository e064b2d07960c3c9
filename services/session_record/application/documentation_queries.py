"""What HTTP may read of the written record: entries with their amendments, REMS form, tasks.

Process notes are not here: see process_notes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.session_record.application.documents import ENCOUNTERS, RECORDS, TASKS
from services.session_record.domain.documentation import rems
from services.session_record.domain.documentation.records import (
    Amendment,
    Entry,
    Escalation,
    Record,
    Submission,
    record_of,
)
from services.session_record.domain.documentation.rems import RemsForm
from services.session_record.domain.documentation.tasks import OPEN, Status, Task
from services.session_record.domain.encounter import Assessment, Encounter
from shared.contracts.documentation import TaskKind
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import (
    AdverseEventContent,
    ChartNote,
    EntryKind,
    RemsAnswers,
    Therapy,
    VitalSigns,
)
from shared.kernel.policy import Policy
from shared.storage.reads import Read, Reads


@dataclass(frozen=True, slots=True)
class EntryView:
    """`status`: whether it counts; `by`: the event after which it does not."""

    entry_id: str
    at: datetime
    author: str
    kind: EntryKind
    status: Literal["current", "amended", "entered-in-error"]
    by: str
    note: ChartNote | None
    therapy: Therapy | None
    rems_answers: RemsAnswers | None
    adverse_event: AdverseEventContent | None
    vital_signs: VitalSigns | None


@dataclass(frozen=True, slots=True)
class SignatureView:
    at: datetime
    signer: str
    policy_version: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """`assessments`: the questionnaires of the session (MEQ30, EBI), beside what was written."""

    encounter_id: str
    patient_id: str
    course_id: str
    session: SessionKind
    signature: SignatureView | None
    entries: tuple[EntryView, ...]
    amendments: tuple[Amendment, ...]
    escalations: tuple[Escalation, ...]
    rems: Submission | None
    assessments: tuple[Assessment, ...]


@dataclass(frozen=True, slots=True)
class TaskView:
    """`about`: the goal or adverse event it is for, if not the whole encounter."""

    task_id: str
    patient_id: str
    encounter_id: str
    kind: TaskKind
    about: str
    source: str
    raised_at: datetime
    due_at: datetime
    status: Status
    closed_at: datetime | None


def record(reads: Reads, encounter_id: str) -> Read[RecordView] | None:
    encounter = reads.get(ENCOUNTERS, encounter_id)
    if encounter is None:
        return None
    found = reads.get(RECORDS, encounter_id)
    written = found.aggregate if found else record_of(encounter.aggregate)
    version = found.version if found else 0
    view = _record(written, encounter.aggregate)
    return Read(view, version, encounter.clinic, encounter.cursor)


def rems_form(reads: Reads, encounter_id: str, policy: Policy) -> RemsForm | None:
    """None: no such encounter, or no esketamine was given in it."""
    encounter = reads.get(ENCOUNTERS, encounter_id)
    if encounter is None:
        return None
    found = reads.get(RECORDS, encounter_id)
    written = found.aggregate if found else record_of(encounter.aggregate)
    return rems.form_of(written, encounter.aggregate, policy)


def tasks(
    reads: Reads,
    *,
    after: str = "",
    limit: int,
    status: str | None = None,
    patient_id: str = "",
) -> list[Read[TaskView]]:
    """`status` None: whatever is still to be done."""
    wanted: dict[str, object] = {"patient_id": patient_id} if patient_id else {}
    if status != "all":
        wanted["status"] = status or OPEN
    found = reads.page(TASKS, after=after, limit=limit, **wanted)
    return [Read(_task(each.aggregate), each.version, each.clinic, each.cursor) for each in found]


def _record(written: Record, encounter: Encounter) -> RecordView:
    signature = written.signature
    return RecordView(
        written.encounter_id,
        written.patient_id,
        written.course_id,
        written.session,
        SignatureView(signature.at, signature.signer, signature.policy.version)
        if signature
        else None,
        tuple(_entry(each, written) for each in written.entries),
        written.amendments,
        written.escalations,
        written.rems,
        encounter.assessments,
    )


def _entry(entry: Entry, written: Record) -> EntryView:
    over, content = written.amendment_of(entry.entry_id), entry.content
    return EntryView(
        entry.entry_id,
        entry.at,
        entry.author,
        content.kind,
        over.change if over else "current",
        over.by if over else "",
        content.note,
        content.therapy,
        content.rems_answers,
        content.adverse_event,
        content.vital_signs,
    )


def _task(task: Task) -> TaskView:
    return TaskView(
        task.task_id,
        task.patient_id,
        task.encounter_id,
        task.kind,
        task.about,
        task.source,
        task.raised_at,
        task.due_at,
        task.status,
        task.closed_at,
    )
