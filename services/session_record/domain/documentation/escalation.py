"""A serious adverse event is told to those who must know, once, inside its hours (SES-6)."""

from dataclasses import replace

from services.session_record.domain.documentation.commands import Escalate
from services.session_record.domain.documentation.records import Escalation, Record
from services.session_record.domain.encounter import Encounter, check_patient
from shared.kernel.errors import Rejected


def is_known(entry_id: str, encounter: Encounter) -> bool:
    return any(each.event_id == entry_id for each in encounter.adverse_events)


def escalate(command: Escalate, record: Record, encounter: Encounter) -> Record:
    check_patient(command, encounter)
    event = next(each for each in encounter.adverse_events if each.event_id == command.entry)
    if event.amended_by:
        words = f"this adverse event was corrected by {event.amended_by}: escalate that one"
        raise Rejected("already-amended", words)
    if not event.serious:
        raise Rejected("not-serious", "this adverse event is not serious: nothing to escalate")
    if any(each.entry == command.entry for each in record.escalations):
        raise Rejected("already-escalated", "this adverse event was escalated before")
    done = Escalation(command.at, command.entry, command.escalated_to, command.author)
    return replace(record, escalations=(*record.escalations, done))
