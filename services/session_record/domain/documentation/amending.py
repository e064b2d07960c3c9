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
from services.session_record.domain.encounter import (
    AdverseEvent,
    Encounter,
    Reading,
    check_patient,
)
from services.session_record.domain.monitoring.corrected import correct, reading_of, withdraw
from shared.contracts.documentation import EncounterAmended
from shared.contracts.session_record import AdverseEventRecorded, VitalsAlarmRaised
from shared.contracts.site import AdverseEventContent, EntryKind, VitalSigns
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy

Told = EncounterAmended | AdverseEventRecorded | VitalsAlarmRaised


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
    if _event(encounter, entry_id):
        return "adverse-event"
    readings = (*encounter.readings, *encounter.in_error)
    return "vital-signs" if any(entry_id in each.events for each in readings) else None


def amend(
    command: Amend, record: Record, encounter: Encounter, kind: EntryKind, policy: Policy
) -> Amended:
    _check(command, record, encounter)
    if command.content.kinds() != (kind,):
        words = f"the entry is of kind {kind}: send its content whole, and nothing of another kind"
        raise Rejected("other-kind", words)
    changed = _with_amendment(command, record, kind, "amended")
    changed = with_entry(changed, command, command.author, command.content)
    amended = Amended(changed, encounter, (_told(command, kind, "amended"),))
    if content := command.content.adverse_event:
        return _reported(command, content, amended)
    if said := command.content.vital_signs:
        return _measured(command, said, amended, policy)
    return amended


def retract(
    command: Retract, record: Record, encounter: Encounter, kind: EntryKind, policy: Policy
) -> Amended:
    _check(command, record, encounter)
    changed = _with_amendment(command, record, kind, "entered-in-error")
    told = (_told(command, kind, "entered-in-error"),)
    if kind == "vital-signs":
        reading = _reading(command, encounter)
        return Amended(changed, withdraw(reading, encounter, policy), told)
    before = _event(encounter, command.entry)
    without = _over(encounter, command) if before else encounter
    return Amended(changed, without, told, before)


def standing(encounter: Encounter) -> tuple[AdverseEvent, ...]:
    """The adverse events that count: neither amended nor entered in error."""
    return tuple(each for each in encounter.adverse_events if not each.amended_by)


def _check(command: Change, record: Record, encounter: Encounter) -> None:
    check_patient(command, encounter)
    if before := record.amendment_of(command.entry):
        _refuse(before)
    name = command.entry
    written = record.entry(name) or _event(encounter, name) or reading_of(encounter, name)
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


def _reported(command: Amend, content: AdverseEventContent, amended: Amended) -> Amended:
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


def _measured(command: Amend, said: VitalSigns, amended: Amended, policy: Policy) -> Amended:
    """The corrected values stand in the place of the reading, and are judged as they are now."""
    reading = _reading(command, amended.encounter)
    encounter, alarms = correct(command.event_id, said, reading, amended.encounter, policy)
    return Amended(amended.record, encounter, (*amended.told, *alarms))


def _reading(command: Change, encounter: Encounter) -> Reading:
    reading = reading_of(encounter, command.entry)
    if reading is None:
        words = "this reading was corrected before, under the id of another event that sent it"
        raise Rejected("already-amended", words)
    return reading


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
