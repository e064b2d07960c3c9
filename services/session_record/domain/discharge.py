"""The discharge gate: everything of 3.4 is true, or the patient stays (SES-5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.session_record.domain.adverse import unresolved
from services.session_record.domain.commands import DischargePatient
from services.session_record.domain.completion import check_in_progress, ended
from services.session_record.domain.encounter import (
    Discharge,
    Dose,
    Encounter,
    check_patient,
    check_unlocked,
)
from services.session_record.domain.knowledge.staff import Practitioner, Staff, day_at
from services.session_record.domain.knowledge.standing import Standing
from services.session_record.domain.monitoring import ladder
from services.session_record.domain.monitoring.answers import is_at_high_risk
from services.session_record.domain.monitoring.due import missed_mandatory
from services.session_record.domain.monitoring.samples import latest, samples
from services.session_record.domain.rule import Rule, blockers, in_words
from shared.contracts.session_record import EncounterCompleted
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy

KEYS = (
    "discharge.moaas_min",
    "discharge.cadss_max",
    "discharge.aldrete_min",
    "bp.discharge_delta",
    "bp.discharge_systolic",
    "bp.discharge_diastolic",
    "bp.session_stop_systolic",
    "bp.session_stop_diastolic",
    "spo2.stop_below",
)
PRESSURE = {"systolic": "bp.discharge_systolic", "diastolic": "bp.discharge_diastolic"}
UNRESOLVED_GRADE = 2
"""From grade 2 on an adverse event needs something done (CTCAE v5; clinical reference 3.4)."""
SIGNERS = ("nurse", "prescriber", "psychiatrist")


@dataclass(frozen=True, slots=True)
class Leaving:
    command: DischargePatient
    encounter: Encounter
    dose: Dose
    standing: Standing
    staff: Staff


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
    """By the score, or by a clinician who says that the dissociation has resolved."""
    value, most = leaving.command.cadss, policy["discharge.cadss_max"]
    if value <= most or leaving.command.dissociation_resolved:
        return ""
    return f"CADSS is {value}, at most {most:g} is allowed"


def not_recovered(leaving: Leaving, policy: Policy) -> str:
    value, least = leaving.command.aldrete, policy["discharge.aldrete_min"]
    return "" if value >= least else f"the Aldrete score is {value}, at least {least:g} is needed"


def not_oriented(leaving: Leaving, _policy: Policy) -> str:
    return _asked(leaving.command.oriented, "oriented in person, place and time")


def unsteady(leaving: Leaving, _policy: Policy) -> str:
    return _asked(leaving.command.steady_gait, "walking steadily")


def no_escort(leaving: Leaving, _policy: Policy) -> str:
    return "" if leaving.command.escort_present else "the escort is not here"


def escort_unknown(leaving: Leaving, _policy: Policy) -> str:
    escort = leaving.command.escort or leaving.encounter.escort
    if escort in leaving.standing.escorts:
        return ""
    return f"intake does not know the escort {escort}" if escort else "the escort is not identified"


def no_instructions(leaving: Leaving, _policy: Policy) -> str:
    given = leaving.command.instructions_given
    return "" if given else "the written instructions have not been given"


def not_told_about_driving(leaving: Leaving, _policy: Policy) -> str:
    told = leaving.command.no_driving_told
    return "" if told else "nobody has told the patient not to drive until after a night's sleep"


def vitals_in_stop_range(leaving: Leaving, policy: Policy) -> str:
    return ladder.in_words(ladder.stops(leaving.encounter, policy, leaving.command.at))


def pressure_not_back(leaving: Leaving, policy: Policy) -> str:
    """The last one after the dose: near the one before it, or at most the policy's bound."""
    at, dosed_at = leaving.command.at, leaving.dose.at
    known = list(samples(leaving.encounter))
    for measure, key in PRESSURE.items():
        now = latest(known, measure, at, dosed_at)
        before = latest(known, measure, dosed_at)
        if not now:
            return f"no {measure} blood pressure after the dose"
        value, least = max(each.value for each in now), policy[key]
        near = before and value - before[0].value <= policy["bp.discharge_delta"]
        if value > least and not near:
            return f"{measure} is {value:g}: neither near the one before the dose nor {least:g}"
    return ""


