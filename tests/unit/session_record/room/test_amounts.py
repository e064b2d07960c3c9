"""Limits, steps and pressure before the dose, and who must agree (SES-1 to SES-3, SES-9)."""

from dataclasses import replace
from typing import Any

import pytest

from services.session_record.domain.dose.administration import administer_dose
from services.session_record.domain.dose.asked import Situation
from services.session_record.domain.encounter import Encounter
from services.session_record.domain.history import Reaction
from services.session_record.domain.ledger.container import Container
from shared.contracts.session_record import OverrideUsed
from shared.kernel.errors import Rejected
from tests.kit.session_record import (
    POLICY,
    PRACTITIONERS,
    TIME_OUT,
    a_clearance,
    a_consent,
    a_container,
    a_dose_given,
    a_history,
    a_practitioner,
    a_reading,
    a_situation,
    a_standing,
    an_encounter,
    an_entry,
    an_override,
    at,
    give,
    integrated,
)


def given(command: Any, situation: Situation) -> Encounter:
    return administer_dose(command, situation, POLICY)[0]


def refused(command: Any, situation: Situation) -> list[str]:
    with pytest.raises(Rejected) as refusal:
        administer_dose(command, situation, POLICY)
    assert refusal.value.code == "dose-refused"
    return [each.code for each in refusal.value.blockers]


def pressed(*readings: tuple[float, int, int]) -> Situation:
    """Readings of (minute, systolic, diastolic) before the dose at minute ten."""
    found = tuple(
        a_reading(minute, systolic=systolic, diastolic=diastolic, weight_kg=80.0)
        for minute, systolic, diastolic in readings
    )
    return a_situation(an_encounter(readings=found))


def after(**before: Any) -> Situation:
    """The second dosing session, a week after a first dose of 0.5 mg/kg."""
    history = a_history(a_dose_given(**before), integrated(), an_entry("dosing", 2))
    encounter = an_encounter(dose_number=2, encounter_id="e-dosing-1")
    return a_situation(encounter, history=history)


def by_weight(mg_per_kg: float, **what: Any) -> Any:
    return give(dose_mg=round(80 * mg_per_kg, 1), dose_mg_per_kg=mg_per_kg, **what)


@pytest.mark.parametrize(
    ("pressure", "codes"),
    [
        ((140, 90), []),
        ((141, 90), ["blood-pressure-review"]),
        ((140, 91), ["blood-pressure-review"]),
        ((160, 90), ["blood-pressure-hold", "blood-pressure-recheck"]),
        ((150, 100), ["blood-pressure-hold", "blood-pressure-recheck"]),
    ],
)
def test_ses_1_the_label_asks_for_a_prescriber_above_140_90_and_the_policy_holds_at_160_100(
    pressure: tuple[int, int], codes: list[str]
) -> None:
    situation = pressed((5, *pressure))

    if codes:
        assert refused(give(), situation) == codes
    else:
        assert given(give(), situation)


def test_ses_1_a_prescriber_answers_for_a_pressure_that_is_to_be_reviewed() -> None:
    command = give(overrides=(an_override("blood-pressure-review"),))

    encounter, events = administer_dose(command, pressed((5, 150, 90)), POLICY)

    assert [each.rule for each in encounter.overrides] == ["blood-pressure-review"]
    assert isinstance(events[1], OverrideUsed)


def test_ses_1_at_the_hold_a_prescriber_needs_a_second_reading_after_the_wait() -> None:
    answered: dict[str, Any] = {"overrides": (an_override("blood-pressure-hold"),)}
    once, soon = pressed((5, 165, 90)), pressed((1, 165, 90), (10, 165, 90))
    waited = pressed((0, 165, 90), (10, 164, 90))

    assert refused(give(**answered), once) == ["blood-pressure-recheck"]
    assert refused(give(**answered), soon) == ["blood-pressure-recheck"]
    assert refused(give(), waited) == ["blood-pressure-hold"]
    assert given(give(**answered), waited).dose


def test_ses_2_above_the_usual_range_is_given_and_kept_with_what_was_weighed() -> None:
    dose = given(by_weight(1.1, weighed="severe-pain"), after(dose_mg_per_kg=1.0)).dose

    assert dose
    assert [(each.code, each.weighed) for each in dose.concerns] == [
        ("above-usual-range", "severe-pain")
    ]


def test_ses_2_a_first_dose_above_the_start_is_a_concern_and_no_refusal() -> None:
    dose = given(by_weight(0.6), a_situation()).dose

    assert dose
    assert [each.code for each in dose.concerns] == ["above-start"]


