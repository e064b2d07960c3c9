"""The ladder of vital signs: which value of which measure is an alarm, and how grave (2.2, 3.3).

An alarm informs, it never blocks. Values are judged before, during and after a dose.
"""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.session_record.domain.encounter import Alarm, Encounter, Reading
from services.session_record.domain.monitoring.samples import Sample, latest, samples
from shared.kernel.policy import Policy


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
    Rung("oxygen-stop", "oxygen-saturation", "stop", "spo2.stop_below", operator.lt, "3.3"),
    Rung("oxygen-alert", "oxygen-saturation", "alert", "spo2.alert_below", operator.lt, "3.3"),
    Rung("respiration-low", "respiratory-rate", "stop", "rr.alert_below", operator.lt, "3.3"),
    Rung("sedation-deep", "moaas", "stop", "moaas.alert_max", operator.le, "3.3"),
    Rung("heart-rate-low", "heart-rate", "alert", "hr.alert_below", operator.lt, "3.3"),
    Rung("heart-rate-high", "heart-rate", "alert", "hr.alert_above", operator.gt, "3.3"),
)
"""Per measure the gravest bound first: only the first that is passed raises its alarm."""
KEYS = tuple(rung.key for rung in LADDER)
MEASURES = {rung.code: rung.measure for rung in LADDER}


def alarms_of(found: Iterable[Sample], policy: Policy) -> tuple[Alarm, ...]:
    """Of each value by itself, so that the order in which they come makes no difference."""
    alarms = (_alarm(sample, policy) for sample in found)
    return tuple(alarm for alarm in alarms if alarm)


def emergencies(reading: Reading, policy: Policy) -> tuple[Alarm, ...]:
    """Symptoms are an emergency whatever the numbers say (Spravato label 5.6)."""
    return tuple(
        Alarm(
            reading.at,
            f"symptom-{symptom}",
            1,
            0,
            "emergency",
            policy.version,
            policy.id,
            reading.device,
        )
        for symptom in reading.symptoms
    )


def stops(
    encounter: Encounter, policy: Policy, until: datetime, since: datetime | None = None
) -> tuple[Alarm, ...]:
    """The last values at which nothing more may be given and nobody may go home."""
    known = list(samples(encounter))
    newest = [
        sample
        for measure in dict.fromkeys(rung.measure for rung in LADDER)
        for sample in latest(known, measure, until, since)
    ]
    return tuple(each for each in alarms_of(newest, policy) if each.severity == "stop")


def standing(encounter: Encounter) -> tuple[Alarm, ...]:
    """The alarms that no later value answers: of its measure, or for a symptom of any person's."""
    known = list(samples(encounter))
    newest = {
        measure: max((each.at for each in known if each.measure == measure), default=None)
        for measure in MEASURES.values()
    }
    last_seen = max((each.at for each in encounter.readings), default=None)
    return tuple(
        each
        for each in encounter.alarms
        if each.at == newest.get(MEASURES.get(each.rule, ""), last_seen)
    )


def in_words(alarms: Iterable[Alarm]) -> str:
    return ", ".join(f"{each.rule}: {each.value:g}, limit {each.limit:g}" for each in alarms)


def _alarm(sample: Sample, policy: Policy) -> Alarm | None:
    for rung in LADDER:
        limit = policy[rung.key]
        if rung.measure == sample.measure and rung.is_beyond(sample.value, limit):
            return Alarm(
                sample.at,
                rung.code,
                sample.value,
                limit,
                rung.severity,
                policy.version,
                policy.id,
                sample.device,
            )
    return None
