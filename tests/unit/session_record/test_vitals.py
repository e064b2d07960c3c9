"""Vital signs: order, repetition, and the ladder of alarms at its bounds."""

from typing import Any

import pytest

from services.session_record.domain.encounter import Encounter
from services.session_record.domain.monitoring import vitals
from services.session_record.domain.monitoring.ladder import KEYS, alarms_of
from services.session_record.domain.monitoring.samples import of_reading
from shared.contracts.session_record import VitalsAlarmRaised
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy
from tests.kit.session_record import (
    OTHER,
    POLICY,
    a_reading,
    an_encounter,
    at,
    observe,
    stricter,
)


def record_vitals(command: Any, encounter: Encounter, policy: Policy) -> vitals.Taken:
    return vitals.record_vitals(command, encounter, (), policy)


def test_readings_are_kept_in_order_of_time_whenever_they_come() -> None:
    encounter = an_encounter(readings=())
    for minutes in (20, 0, 10):
        encounter, _ = record_vitals(observe(minutes), encounter, POLICY)

    assert [each.at for each in encounter.readings] == [at(0), at(10), at(20)]


def test_the_same_values_of_the_same_time_are_stored_and_alarmed_once() -> None:
    once, first = record_vitals(observe(systolic=185), an_encounter(readings=()), POLICY)
    twice, second = record_vitals(observe(systolic=185), once, POLICY)

    assert (len(twice.readings), twice.alarms) == (1, once.alarms)
    assert (len(first), len(second)) == (1, 0)


def test_other_values_of_the_same_time_are_another_reading() -> None:
    once, _ = record_vitals(observe(), an_encounter(readings=()), POLICY)
    twice, _ = record_vitals(observe(systolic=126), once, POLICY)

    assert len(twice.readings) == 2


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ({"systolic": 164, "diastolic": 99}, []),
        ({"systolic": 165}, ["systolic-alert"]),
        ({"systolic": 180}, ["systolic-stop"]),
        ({"diastolic": 100}, ["diastolic-alert"]),
        ({"diastolic": 120}, ["diastolic-stop"]),
        ({"oxygen_saturation": 94}, []),
        ({"oxygen_saturation": 93}, ["oxygen-alert"]),
        ({"oxygen_saturation": 90}, ["oxygen-alert"]),
        ({"oxygen_saturation": 89}, ["oxygen-stop"]),
        ({"heart_rate": 50}, []),
        ({"heart_rate": 49}, ["heart-rate-low"]),
        ({"heart_rate": 120}, []),
        ({"heart_rate": 121}, ["heart-rate-high"]),
        ({"systolic": 170, "oxygen_saturation": 85}, ["systolic-alert", "oxygen-stop"]),
    ],
)
def test_each_measure_raises_its_gravest_alarm_at_the_policys_bound(
    values: dict[str, int], rules: list[str]
) -> None:
    assert [alarm.rule for alarm in alarms_of(of_reading(a_reading(**values)), POLICY)] == rules


def test_an_alarm_says_the_rule_the_value_and_the_limit_and_keeps_the_policy() -> None:
    encounter, events = record_vitals(observe(systolic=182), an_encounter(), POLICY)

    assert events == (
        VitalsAlarmRaised(
            "e-dosing-1", "systolic-stop", 182, 180, "stop", at(5), POLICY.id, POLICY.version
        ),
    )
    assert [each.rule for each in encounter.alarms] == ["systolic-stop"]
    assert encounter.ladders == (POLICY.reference(*KEYS),)


def test_a_ladder_is_kept_once_however_many_readings_it_judged() -> None:
    tight = stricter({"bp.session_alert_systolic": 120})
    encounter = an_encounter(readings=())
    for minutes, policy in ((0, POLICY), (5, POLICY), (10, tight)):
        encounter, _ = record_vitals(observe(minutes), encounter, policy)

    assert encounter.ladders == (POLICY.reference(*KEYS), tight.reference(*KEYS))
    assert [each.policy_version for each in encounter.readings][-1] == "stricter"
    assert [each.limit for each in encounter.alarms] == [120]


def test_a_late_report_of_an_early_reading_is_taken_after_the_end_a_later_reading_is_not() -> None:
    ended = an_encounter(status="finished", finished_at=at(120))

    late, _ = record_vitals(observe(100), ended, POLICY)

    assert len(late.readings) == 2
    with pytest.raises(Rejected) as refused:
        record_vitals(observe(121), ended, POLICY)
    assert refused.value.code == "encounter-finished"


def test_vitals_of_another_patient_are_refused() -> None:
    with pytest.raises(Rejected, match="wrong-patient"):
        record_vitals(observe(patient_id=OTHER), an_encounter(), POLICY)