@pytest.mark.parametrize(("now", "codes"), [(0.75, []), (0.76, ["escalation-step"])])
def test_ses_2_the_next_dose_is_at_most_one_step_higher(now: float, codes: list[str]) -> None:
    if codes:
        assert refused(by_weight(now), after()) == codes
    else:
        assert given(by_weight(now), after())


@pytest.mark.parametrize(
    ("before", "is_tolerated"),
    [
        ({}, True),
        ({"recovered": False}, False),
        ({"reactions": (Reaction(at(days=-7), "nausea", 2, False),)}, True),
        ({"reactions": (Reaction(at(days=-7), "hypoxia", 3, False),)}, False),
    ],
)
def test_ses_2_a_higher_dose_needs_a_tolerated_one_before(
    before: dict[str, Any], is_tolerated: bool
) -> None:
    situation = after(**before)
    reviewed = a_clearance("clearance-2", signed_at=at(days=-2))
    standing = a_standing(clearances=(a_clearance(), reviewed))
    situation = replace(situation, standing=standing)

    if is_tolerated:
        assert given(by_weight(0.6), situation)
    else:
        assert refused(by_weight(0.6), situation) == ["escalation-not-tolerated"]
    assert given(by_weight(0.5), situation), "the same again is no escalation"


@pytest.mark.parametrize(("mg", "codes"), [(84.0, []), (85.0, ["dose-above-limit"])])
def test_ses_2_esketamine_goes_in_steps_of_28_to_84_mg(mg: float, codes: list[str]) -> None:
    standing = a_standing(
        clearances=(a_clearance(route="esketamine"),), consents=(a_consent(route="esketamine"),)
    )
    before = after(dose_mg=56.0, dose_mg_per_kg=None)
    known = replace(
        before,
        encounter=replace(before.encounter, route="esketamine"),
        standing=standing,
        container=Container("vial-1", "esketamine", "lot-1", a_container().movements),
    )
    command = give(route="esketamine", dose_mg=mg, dose_mg_per_kg=None)

    if codes:
        assert codes[0] in refused(command, known)
    else:
        assert given(command, known)


def test_ses_2_only_a_second_prescriber_goes_above_the_ceiling() -> None:
    high = by_weight(1.25, checked_by="prescriber-1", overrides=(an_override("dose-above-limit"),))
    second = an_override("dose-above-limit", "prescriber-2")
    before = after(dose_mg_per_kg=1.0)

    assert refused(high, before) == ["dose-above-limit", "override-not-allowed"]
    assert given(replace(high, overrides=(second,)), before).dose


@pytest.mark.parametrize("item", ["patient", "drug", "dose", "route", "allergy", "consent"])
def test_ses_3_every_item_of_the_time_out_is_said(item: str) -> None:
    lacking: dict[str, Any] = {item: False}

    assert refused(give(time_out=replace(TIME_OUT, **lacking)), a_situation()) == [
        "time-out-incomplete"
    ]
    assert refused(give(time_out=None), a_situation()) == ["time-out-incomplete"]


def test_ses_3_both_people_are_credentialed_on_that_day() -> None:
    therapist = give(checked_by="therapist-1")
    lapsed = a_practitioner("nurse-2", valid_until=at(days=-1).date())
    known = a_situation(practitioners={**PRACTITIONERS, "nurse-2": lapsed})

    assert refused(therapist, a_situation()) == ["not-credentialed"]
    assert refused(give(), known) == ["not-credentialed"]


@pytest.mark.parametrize(
    ("what", "container", "codes"),
    [
        ({"lot": "lot-2"}, {}, ["wrong-container"]),
        ({}, {"drug": "esketamine"}, ["wrong-container"]),
        ({}, {"movements": a_container().movements[:1]}, ["not-dispensed"]),
    ],
)
def test_ses_9_a_dose_comes_out_of_what_was_dispensed_for_it(
    what: dict[str, Any], container: dict[str, Any], codes: list[str]
) -> None:
    assert refused(give(**what), a_situation(container=a_container(**container))) == codes
    assert refused(give(container=""), a_situation(container=None)) == ["wrong-container"]


def test_a_lozenge_is_kept_with_how_long_it_was_held_and_whether_it_was_spat_out() -> None:
    standing = a_standing(clearances=(a_clearance(route="sl"),), consents=(a_consent(route="sl"),))
    known = a_situation(an_encounter(route="sl"), standing=standing)
    command = give(route="sl", dose_mg=100, dose_mg_per_kg=None, held_min=10, spat_out=True)

    dose = given(command, known).dose

    assert dose
    assert (dose.held_min, dose.spat_out) == (10, True)
