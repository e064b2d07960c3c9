"""What sites post to session-record about what was said and written, beside what was measured.

Texts stay in the record: no published event has any of them (clinical reference, section 6).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from shared.contracts.shapes import Between, Code, Id, Items, OptionalId, Text
from shared.contracts.site.session_record import SeriousCriterion, Symptom

Words = Annotated[str, Text(1000, shortest=0)]
"""A short text, or none."""
Reason = Annotated[str, Text(400)]
Minute = Annotated[int, Between(0, 720, "min")]
"""Since the first administration; since the beginning where there is no dose."""
Conviction = Annotated[int, Between(0, 100, "%")]
GoalStatus = Literal["active", "achieved", "on-hold", "cancelled"]
"""As FHIR's Goal.lifecycleStatus."""
Section = Literal["history", "observation", "assessment", "plan", "session", "instructions"]
EntryKind = Literal["chart-note", "therapy", "rems-answers", "adverse-event", "vital-signs"]


@dataclass(frozen=True, slots=True)
class SetAndSetting:
    """With what the patient comes, and into what room. `touch`: what was agreed beforehand."""

    intention: Words
    expectations: Words
    mood: Code
    room: Code
    music: Code
    eyeshades: bool
    touch: Literal["none", "hands-and-shoulders", "on-request"]


@dataclass(frozen=True, slots=True)
class Intervention:
    """Guidance in the session: `grounding`, `breathing`, `reassurance`, `silence`, …"""

    minute: Minute
    kind: Code
    words: Words = ""


@dataclass(frozen=True, slots=True)
class DifficultPassage:
    """Fear, grief, confusion: from when to when, and what was done. Not by itself harm."""

    from_min: Minute
    to_min: Minute
    kind: Code
    support: Code
    resolved: bool


@dataclass(frozen=True, slots=True)
class ReframedBelief:
    """What was believed, what is believed now, and how firmly each."""

    before: Words
    after: Words
    conviction_before: Conviction
    conviction_after: Conviction


@dataclass(frozen=True, slots=True)
class IntegrationGoal:
    """A goal and what is practised for it. Told again under the same id, it is followed up."""

    goal_id: Id
    goal: Words
    practice: Words
    frequency: Code
    status: GoalStatus = "active"
    follow_up_on: date | None = None


@dataclass(frozen=True, slots=True)
class Therapy:
    """The therapist's part of the record. `integrates`: the encounter of the dose that an
    integration session is about."""

    integrates: OptionalId = ""
    setting: SetAndSetting | None = None
    interventions: Annotated[tuple[Intervention, ...], Items(60)] = ()
    themes: Annotated[tuple[Code, ...], Items(20)] = ()
    insights: Annotated[tuple[Words, ...], Items(20)] = ()
    passages: Annotated[tuple[DifficultPassage, ...], Items(20)] = ()
    beliefs: Annotated[tuple[ReframedBelief, ...], Items(20)] = ()
    goals: Annotated[tuple[IntegrationGoal, ...], Items(20)] = ()


@dataclass(frozen=True, slots=True)
class TherapyDocumented:
    """As often as there is something to add."""

    type: ClassVar[str] = "session-record.therapy.documented.v1"
    encounter_id: Id
    author: Id
    therapy: Therapy


@dataclass(frozen=True, slots=True)
class ChartNote:
    section: Section
    text: Annotated[str, Text(8000)]


@dataclass(frozen=True, slots=True)
class NoteWritten:
    """A chart note. (A process note is never posted as an event: it has an HTTP route.)"""

    type: ClassVar[str] = "session-record.note.written.v1"
    encounter_id: Id
    author: Id
    note: ChartNote


@dataclass(frozen=True, slots=True)
class Episode:
    """From when to when, in minutes since the first device; `resolved_min` None: not yet."""

    onset_min: Minute
    resolved_min: Minute | None = None


@dataclass(frozen=True, slots=True)
class RemsAnswers:
    """What the esketamine REMS form asks and no other entry says. Episodes: None where none."""

    setting: Literal["clinic", "hospital-outpatient", "inpatient"]
    benzodiazepines: bool
    sedative_hypnotics: bool
    psychostimulants: bool
    maois: bool
    sedation: Episode | None = None
    dissociation: Episode | None = None


@dataclass(frozen=True, slots=True)
class RemsAnswered:
    type: ClassVar[str] = "session-record.rems-form.answered.v1"
    encounter_id: Id
    author: Id
    rems_answers: RemsAnswers


@dataclass(frozen=True, slots=True)
class RemsSubmitted:
    """The form has gone to the REMS; `confirmation` is the number that came back."""

    type: ClassVar[str] = "session-record.rems-form.submitted.v1"
    encounter_id: Id
    confirmation: Id


@dataclass(frozen=True, slots=True)
class AdverseEventEscalated:
    """A serious adverse event was told to those who must know. `entry`: the event reporting it."""

    type: ClassVar[str] = "session-record.adverse-event.escalated.v1"
    encounter_id: Id
    entry: Id
    escalated_to: Code
    author: Id


@dataclass(frozen=True, slots=True)
class RecordSigned:
    """The signer stands for the record as it is; from here on it is only amended."""

    type: ClassVar[str] = "session-record.record.signed.v1"
    encounter_id: Id
    signer: Id


@dataclass(frozen=True, slots=True)
class AdverseEventContent:
    """As `AdverseEventReported`."""

    term: Code
    grade: Annotated[int, Between(1, 5)]
    serious: bool
    relation: Literal["unrelated", "possible", "probable", "definite"]
    action: Code
    outcome: Literal["resolved", "resolving", "ongoing", "fatal", "unknown"]
    onset: datetime | None = None
    criteria: Annotated[tuple[SeriousCriterion, ...], Items(6)] = ()


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """As `ObservationRecorded`, by a person. `measured_at` None: when the original was."""

    systolic: Annotated[int, Between(1, 400, "mm[Hg]")]
    diastolic: Annotated[int, Between(1, 300, "mm[Hg]")]
    heart_rate: Annotated[int, Between(1, 400, "/min")]
    oxygen_saturation: Annotated[int, Between(0, 100, "%")]
    weight_kg: Annotated[float, Between(1, 1000, "kg")] | None = None
    respiratory_rate: Annotated[int, Between(0, 100, "/min")] | None = None
    moaas: Annotated[int, Between(0, 5)] | None = None
    symptoms: Annotated[tuple[Symptom, ...], Items(7)] = ()
    measured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordEntryAmended:
    """What `entry` (the id of the event that made it) should have said, whole: exactly one kind."""

    type: ClassVar[str] = "session-record.entry.amended.v1"
    encounter_id: Id
    entry: Id
    author: Id
    reason: Reason
    note: ChartNote | None = None
    therapy: Therapy | None = None
    rems_answers: RemsAnswers | None = None
    adverse_event: AdverseEventContent | None = None
    vital_signs: VitalSigns | None = None


@dataclass(frozen=True, slots=True)
class RecordEntryRetracted:
    """`entry` was entered in error: it is kept, and counts no longer."""

    type: ClassVar[str] = "session-record.entry.retracted.v1"
    encounter_id: Id
    entry: Id
    author: Id
    reason: Reason
