"""The discharge gate (SES-5) at its bounds, and the end of the other sessions."""

from typing import Any

import pytest

from services.session_record.domain.completion import finish_encounter
from services.session_record.domain.discharge import RULES
from services.session_record.domain.discharge import discharge_patient as discharged
from services.session_record.domain.encounter import Encounter
from shared.contracts.session_record import EncounterCompleted
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy
from tests.kit.session_record import (
    OTHER,
    POLICY,
    PRACTITIONERS,
    a_given_dose,
    a_reading,
    a_standing,
    an_encounter,
    at,
    finish,
    leave,
    monitored,
    stricter,
)

POINTS = (10, 20, 30, 40, 60, 90)
"""Minutes after the dose; the points of every route that must be there are among them."""


def dosed(**what: Any) -> Encounter:
    """Dosed ten minutes after arrival, and measured as the schedule wants it."""
    return an_encounter(**{"dose": a_given_dose(), "readings": monitored(*POINTS), **what})


def discharge_patient(
    command: Any, encounter: Encounter, policy: Policy
) -> tuple[Encounter, EncounterCompleted]:
    return discharged(command, encounter, a_standing(), PRACTITIONERS, policy)


def refused(command: Any, encounter: Encounter) -> list[str]:
    with pytest.raises(Rejected) as refusal:
        discharge_patient(command, encounter, POLICY)
    assert refusal.value.code == "not-ready-to-leave"
    return [each.code for each in refusal.value.blockers]


def test_a_discharge_completes_the_encounter_and_keeps_the_policy_it_was_judged_by() -> None:
    encounter, event = discharge_patient(leave(), dosed(), POLICY)

    assert event == EncounterCompleted("e-dosing-1", "a-dosing-1", "course-1", "dosing", 1, at(110))
    assert (encounter.status, encounter.finished_at) == ("finished", at(110))
    assert encounter.discharge
    assert encounter.discharge.policy.values["stay.iv_min"] == 90


@pytest.mark.parametrize(
    ("route", "least"), [("iv", 90), ("im", 120), ("sl", 120), ("esketamine", 120)]
)
def test_ses_5_the_least_stay_counts_from_the_dose_by_its_route(route: Any, least: int) -> None:
    encounter = dosed(dose=a_given_dose(route=route), route=route)

    assert refused(leave(10 + least - 1), encounter) == ["stay-too-short"]
    assert discharge_patient(leave(10 + least), encounter, POLICY)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"moaas": 4}, "not-awake"),
        ({"cadss": 5}, "still-dissociated"),
        ({"aldrete": 8}, "not-recovered"),
        ({"escort_present": False}, "escort-absent"),
        ({"instructions_given": False}, "no-instructions"),
        ({"oriented": None}, "not-oriented"),
        ({"oriented": False}, "not-oriented"),
        ({"steady_gait": None}, "unsteady"),
        ({"no_driving_told": None}, "driving-not-told"),
        ({"escort": ""}, "escort-unknown"),
        ({"escort": "contact-9"}, "escort-unknown"),
        ({"discharged_by": ""}, "not-signed"),
        ({"discharged_by": "therapist-1"}, "not-signed"),
    ],
)
def test_ses_5_each_item_of_the_gate_blocks_by_itself(state: dict[str, Any], code: str) -> None:
    assert refused(leave(**state), dosed()) == [code]


def test_ses_5_the_bounds_themselves_are_good_enough() -> None:
    assert discharge_patient(leave(moaas=5, cadss=4, aldrete=9), dosed(), POLICY)


@pytest.mark.parametrize("values", [{"systolic": 180}, {"oxygen_saturation": 89}])
def test_ses_5_nobody_leaves_with_last_vitals_in_the_stop_range(values: dict[str, int]) -> None:
    high = a_reading(100, **values)

    found = refused(leave(), dosed(readings=(*monitored(*POINTS[:-1]), high)))
    assert found[0] == "vitals-in-stop-range"
    recovered = dosed(readings=(*monitored(*POINTS[:-1]), high, a_reading(105)))
    assert discharge_patient(leave(), recovered, POLICY)


def test_everything_that_is_missing_is_said_at_once() -> None:
    command = leave(20, moaas=3, cadss=30, aldrete=5, escort_present=False)
    encounter = dosed(readings=(a_reading(15, systolic=190),))

    codes = refused(leave(20, moaas=3, cadss=30, aldrete=5), encounter)

    assert codes == [
        "stay-too-short",
        "not-awake",
        "still-dissociated",
        "not-recovered",
        "vitals-in-stop-range",
        "blood-pressure-not-back",
    ]
    assert "escort-absent" in refused(command, encounter)
    assert all(rule.source for rule in RULES)


def test_a_stricter_policy_keeps_the_patient_longer() -> None:
    with pytest.raises(Rejected, match="not-ready-to-leave"):
        discharge_patient(leave(), dosed(), stricter({"stay.iv_min": 120}))


@pytest.mark.parametrize("encounter", [an_encounter(), an_encounter("preparation", 0)])
def test_only_a_dosing_session_after_its_dose_ends_with_a_discharge(encounter: Encounter) -> None:
    with pytest.raises(Rejected, match="no-dose-given"):
        discharge_patient(leave(), encounter, POLICY)


def test_a_session_ends_once() -> None:
    ended, _ = discharge_patient(leave(), dosed(), POLICY)

    with pytest.raises(Rejected, match="encounter-finished"):
        discharge_patient(leave(), ended, POLICY)


def test_preparation_and_integration_end_without_a_gate() -> None:
    encounter, event = finish_encounter(finish(), an_encounter("preparation", 0))

    assert encounter.status == "finished"
    assert (event.session, event.finished_at) == ("preparation", at(60))


@pytest.mark.parametrize(
    ("command", "encounter", "code"),
    [
        (finish(), an_encounter(), "discharge-needed"),
        (finish(-1), an_encounter("preparation", 0), "ends-before-arrival"),
        (finish(), an_encounter("integration", status="finished"), "encounter-finished"),
        (finish(patient_id=OTHER), an_encounter("preparation", 0), "wrong-patient"),
    ],
)
def test_what_cannot_end_like_this_is_refused(command: Any, encounter: Any, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        finish_encounter(command, encounter)

    assert refusal.value.code == code
