"""Amendments: what was written stays, and is followed by what it should have said (SES-7).

An entry is amended once; what follows amends the amendment, so that a chain has one newest end.
"""

from dataclasses import dataclass, replace
from typing import Literal

from services.session_record.domain.adverse import report_adverse_event
from services.session_record.domain.commands import ReportAdverseEvent
from services.session_record.domain.documentation.commands import Amend, Change, Retract
from services.session_record.domain.documentation.records import (
    Amendment,
    Record,
    with_entry,
)
from services.session_record.domain.encounter import AdverseEvent, Encounter, check_patient
from services.session_record.domain.history import History, Reaction
from shared.contracts.documentation import EncounterAmended
from shared.contracts.session_record import AdverseEventRecorded
from shared.contracts.site import AdverseEventContent, EntryKind
from shared.kernel.errors import Rejected

Told = EncounterAmended | AdverseEventRecorded


@dataclass(frozen=True, slots=True)
class Amended:
    """What comes of it. `before`: the adverse event that no longer counts, if it was one."""

    record: Record
    encounter: Encounter
    told: tuple[Told, ...]
    before: AdverseEvent | None = None


def kind_of(entry_id: str, record: Record, encounter: Encounter) -> EntryKind | None:
    """None: no entry of this id has been heard of."""
    if entry := record.entry(entry_id):
        return entry.content.kind
    return "adverse-event" if _event(encounter, entry_id) else None


def amend(command: Amend, record: Record, encounter: Encounter, kind: EntryKind) -> Amended:
    _check(command, record, encounter)
    if command.content.kinds() != (kind,):
        words = f"the entry is of kind {kind}: send its content whole, and nothing of another kind"
        raise Rejected("other-kind", words)
    changed = _with_amendment(command, record, kind, "amended")
    changed = with_entry(changed, command, command.author, command.content)
    told = _told(command, kind, "amended")
    content = command.content.adverse_event
    if content is None:
        return Amended(changed, encounter, (told,))
    return _corrected(command, content, Amended(changed, encounter, (told,)))


def retract(command: Retract, record: Record, encounter: Encounter, kind: EntryKind) -> Amended:
    _check(command, record, encounter)
    changed = _with_amendment(command, record, kind, "entered-in-error")
    told = _told(command, kind, "entered-in-error")
    before = _event(encounter, command.entry)
    without = _over(encounter, command) if before else encounter
    return Amended(changed, without, (told,), before)


def standing(encounter: Encounter) -> tuple[AdverseEvent, ...]:
    """The adverse events that count: neither amended nor entered in error."""
    return tuple(each for each in encounter.adverse_events if not each.amended_by)


def reactions_of(history: History, encounter: Encounter) -> History:
    """The patient's history with the adverse events of this encounter that count."""
    count = tuple(
        Reaction(each.at, each.term, each.grade, each.serious) for each in standing(encounter)
    )
    entries = tuple(
        replace(each, reactions=count) if each.encounter_id == encounter.encounter_id else each
        for each in history.entries
    )
    return replace(history, entries=entries)


def _check(command: Change, record: Record, encounter: Encounter) -> None:
    check_patient(command, encounter)
    if before := record.amendment_of(command.entry):
        _refuse(before)
    written = record.entry(command.entry) or _event(encounter, command.entry)
    if written and command.at < written.at:
        words = "the correction is dated before the entry it corrects; check the time"
        raise Rejected("before-its-entry", words)


def _refuse(before: Amendment) -> None:
    if before.change == "amended":
        words = f"the entry was amended by {before.by}: amend or retract that one"
        raise Rejected("already-amended", words)
    raise Rejected("already-retracted", "the entry was entered in error; write a new one")


def _with_amendment(
    command: Change,
    record: Record,
    kind: EntryKind,
    change: Literal["amended", "entered-in-error"],
) -> Record:
    amendment = Amendment(
        command.event_id,
        command.at,
        command.entry,
        kind,
        change,
        command.author,
        command.reason,
    )
    return replace(record, amendments=(*record.amendments, amendment))


def _told(
    command: Change, kind: EntryKind, change: Literal["amended", "entered-in-error"]
) -> EncounterAmended:
    return EncounterAmended(command.encounter_id, command.entry, kind, change)


def _corrected(command: Amend, content: AdverseEventContent, amended: Amended) -> Amended:
    """The corrected adverse event stands beside the one it replaces, and is told anew (SES-6)."""
    before = _event(amended.encounter, command.entry)
    assert before, "an adverse event is amended where it was reported"
    report = ReportAdverseEvent(
        command.event_id,
        command.at if _is_graver(content, before) else before.at,
        command.patient_id,
        command.encounter_id,
        content.term,
        content.grade,
        content.serious,
        content.relation,
        content.action,
        content.outcome,
        content.onset or before.onset,
        content.criteria,
    )
    encounter, recorded = report_adverse_event(report, _over(amended.encounter, command))
    return Amended(amended.record, encounter, (*amended.told, recorded), before)


def _is_graver(content: AdverseEventContent, before: AdverseEvent) -> bool:
    """Then nobody can have reviewed it before now, and it counts from now (SES-6)."""
    return content.grade > before.grade or (content.serious and not before.serious)


def _event(encounter: Encounter, entry_id: str) -> AdverseEvent | None:
    events = encounter.adverse_events
    return next((each for each in events if each.event_id == entry_id), None)


def _over(encounter: Encounter, command: Change) -> Encounter:
    """The encounter, with the adverse event marked as no longer counting."""
    marked = tuple(
        replace(each, amended_by=command.event_id) if each.event_id == command.entry else each
        for each in encounter.adverse_events
    )
    return replace(encounter, adverse_events=marked)
