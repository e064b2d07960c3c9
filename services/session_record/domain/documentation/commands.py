"""What can be told of the record: to write, sign, amend, retract, and to do what is due."""

from dataclasses import dataclass

from services.session_record.domain.commands import Command, EncounterCommand
from shared.contracts.site import (
    AdverseEventContent,
    ChartNote,
    EntryKind,
    RemsAnswers,
    Therapy,
    VitalSigns,
)


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry says, in exactly one of its kinds."""

    note: ChartNote | None = None
    therapy: Therapy | None = None
    rems_answers: RemsAnswers | None = None
    adverse_event: AdverseEventContent | None = None
    vital_signs: VitalSigns | None = None

    def kinds(self) -> tuple[EntryKind, ...]:
        named: tuple[tuple[EntryKind, object], ...] = (
            ("chart-note", self.note),
            ("therapy", self.therapy),
            ("rems-answers", self.rems_answers),
            ("adverse-event", self.adverse_event),
            ("vital-signs", self.vital_signs),
        )
        return tuple(kind for kind, content in named if content is not None)

    @property
    def kind(self) -> EntryKind:
        return self.kinds()[0]


@dataclass(frozen=True, slots=True)
class Write(EncounterCommand):
    author: str
    content: Content


@dataclass(frozen=True, slots=True)
class Sign(EncounterCommand):
    signer: str


@dataclass(frozen=True, slots=True)
class Change(EncounterCommand):
    """`entry` is the event that made the entry, `source` who sends this: it waits for that one."""

    entry: str
    author: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Amend(Change):
    content: Content


@dataclass(frozen=True, slots=True)
class Retract(Change):
    pass


@dataclass(frozen=True, slots=True)
class SubmitRems(EncounterCommand):
    confirmation: str


@dataclass(frozen=True, slots=True)
class Escalate(EncounterCommand):
    entry: str
    escalated_to: str
    author: str
    source: str


@dataclass(frozen=True, slots=True)
class StrikeTask(Command):
    """The hour has come at which the task wanted to be looked at."""

    task_id: str
