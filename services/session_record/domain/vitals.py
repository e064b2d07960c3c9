"""Vital signs: kept in order of time, judged by the ladder. An alarm informs, it never blocks.

Values are judged whenever they are taken: before, during and after a dose.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from services.session_record.domain.commands import RecordVitals
from services.session_record.domain.encounter import (
    Alarm,
    Encounter,
    Reading,
    check_patient,
    check_unlocked,
)
from shared.contracts.session_record import VitalsAlarmRaised
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy, PolicyReference


@dataclass(frozen=True, slots=True)
class Rung:
    """One bound of the ladder: `measure` beyond the policy's value of `key` is an alarm."""

    code: str
    measure: str
    severity: Literal["alert", "stop"]
    key: str
    is_beyond: Callable[[float, float], bool]
    source: str


LADDER = (
    Rung("systolic-stop", "systolic", "stop", "bp.session_stop_systolic", operator.ge, "2.2"),
    Rung("systolic-alert", "systolic", "alert", "bp.session_alert_systolic", operator.ge, "2.2"),
    Rung("diastolic-stop", "diastolic", "stop", "bp.session_stop_diastolic", operator.ge, "2.2"),
    Rung("diastolic-alert", "diastolic", "alert", "bp.session_alert_diastolic", operator.ge, "2.2"),
    Rung("oxygen-stop", "oxygen_saturation", "stop", "spo2.stop_below", operator.lt, "3.3"),
    Rung("oxygen-alert", "oxygen_saturation", "alert", "spo2.alert_below", operator.lt, "3.3"),
    Rung("heart-rate-low", "heart_rate", "alert", "hr.alert_below", operator.lt, "3.3"),
    Rung("heart-rate-high", "heart_rate", "alert", "hr.alert_above", operator.gt, "3.3"),
)
"""Per measure the gravest bound first: only the first that is passed raises its alarm."""
KEYS = tuple(rung.key for rung in LADDER)


def record_vitals(
    command: RecordVitals, encounter: Encounter, policy: Policy
) -> tuple[Encounter, tuple[VitalsAlarmRaised, ...]]:
    check_patient(command, encounter)
    check_unlocked(encounter, command)
    if encounter.finished_at and command.at > encounter.finished_at:
        raise Rejected("encounter-finished", "these vital signs were taken after the session ended")
    reading = _reading(command, policy)
    if any(_is_same(reading, known) for known in encounter.readings):
        return encounter, ()
    alarms = alarms_of(reading, policy)
    judged = replace(
        encounter,
        readings=tuple(sorted((*encounter.readings, reading), key=lambda each: each.at)),
        ladders=tuple(_ladders(encounter, policy)),
        alarms=tuple(sorted((*encounter.alarms, *alarms), key=lambda each: each.at)),
    )
    return judged, tuple(_raised(encounter, alarm) for alarm in alarms)


def alarms_of(reading: Reading, policy: Policy) -> tuple[Alarm, ...]:
    found: dict[str, Alarm] = {}
    for rung in LADDER:
        value, limit = getattr(reading, rung.measure), policy[rung.key]
        if rung.is_beyond(value, limit):
            alarm = Alarm(reading.at, rung.code, value, limit, rung.severity, policy.version)
            found.setdefault(rung.measure, alarm)
    return tuple(found.values())


def stops(reading: Reading, policy: Policy) -> tuple[Alarm, ...]:
    """The alarms at which nothing more may be given and nobody may go home."""
    return tuple(each for each in alarms_of(reading, policy) if each.severity == "stop")


def _reading(command: RecordVitals, policy: Policy) -> Reading:
    return Reading(
        command.at,
        command.systolic,
        command.diastolic,
        command.heart_rate,
        command.oxygen_saturation,
        command.weight_kg,
        policy.version,
    )


def _is_same(one: Reading, other: Reading) -> bool:
    return replace(one, policy_version="") == replace(other, policy_version="")


def _ladders(encounter: Encounter, policy: Policy) -> list[PolicyReference]:
    used = policy.reference(*KEYS)
    return [*encounter.ladders, *([] if used in encounter.ladders else [used])]


def _raised(encounter: Encounter, alarm: Alarm) -> VitalsAlarmRaised:
    return VitalsAlarmRaised(
        encounter.encounter_id, alarm.rule, alarm.value, alarm.limit, alarm.severity
    )
