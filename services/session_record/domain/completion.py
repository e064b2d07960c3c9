"""How an encounter ends: a dosing session through the discharge gate (SES-5), the others simply."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.session_record.domain.commands import DischargePatient, FinishEncounter
from services.session_record.domain.encounter import (
    Discharge,
    Dose,
    Encounter,
    check_patient,
    check_unlocked,
)
from services.session_record.domain.rule import Rule, blockers, in_words
from services.session_record.domain.vitals import stops
from shared.contracts.session_record import EncounterCompleted
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy

KEYS = (
    "discharge.moaas_min",
    "discharge.cadss_max",
    "discharge.aldrete_min",
    "bp.session_stop_systolic",
    "bp.session_stop_diastolic",
    "spo2.stop_below",
)


@dataclass(frozen=True, slots=True)
class Leaving:
    command: DischargePatient
    encounter: Encounter
    dose: Dose


def stay_too_short(leaving: Leaving, policy: Policy) -> str:
    stayed, least = leaving.command.at - leaving.dose.at, policy.minutes(_stay_key(leaving.dose))
    if stayed >= least:
        return ""
    minutes = int(stayed.total_seconds() // 60)
    return f"{minutes} of {policy[_stay_key(leaving.dose)]:g} minutes have passed since the dose"


def not_awake(leaving: Leaving, policy: Policy) -> str:
    value, least = leaving.command.moaas, policy["discharge.moaas_min"]
    return "" if value >= least else f"MOAA/S is {value}, at least {least:g} is needed"


def still_dissociated(leaving: Leaving, policy: Policy) -> str:
    value, most = leaving.command.cadss, policy["discharge.cadss_max"]
    return "" if value <= most else f"CADSS is {value}, at most {most:g} is allowed"


def not_recovered(leaving: Leaving, policy: Policy) -> str:
    value, least = leaving.command.aldrete, policy["discharge.aldrete_min"]
    return "" if value >= least else f"the Aldrete score is {value}, at least {least:g} is needed"


def no_escort(leaving: Leaving, _policy: Policy) -> str:
    return "" if leaving.command.escort_present else "the escort is not here"


def no_instructions(leaving: Leaving, _policy: Policy) -> str:
    given = leaving.command.instructions_given
    return "" if given else "the written instructions have not been given"


def vitals_in_stop_range(leaving: Leaving, policy: Policy) -> str:
    reading = leaving.encounter.last_reading(leaving.command.at)
    alarms = stops(reading, policy) if reading else ()
    return ", ".join(f"{each.rule}: {each.value:g}, limit {each.limit:g}" for each in alarms)


RULES: tuple[Rule[Leaving], ...] = (
    Rule("stay-too-short", "SES-5; esketamine REMS (S3, S4), others policy", stay_too_short),
    Rule("not-awake", "SES-5; clinical reference 3.4", not_awake),
    Rule("still-dissociated", "SES-5; clinical reference 3.4", still_dissociated),
    Rule("not-recovered", "SES-5; clinical reference 3.4", not_recovered),
    Rule("escort-absent", "SES-5, SCH-7; Spravato label (S1, S5)", no_escort),
    Rule("no-instructions", "SES-5; clinical reference 3.4", no_instructions),
    Rule("vitals-in-stop-range", "SES-5; clinical reference 2.2, 3.3", vitals_in_stop_range),
)


def discharge_patient(
    command: DischargePatient, encounter: Encounter, policy: Policy
) -> tuple[Encounter, EncounterCompleted]:
    check_patient(command, encounter)
    check_unlocked(encounter, command)
    _check_in_progress(encounter)
    if encounter.dose is None:
        raise Rejected("no-dose-given", "discharge is for dosing sessions, after the dose")
    leaving = Leaving(command, encounter, encounter.dose)
    if found := blockers(RULES, leaving, policy):
        raise Rejected("not-ready-to-leave", f"not ready to leave: {in_words(found)}", found)
    used = policy.reference(*KEYS, _stay_key(encounter.dose))
    discharge = Discharge(command.at, command.moaas, command.cadss, command.aldrete, used)
    return _ended(replace(encounter, discharge=discharge), command.at)


def finish_encounter(
    command: FinishEncounter, encounter: Encounter
) -> tuple[Encounter, EncounterCompleted]:
    check_patient(command, encounter)
    check_unlocked(encounter, command)
    _check_in_progress(encounter)
    if encounter.session == "dosing":
        raise Rejected("discharge-needed", "a dosing session ends with a discharge")
    if command.at < encounter.arrived_at:
        raise Rejected("ends-before-arrival", "the session cannot end before the patient arrived")
    return _ended(encounter, command.at)


def _check_in_progress(encounter: Encounter) -> None:
    if encounter.status == "finished":
        raise Rejected("encounter-finished", "this session has ended before")


def _ended(encounter: Encounter, at: datetime) -> tuple[Encounter, EncounterCompleted]:
    completed = EncounterCompleted(
        encounter.encounter_id,
        encounter.appointment_id,
        encounter.course_id,
        encounter.session,
        encounter.dose_number,
        at,
    )
    return replace(encounter, status="finished", finished_at=at), completed


def _stay_key(dose: Dose) -> str:
    return f"stay.{dose.route}_min"