def adverse_event_unresolved(leaving: Leaving, _policy: Policy) -> str:
    found = unresolved(leaving.encounter, UNRESOLVED_GRADE)
    return ", ".join(f"{each.term} of grade {each.grade} is {each.outcome}" for each in found)


def monitoring_missed(leaving: Leaving, policy: Policy) -> str:
    missed = missed_mandatory(leaving.encounter, policy, leaving.command.at)
    if not missed or leaving.command.missed_reason:
        return ""
    minutes = ", ".join(map(str, missed))
    return f"nobody measured at minute {minutes} after the dose; give the reason"


def at_risk_alone(leaving: Leaving, _policy: Policy) -> str:
    """High risk after the session: no discharge alone, a psychiatrist has seen the patient."""
    if not is_at_high_risk(leaving.encounter):
        return ""
    seen_by = leaving.command.seen_by
    if leaving.staff.is_credentialed(seen_by, ["psychiatrist"]) and leaving.command.escort_present:
        return ""
    return "the C-SSRS is high: a psychiatrist must have seen the patient, who does not go alone"


def not_signed(leaving: Leaving, _policy: Policy) -> str:
    signer = leaving.command.discharged_by
    if leaving.staff.is_credentialed(signer, SIGNERS):
        return ""
    who = f"{signer} has no valid credential on that day" if signer else "no clinician has signed"
    return f"{who}; a {' or '.join(SIGNERS)} must answer for the discharge"


RULES: tuple[Rule[Leaving], ...] = (
    Rule("stay-too-short", "SES-5; esketamine REMS (S3, S4), others policy", stay_too_short),
    Rule("not-awake", "SES-5; clinical reference 3.4", not_awake),
    Rule("still-dissociated", "SES-5; clinical reference 3.4", still_dissociated),
    Rule("not-recovered", "SES-5; clinical reference 3.4", not_recovered),
    Rule("not-oriented", "SES-5; clinical reference 3.4", not_oriented),
    Rule("unsteady", "SES-5; clinical reference 3.4", unsteady),
    Rule("escort-absent", "SES-5, SCH-7; Spravato label (S1, S5)", no_escort),
    Rule("escort-unknown", "SES-5, SCH-7; clinical reference 3.4", escort_unknown),
    Rule("no-instructions", "SES-5; clinical reference 3.4", no_instructions),
    Rule("driving-not-told", "SES-5; Spravato label (S1, S5)", not_told_about_driving),
    Rule("vitals-in-stop-range", "SES-5; clinical reference 2.2, 3.3", vitals_in_stop_range),
    Rule("blood-pressure-not-back", "SES-5; clinical reference 2.2", pressure_not_back),
    Rule("adverse-event-unresolved", "SES-5; clinical reference 3.4", adverse_event_unresolved),
    Rule("monitoring-missed", "SES-4; clinical reference 3.2", monitoring_missed),
    Rule("at-risk-alone", "clinical reference 3.3, new or worse ideation", at_risk_alone),
    Rule("not-signed", "SES-5; clinical reference 3.4", not_signed),
)


def discharge_patient(
    command: DischargePatient,
    encounter: Encounter,
    standing: Standing,
    practitioners: Mapping[str, Practitioner],
    policy: Policy,
) -> tuple[Encounter, EncounterCompleted]:
    check_patient(command, encounter)
    check_unlocked(encounter, command)
    check_in_progress(encounter)
    if encounter.dose is None:
        raise Rejected("no-dose-given", "discharge is for dosing sessions, after the dose")
    staff = Staff(practitioners, day_at(command.at, encounter.zone))
    leaving = Leaving(command, encounter, encounter.dose, standing, staff)
    if found := blockers(RULES, leaving, policy):
        raise Rejected("not-ready-to-leave", f"not ready to leave: {in_words(found)}", found)
    discharge = Discharge(
        command.at,
        command.moaas,
        command.cadss,
        command.aldrete,
        policy.reference(*KEYS, _stay_key(encounter.dose)),
        command.discharged_by,
        command.escort or encounter.escort,
        command.seen_by,
        command.missed_reason,
    )
    return ended(replace(encounter, discharge=discharge), command.at)


def _asked(answer: bool | None, what: str) -> str:
    if answer is None:
        return f"nobody has asked whether the patient is {what}"
    return "" if answer else f"the patient is not {what}"


def _stay_key(dose: Dose) -> str:
    return f"stay.{dose.route}_min"
