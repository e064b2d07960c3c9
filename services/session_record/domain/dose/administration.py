"""May this dose be given, in this route and amount, by these two people: SES-1 to SES-3.

What was true at the door is asked again, because hours may lie between door and needle.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from services.session_record.domain import readiness
from services.session_record.domain.commands import AdministerDose
from services.session_record.domain.encounter import (
    Dose,
    Encounter,
    Reading,
    check_patient,
    check_unlocked,
)
from services.session_record.domain.history import History, Weight
from services.session_record.domain.knowledge import Standing
from services.session_record.domain.readiness import STANDING, Candidate
from services.session_record.domain.rule import Rule, blockers, in_words
from services.session_record.domain.vitals import stops
from shared.contracts.session_record import DoseAdministered
from shared.kernel.errors import Reason, Rejected
from shared.kernel.policy import Policy, PolicyReference

PARENTERAL = ("iv", "im")
LIMIT_MG_PER_KG = {"iv": "dose.iv.hard_mg_per_kg", "im": "dose.im.hard_mg_per_kg"}
LIMIT_MG = {"sl": "dose.sl.hard_mg", "esketamine": "dose.esketamine.hard_mg"}
KEYS = (
    "vitals.predose_max_age_min",
    "bp.predose_hold_systolic",
    "bp.predose_hold_diastolic",
    "bp.session_stop_systolic",
    "bp.session_stop_diastolic",
    "spo2.stop_below",
    "dose.weight_tolerance_percent",
    *readiness.KEYS,
)
LEAST_STATED = Decimal("0.01")
"""mg/kg: the least that the contract can carry."""


@dataclass(frozen=True, slots=True)
class Administration:
    """A dose about to be given. `reading` and `weight`: None where none is recent enough."""

    command: AdministerDose
    encounter: Encounter
    reading: Reading | None
    weight: Weight | None


def no_recent_vitals(asked: Administration, policy: Policy) -> str:
    if asked.reading:
        return ""
    return f"no vital signs of the last {policy['vitals.predose_max_age_min']:g} minutes"


def blood_pressure_too_high(asked: Administration, policy: Policy) -> str:
    reading = asked.reading
    systolic, diastolic = policy["bp.predose_hold_systolic"], policy["bp.predose_hold_diastolic"]
    if not reading or (reading.systolic < systolic and reading.diastolic < diastolic):
        return ""
    values = f"{reading.systolic}/{reading.diastolic}"
    return f"blood pressure {values} is not below {systolic:g}/{diastolic:g}: wait and measure anew"


def vitals_in_stop_range(asked: Administration, policy: Policy) -> str:
    alarms = stops(asked.reading, policy) if asked.reading else ()
    return ", ".join(f"{each.rule}: {each.value:g}, limit {each.limit:g}" for each in alarms)


def other_route(asked: Administration, _policy: Policy) -> str:
    planned, given = asked.encounter.route, asked.command.route
    return "" if planned == given else f"the appointment is for route {planned}, not {given}"


def no_valid_weight(asked: Administration, policy: Policy) -> str:
    command = asked.command
    is_by_weight = command.route in PARENTERAL or command.dose_mg_per_kg is not None
    if asked.weight or not is_by_weight:
        return ""
    days = policy[_weight_key(command)]
    return "no weight of the same day" if not days else f"no weight of the last {days:g} days"


def above_the_limit(asked: Administration, policy: Policy) -> str:
    route, given = asked.command.route, _exact(asked.command.dose_mg)
    limit = policy[_limit_key(asked.command)]
    if route in LIMIT_MG:
        return f"{given} mg is above {limit:g} mg" if given > _exact(limit) else ""
    if asked.weight is None or given <= _exact(limit) * _exact(asked.weight.kg):
        return ""
    return f"{given} mg at {asked.weight.kg:g} kg is above {limit:g} mg/kg"


def not_what_the_weight_gives(asked: Administration, policy: Policy) -> str:
    """Compares without dividing, so that the bound itself is exact."""
    stated, weight = asked.command.dose_mg_per_kg, asked.weight
    if stated is None or weight is None:
        return ""
    given, expected = _exact(asked.command.dose_mg), _exact(stated) * _exact(weight.kg)
    percent = policy["dose.weight_tolerance_percent"]
    if abs(expected - given) * 100 <= _exact(percent) * given:
        return ""
    return f"{stated:g} mg/kg at {weight.kg:g} kg is {expected:f} mg, not {given} mg"


def not_checked_by_two(asked: Administration, _policy: Policy) -> str:
    giver, checker = asked.command.administered_by, asked.command.checked_by
    if not giver or not checker:
        return "two people must be named: who gives the dose and who checked it"
    return "" if giver != checker else "the dose must be checked by another person"


RULES: tuple[Rule[Administration], ...] = (
    Rule("vitals-too-old", "SES-1; clinical reference 7.3", no_recent_vitals),
    Rule("blood-pressure-hold", "SES-1; clinical reference 2.2", blood_pressure_too_high),
    Rule("vitals-in-stop-range", "SES-1; clinical reference 2.2, 3.3", vitals_in_stop_range),
    Rule("other-route", "SES-2; clinical reference 3.1", other_route),
    Rule("weight-missing", "SES-2; clinical reference 2.3", no_valid_weight),
    Rule("dose-above-limit", "SES-2; clinical reference 3.1", above_the_limit),
    Rule("dose-weight-mismatch", "SES-2; clinical reference 7.3", not_what_the_weight_gives),
    Rule("not-checked-by-two", "SES-3; Sanacora 2017 time-out", not_checked_by_two),
)


def administer_dose(
    command: AdministerDose,
    encounter: Encounter,
    standing: Standing,
    history: History,
    policy: Policy,
) -> tuple[Encounter, DoseAdministered]:
    check_patient(command, encounter)
    check_unlocked(encounter, command)
    _check_the_session(encounter)
    asked = Administration(
        command,
        encounter,
        _recent_reading(command, encounter, policy),
        _valid_weight(command, encounter, history, policy),
    )
    candidate = Candidate(command.at, encounter.course_id, encounter.route, standing, history)
    if found := (*blockers(RULES, asked, policy), *blockers(STANDING, candidate, policy)):
        raise Rejected("dose-refused", f"the dose may not be given: {in_words(found)}", found)
    dose = _dose(asked, policy)
    return replace(encounter, dose=dose), _administered(encounter, dose)


def _check_the_session(encounter: Encounter) -> None:
    """What nobody can make good, so that no other blocker is of use beside it."""
    if encounter.session != "dosing":
        raise Rejected("not-a-dosing-session", f"this is a session of {encounter.session}")
    if dose := encounter.dose:
        words = f"{dose.dose_mg:g} mg were given in this session before"
        given = Reason("already-given", words, "one MedicationAdministration per encounter")
        raise Rejected("dose-refused", f"the dose may not be given: {words}", (given,))


def mg_per_kg(dose_mg: float, weight_kg: float) -> float | None:
    """Rounded half up to three decimals, as a person would; None below what can be stated."""
    exact = _exact(dose_mg) / _exact(weight_kg)
    rounded = exact.quantize(Decimal("0.001"), ROUND_HALF_UP)
    return float(rounded) if rounded >= LEAST_STATED else None


def _recent_reading(
    command: AdministerDose, encounter: Encounter, policy: Policy
) -> Reading | None:
    reading = encounter.last_reading(command.at)
    earliest = command.at - policy.minutes("vitals.predose_max_age_min")
    return reading if reading and reading.at >= earliest else None


def _valid_weight(
    command: AdministerDose, encounter: Encounter, history: History, policy: Policy
) -> Weight | None:
    """The newest weight, if it is not older than the route allows, in days at the clinic."""
    zone = ZoneInfo(encounter.zone)
    today = command.at.astimezone(zone).date()
    known = [each for each in _weights(encounter, history) if each.at <= command.at]
    newest = max(known, key=lambda each: each.at, default=None)
    if newest is None or today - newest.at.astimezone(zone).date() > policy.days(
        _weight_key(command)
    ):
        return None
    return newest


def _weights(encounter: Encounter, history: History) -> Iterator[Weight]:
    yield from history.weights()
    for reading in encounter.readings:
        if reading.weight_kg is not None:
            yield Weight(reading.at, reading.weight_kg)


def _dose(asked: Administration, policy: Policy) -> Dose:
    command, weight = asked.command, asked.weight
    return Dose(
        command.at,
        command.route,
        command.dose_mg,
        mg_per_kg(command.dose_mg, weight.kg) if weight else None,
        weight.kg if weight else None,
        command.administered_by,
        command.checked_by,
        _reference(command, policy),
    )


def _administered(encounter: Encounter, dose: Dose) -> DoseAdministered:
    return DoseAdministered(
        encounter.encounter_id,
        encounter.course_id,
        encounter.dose_number,
        dose.route,
        dose.dose_mg,
        dose.dose_mg_per_kg,
        dose.at,
    )


def _reference(command: AdministerDose, policy: Policy) -> PolicyReference:
    return policy.reference(*KEYS, _limit_key(command), _weight_key(command))


def _limit_key(command: AdministerDose) -> str:
    return (LIMIT_MG_PER_KG | LIMIT_MG)[command.route]


def _weight_key(command: AdministerDose) -> str:
    parenteral = command.route in PARENTERAL
    return "weight.max_age_parenteral_d" if parenteral else "weight.max_age_d"


def _exact(value: float) -> Decimal:
    return Decimal(str(value))
