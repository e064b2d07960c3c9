"""In the room: the door, the dose, the drug, the alarm and the way home, refused and allowed."""

from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import pytest

from shared.contracts import site
from shared.contracts.session_record import DrugDiscrepancyFound, OverrideUsed, VitalsAlarmRaised
from shared.contracts.session_record import EncounterCompleted as Completed
from tests.e2e.clinical.asked import arrive, blockers, codes, start_of
from tests.e2e.published import first_told, told
from tests.e2e.site_day import MOVED, READY, SiteDay, a_while_ago, arrival_of, dose, vial
from tests.kit.eventually import eventually

ALARM_WITHIN_S = 5


def at_the_door(day: SiteDay, at: datetime) -> tuple[str, dict[str, Any]]:
    """A patient who is prepared, and the appointment of the first dose."""
    patient = day.admitted(at)
    preparation, dosing, *_ = day.appointments(patient)
    day.attend(patient, preparation)
    day.until_ready(patient, dosing)
    return patient, dosing


def test_the_door_says_everything_that_is_missing_at_once(riverside: SiteDay) -> None:
    patient = riverside.admitted(a_while_ago(150))
    dosing = riverside.appointments(patient)[1]
    lacking = {"preparation-missing", "not-fasting", "no-escort", "roles-missing"}
    alone = [{"role": "therapist", "practitioner": "therapist-1"}]
    nothing = {"fasting": False, "escort_arranged": False, "staff": alone}
    at = start_of(dosing)
    eventually(lambda: blockers(riverside, patient, dosing, at) == {"preparation-missing"})

    verdict = arrive(riverside, patient, dosing, at, **nothing)

    assert (verdict.code, codes(verdict.blockers)) == ("not-ready", lacking)
    assert all(each.words and each.source for each in verdict.blockers)


def test_a_prescriber_answers_for_one_rule_and_it_is_published(
    network: dict[str, Any], riverside: SiteDay
) -> None:
    patient, dosing = at_the_door(riverside, a_while_ago(149))
    answered = {"rule": "not-fasting", "by": "prescriber-1", "reason": "clear-fluids-only"}
    by_a_nurse = {**answered, "role": "nurse", "by": "nurse-1"}
    by_a_prescriber = {**answered, "role": "prescriber"}

    no, yes = (
        arrive(riverside, patient, dosing, start_of(dosing), fasting=False, overrides=[each])
        for each in (by_a_nurse, by_a_prescriber)
    )

    assert codes(no.blockers) == {"not-fasting", "override-not-allowed"}
    assert yes.verdict == "accepted"
    [used] = eventually(lambda: told(network, OverrideUsed, patient))
    assert {name: used[name] for name in by_a_prescriber} == by_a_prescriber


def test_a_dose_that_two_devices_tell_is_given_once(riverside: SiteDay) -> None:
    patient, dosing = at_the_door(riverside, a_while_ago(148))
    encounter = riverside.enter(patient, dosing)

    first, second = (
        riverside.post(
            site.MedicationAdministered, patient, start_of(dosing, minute), **dose(encounter)
        )
        for minute in (15, 16)
    )

    assert (first.verdict, second.code) == ("accepted", "already-given")
    assert "second device" in second.reason
    record = riverside.client.get("session-record", f"encounters/{encounter}")
    assert datetime.fromisoformat(record["dose"]["at"]) == start_of(dosing, 15)


def test_a_dose_on_another_patients_encounter_is_refused(riverside: SiteDay) -> None:
    patient, dosing = at_the_door(riverside, a_while_ago(147))
    other = riverside.refer(a_while_ago(147))
    encounter = riverside.enter(patient, dosing)

    wrong = riverside.post(
        site.MedicationAdministered, other, start_of(dosing, 15), **dose(encounter)
    )

    assert (wrong.verdict, wrong.code) == ("rejected", "wrong-patient")
    assert riverside.client.get("session-record", f"encounters/{encounter}")["dose"] is None


@pytest.mark.parametrize("wasted_mg", [15.0, 14.0])
def test_the_days_ledger_balances_if_what_was_not_given_was_wasted_before_a_witness(
    network: dict[str, Any], riverside: SiteDay, wasted_mg: float
) -> None:
    patient, dosing = at_the_door(riverside, a_while_ago(146))
    encounter = riverside.enter(patient, dosing, amount_mg=50.0)
    at = start_of(dosing, 15)
    riverside.taken(site.MedicationAdministered, patient, at, **dose(encounter))
    waste = {**MOVED, "drug": "ketamine", "movement": "wasted", "amount_mg": wasted_mg}
    waste["encounter_id"] = encounter
    alone = riverside.post(site.DrugMoved, vial(encounter), at, **waste | {"witness": ""})
    riverside.taken(site.DrugMoved, vial(encounter), at, **waste)
    riverside.recover(patient, encounter, start_of(dosing))

    left = 15.0 - wasted_mg
    day = riverside.client.get("session-record", "ledger", day=dosing["start"][:10])
    [share] = next(each for each in day["containers"] if each["container_id"] == vial(encounter))[
        "shares"
    ]

    assert alone.code == "waste-unwitnessed"
    assert share["unaccounted_mg"] == left
    assert (vial(encounter) in day["unbalanced"]) == bool(left)
    ended = {"encounter_id": encounter, "session": "dosing"}
    eventually(lambda: any(ended.items() <= e.items() for e in told(network, Completed, patient)))
    missing = told(network, DrugDiscrepancyFound, vial(encounter))  # said in the same step
    assert [each["unaccounted_mg"] for each in missing] == ([left] if left else [])


def test_nobody_leaves_before_the_minimum_stay(riverside: SiteDay) -> None:
    patient, dosing = at_the_door(riverside, a_while_ago(145))
    encounter = riverside.enter(patient, dosing)
    given = start_of(dosing, 15)
    riverside.taken(site.MedicationAdministered, patient, given, **dose(encounter))
    riverside.vitals(patient, encounter, given + timedelta(minutes=40))

    early, late = (
        riverside.post(
            site.PatientDischarged,
            patient,
            given + timedelta(minutes=minutes),
            encounter_id=encounter,
            **READY,
        )
        for minutes in (89, 90)
    )

    assert (early.code, codes(early.blockers)) == ("not-ready-to-leave", {"stay-too-short"})
    assert late.verdict == "accepted"


def test_a_stop_alarm_is_on_the_topic_within_seconds(
    network: dict[str, Any], riverside: SiteDay
) -> None:
    patient, dosing = at_the_door(riverside, a_while_ago(144))
    encounter = arrival_of(dosing)[0]
    assert arrive(riverside, patient, dosing, start_of(dosing)).verdict == "accepted"

    began = monotonic()
    reading = {"systolic": 185, "diastolic": 95, "heart_rate": 90, "oxygen_saturation": 97}
    at = start_of(dosing, 5)
    riverside.taken(site.ObservationRecorded, patient, at, encounter_id=encounter, **reading)
    alarm = first_told(network, VitalsAlarmRaised, patient)
    took = monotonic() - began

    print(f"from the POST of the reading to the alarm on the topic: {took:.2f} s")
    assert (alarm["rule"], alarm["severity"], alarm["limit"]) == ("systolic-stop", "stop", 180)
    assert alarm["policy_version"]
    assert took < ALARM_WITHIN_S
