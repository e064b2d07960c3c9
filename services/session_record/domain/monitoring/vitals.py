"""Vital signs are kept in order of time, each value once, whoever sends them and in what order.

A device says one thing of one moment (SES-12): the same again changes nothing, another value is
refused. Of people, several may measure at the same time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.session_record.domain.commands import RecordMeasurement, RecordVitals
from services.session_record.domain.encounter import (
    Alarm,
    Encounter,
    Measurement,
    Reading,
    check_patient,
    check_times,
    check_unlocked,
)
from services.session_record.domain.monitoring.due import watched
from services.session_record.domain.monitoring.ladder import KEYS, alarms_of, emergencies
from services.session_record.domain.monitoring.plausible import (
    check_unit,
    check_values,
    check_weight,
)
from services.session_record.domain.monitoring.samples import (
    Sample,
    of_measurement,
    of_reading,
    samples,
)
from services.session_record.domain.weights import Weight
from shared.contracts.session_record import VitalsAlarmRaised
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy, PolicyReference

Taken = tuple[Encounter, tuple[VitalsAlarmRaised, ...]]


def record_vitals(
    command: RecordVitals, encounter: Encounter, weights: Iterable[Weight], policy: Policy
) -> Taken:
    """`weights` are those known of the patient from elsewhere."""
    _check(command, encounter)
    reading = _reading(command, policy)
    found = list(of_reading(reading))
    check_values(found)
    if any(_is_same(reading, known) for known in encounter.readings):
        return _heard_again(reading, encounter), ()
    _check_device(found, encounter)
    if reading.weight_kg is not None:
        known = (*weights, *_weighed(encounter))
        check_weight(Weight(reading.at, reading.weight_kg), known, policy)
    kept = replace(encounter, readings=tuple(sorted((*encounter.readings, reading), key=_order)))
    alarms = (*alarms_of(found, policy), *emergencies(reading, policy))
    return _alarmed(kept, alarms, policy)


def record_measurement(
    command: RecordMeasurement, encounter: Encounter, weights: Iterable[Weight], policy: Policy
) -> Taken:
    _check(command, encounter)
    check_unit(command.measure, command.value, command.unit)
    measurement = Measurement(
        command.at, command.device, command.measure, command.value, policy.version
    )
    sample = of_measurement(measurement)
    check_values([sample])
    _check_device([sample], encounter)
    if sample in map(of_measurement, encounter.measurements):
        return encounter, ()
    if command.measure == "body-weight":
        known = (*weights, *_weighed(encounter))
        check_weight(Weight(command.at, command.value), known, policy)
    measured = (*encounter.measurements, measurement)
    kept = replace(encounter, measurements=tuple(sorted(measured, key=_order_of_device)))
    return _alarmed(kept, alarms_of([sample], policy), policy)


def _check(command: RecordVitals | RecordMeasurement, encounter: Encounter) -> None:
    check_patient(command, encounter)
    check_unlocked(encounter, command)
    check_times(encounter, command.at)


def _check_device(found: Sequence[Sample], encounter: Encounter) -> None:
    """Of one device, moment and measure there is one value."""
    if not found[0].device:
        return
    keys = {(each.device, each.at, each.measure): each.value for each in found}
    for known in samples(encounter):
        value = keys.get((known.device, known.at, known.measure), known.value)
        if value != known.value:
            words = f"{known.device} said {known.measure} {known.value:g} at that moment before"
            raise Rejected("reading-conflict", f"{words}, now {value:g}; check its clock")


def _weighed(encounter: Encounter) -> Iterable[Weight]:
    found = (each for each in samples(encounter) if each.measure == "body-weight")
    return (Weight(each.at, each.value) for each in found)


def _alarmed(encounter: Encounter, alarms: Sequence[Alarm], policy: Policy) -> Taken:
    """An alarm is raised once, whether the value came in a reading, by itself, or both."""
    new = tuple(dict.fromkeys(each for each in alarms if each not in encounter.alarms))
    judged = replace(
        encounter,
        ladders=tuple(_ladders(encounter, policy)),
        alarms=tuple(sorted((*encounter.alarms, *new), key=_order_of_alarm)),
    )
    return watched(judged, policy), tuple(_raised(encounter, alarm) for alarm in new)


def _reading(command: RecordVitals, policy: Policy) -> Reading:
    return Reading(
        command.at,
        command.systolic,
        command.diastolic,
        command.heart_rate,
        command.oxygen_saturation,
        command.weight_kg,
        policy.version,
        command.device,
        command.respiratory_rate,
        command.moaas,
        tuple(sorted(set(command.symptoms))),
        (command.event_id,),
    )


def _heard_again(reading: Reading, encounter: Encounter) -> Encounter:
    """Whichever event is meant by a correction, it is found."""
    known = tuple(
        replace(each, events=tuple(sorted({*each.events, *reading.events})))
        if _is_same(reading, each)
        else each
        for each in encounter.readings
    )
    return replace(encounter, readings=known)


def _is_same(one: Reading, other: Reading) -> bool:
    if one.at != other.at:
        return False
    return replace(one, policy_version="", events=()) == replace(
        other, policy_version="", events=()
    )


def _order(reading: Reading) -> tuple[object, ...]:
    values = tuple((each.measure, each.value) for each in of_reading(reading))
    return (reading.at, reading.device, values, reading.symptoms)


def _order_of_device(measurement: Measurement) -> tuple[object, ...]:
    return (measurement.at, measurement.device, measurement.measure)


def _order_of_alarm(alarm: Alarm) -> tuple[object, ...]:
    return (alarm.at, alarm.rule, alarm.value, alarm.device, alarm.policy_version)


def _ladders(encounter: Encounter, policy: Policy) -> list[PolicyReference]:
    used = policy.reference(*KEYS)
    return [*encounter.ladders, *([] if used in encounter.ladders else [used])]


def _raised(encounter: Encounter, alarm: Alarm) -> VitalsAlarmRaised:
    return VitalsAlarmRaised(
        encounter.encounter_id,
        alarm.rule,
        alarm.value,
        alarm.limit,
        alarm.severity,
        alarm.at,
        alarm.policy_id,
        alarm.policy_version,
    )
