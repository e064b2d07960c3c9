"""How an encounter ends that needs no gate: preparation, integration, and a dose not given."""

from dataclasses import replace
from datetime import datetime

from services.session_record.domain.commands import AbandonEncounter, FinishEncounter, MoveDrug
from services.session_record.domain.encounter import Encounter, check_patient, check_unlocked
from services.session_record.domain.monitoring.due import left
from shared.contracts.session_record import EncounterCancelled, EncounterCompleted
from shared.kernel.errors import Rejected


def finish_encounter(
    command: FinishEncounter, encounter: Encounter
) -> tuple[Encounter, EncounterCompleted]:
    check_patient(command, encounter)
    check_unlocked(encounter, command)
    check_in_progress(encounter)
    if encounter.session == "dosing":
        raise Rejected("discharge-needed", "a dosing session ends with a discharge")
    _check_end(command.at, encounter)
    return ended(encounter, command.at)


def abandon_encounter(
    command: AbandonEncounter, encounter: Encounter
) -> tuple[Encounter, EncounterCancelled]:
    """The patient came for a dose and goes home without one."""
    check_patient(command, encounter)
    check_unlocked(encounter, command)
    check_in_progress(encounter)
    if encounter.dose:
        raise Rejected("dose-given", "a dose was given: the session ends with a discharge")
    _check_end(command.at, encounter)
    cancelled = EncounterCancelled(
        encounter.encounter_id,
        encounter.appointment_id,
        encounter.course_id,
        encounter.session,
        encounter.dose_number,
        command.reason,
        command.at,
    )
    gone = replace(
        encounter, status="cancelled", finished_at=command.at, cancelled_for=command.reason
    )
    return gone, cancelled


def supplied(command: MoveDrug, encounter: Encounter) -> Encounter:
    """A container is dispensed for it: at its end what came out of it must balance."""
    check_unlocked(encounter, command)
    check_in_progress(encounter)
    containers = dict.fromkeys((*encounter.containers, command.patient_id))
    return replace(encounter, containers=tuple(containers))


def check_in_progress(encounter: Encounter) -> None:
    if encounter.status != "in-progress":
        raise Rejected("encounter-finished", "this session has ended before")


def ended(encounter: Encounter, at: datetime) -> tuple[Encounter, EncounterCompleted]:
    completed = EncounterCompleted(
        encounter.encounter_id,
        encounter.appointment_id,
        encounter.course_id,
        encounter.session,
        encounter.dose_number,
        at,
    )
    gone = replace(left(encounter, at), status="finished", finished_at=at)
    return gone, completed


def _check_end(at: datetime, encounter: Encounter) -> None:
    if at < encounter.arrived_at:
        raise Rejected("ends-before-arrival", "the session cannot end before the patient arrived")
