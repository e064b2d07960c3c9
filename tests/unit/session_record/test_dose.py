"""The dose: SES-1 to SES-3 at their bounds, everything that is wrong at once."""

from dataclasses import replace
from typing import Any

import pytest

from services.session_record.domain.dose.administration import RULES, administer_dose
from services.session_record.domain.dose.asked import mg_per_kg
from services.session_record.domain.encounter import Encounter
from services.session_record.domain.history import History
from services.session_record.domain.knowledge.standing import SafetyHold
from services.session_record.domain.ledger.container import Container
from services.session_record.domain.readiness.patient import STANDING
from shared.contracts.session_record import DoseAdministered
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy
from tests.kit.session_record import (
    NOON,
    OTHER,
    PATIENT,
    POLICY,
    a_clearance,
    a_consent,
    a_container,
    a_dose_given,
    a_given_dose,
    a_history,
    a_reading,
    a_situation,
    a_standing,
    an_encounter,
    an_entry,
    at,
    give,
    stricter,
)

OWN = an_entry("dosing", 1)


def dose(
    command: Any = None, encounter: Any = None, policy: Policy = POLICY, **known: Any
) -> tuple[Encounter, DoseAdministered]:
    situation = a_situation(encounter, **{"history": a_history(OWN), **known})
    encounter, (event, *_) = administer_dose(command or give(), situation, policy)
    assert isinstance(event, DoseAdministered)
    return encounter, event


def refused(*args: Any, **known: Any) -> list[str]:
    with pytest.raises(Rejected) as refusal:
        dose(*args, **known)
    assert refusal.value.code == "dose-refused"
    assert all(each.words in refusal.value.reason for each in refusal.value.blockers)
    return [each.code for each in refusal.value.blockers]


def of_route(route: Any, **standing: Any) -> dict[str, Any]:
    """What is known of a patient of this route, with a full vial of its drug."""
    known = a_standing(
        clearances=(a_clearance(route=route),), consents=(a_consent(route=route),), **standing
    )
    drug: Any = "esketamine" if route == "esketamine" else "ketamine"
    moved = tuple(replace(each, amount_mg=500.0) for each in a_container().movements)
    return {"standing": known, "container": Container("vial-1", drug, "lot-1", moved)}


def test_a_dose_is_recorded_with_its_mg_per_kg_and_the_policy_it_was_judged_by() -> None:
    encounter, event = dose()

    assert event == DoseAdministered("e-dosing-1", "course-1", 1, "iv", 40.0, 0.5, at(10))
    given = encounter.dose
    assert given
    assert (given.dose_mg, given.dose_mg_per_kg, given.weight_kg) == (40.0, 0.5, 80.0)
    assert given.policy.version == POLICY.version
    assert given.policy.values["dose.iv.hard_mg_per_kg"] == 1.2


@pytest.mark.parametrize(
    ("mg", "kg", "expected"),
    [(40, 80, 0.5), (50, 73.4, 0.681), (0.5, 80, None), (33.45, 100, 0.335), (1, 80, 0.013)],
)
def test_mg_per_kg_is_rounded_half_up_to_three_decimals(
    mg: float, kg: float, expected: float | None
) -> None:
    assert mg_per_kg(mg, kg) == expected


def test_ses_1_vital_signs_may_be_thirty_minutes_old_and_no_older() -> None:
    assert dose(give(35))
    assert refused(give(35 + 1 / 60)) == ["vitals-too-old"]


def test_ses_1_vital_signs_taken_after_the_dose_do_not_count() -> None:
    late = an_encounter(readings=(a_reading(-60, weight_kg=80.0), a_reading(11)))

    assert refused(encounter=late) == ["vitals-too-old"]


@pytest.mark.parametrize("values", [{"systolic": 160}, {"diastolic": 100}])
def test_ses_1_no_dose_at_the_hold_of_the_ladder(values: dict[str, int]) -> None:
    high = an_encounter(readings=(a_reading(weight_kg=80.0, **values),))

    assert refused(encounter=high) == ["blood-pressure-hold", "blood-pressure-recheck"]


def test_ses_1_a_recheck_below_the_hold_allows_the_dose() -> None:
    first, recheck = a_reading(1, systolic=165, weight_kg=80.0), a_reading(systolic=140)

    assert dose(encounter=an_encounter(readings=(first, recheck)))


def test_ses_1_no_dose_while_a_reading_is_in_the_stop_range() -> None:
    low = an_encounter(readings=(a_reading(weight_kg=80.0, oxygen_saturation=89),))

    assert refused(encounter=low) == ["vitals-in-stop-range"]


def test_ses_2_the_route_is_the_appointments() -> None:
    assert refused(give(route="im")) == ["other-route"]


@pytest.mark.parametrize("route", ["iv", "im"])
def test_ses_2_the_hard_limit_of_iv_and_im_is_by_weight(route: Any) -> None:
    encounter, known = an_encounter(route=route), of_route(route)
    limit, above = give(route=route, dose_mg=96, dose_mg_per_kg=None), 96.1

    assert dose(limit, encounter, **known)
    over = give(route=route, dose_mg=above, dose_mg_per_kg=None)
    assert refused(over, encounter, **known) == ["dose-above-limit"]


@pytest.mark.parametrize(("route", "limit"), [("sl", 450), ("esketamine", 84)])
def test_ses_2_the_hard_limit_of_sl_and_esketamine_is_in_mg(route: Any, limit: float) -> None:
    encounter, known = an_encounter(route=route), of_route(route)

    assert dose(give(route=route, dose_mg=limit, dose_mg_per_kg=None), encounter, **known)
    over = give(route=route, dose_mg=limit + 1, dose_mg_per_kg=None)
    assert refused(over, encounter, **known) == ["dose-above-limit"]


def test_ses_2_iv_needs_a_weight_of_the_same_day_at_the_clinic() -> None:
    yesterday = an_encounter(readings=(a_reading(),))

    assert refused(encounter=yesterday) == ["weight-missing"]


def test_ses_2_the_day_of_a_weight_is_the_clinics_day_not_utcs() -> None:
    evening = 5 * 60
    weighed = a_reading(2, weight_kg=80.0)
    encounter = an_encounter(readings=(weighed, a_reading(evening - 5)))

    assert at(evening).date() != NOON.date(), "past midnight in UTC, evening at the clinic"
    assert dose(give(evening), encounter)


def test_ses_2_sl_takes_a_weight_of_thirty_days_where_the_dose_is_by_weight() -> None:
    encounter, known = an_encounter(route="sl", readings=(a_reading(),)), of_route("sl")
    by_weight = give(route="sl", dose_mg=162, dose_mg_per_kg=2)
    unweighed = a_history(OWN).entries[1:]
    standing = replace(known["standing"], weights=())

    given, _ = dose(by_weight, encounter, **known)
    nobody = {**known, "history": History(PATIENT, unweighed), "standing": standing}

    assert given.dose
    assert given.dose.weight_kg == 81.0
    assert refused(by_weight, encounter, **nobody) == ["weight-missing"]


def test_ses_2_sl_without_mg_per_kg_needs_no_weight_and_states_none() -> None:
    encounter = an_encounter(route="sl", readings=(a_reading(),))
    fixed = give(route="sl", dose_mg=200, dose_mg_per_kg=None)

    given, event = dose(fixed, encounter, stricter({"weight.max_age_d": 1}), **of_route("sl"))

    assert given.dose
    assert event.dose_mg_per_kg is None


@pytest.mark.parametrize("stated", [0.495, 0.505])
def test_ses_2_mg_is_mg_per_kg_by_weight_within_one_percent(stated: float) -> None:
    assert dose(give(dose_mg_per_kg=stated))
    outside = stated + (0.001 if stated > 0.5 else -0.001)
    assert refused(give(dose_mg_per_kg=outside)) == ["dose-weight-mismatch"]


@pytest.mark.parametrize(
    ("giver", "checker"), [("", ""), ("nurse-1", ""), ("", "nurse-2"), ("nurse-1", "nurse-1")]
)
def test_ses_3_two_different_people_give_and_check(giver: str, checker: str) -> None:
    assert refused(give(administered_by=giver, checked_by=checker)) == ["not-checked-by-two"]


def test_what_has_changed_since_the_door_opened_is_found_before_the_dose() -> None:
    changed = a_standing(
        clearances=(a_clearance(ended_at=at(5)),),
        consents=(a_consent(withdrawn_at=at(5)),),
        holds=(SafetyHold(at(5), ("phq-9-item-9",)),),
    )

    assert refused(standing=changed) == ["no-valid-clearance", "no-valid-consent", "safety-hold"]


def test_of_two_open_dosing_sessions_only_one_leads_to_a_dose() -> None:
    other = a_dose_given(2, days=0, finished_at=None)

    assert "dose-gap-too-short" in refused(history=a_history(OWN, other))


def test_only_one_dose_is_given_in_an_encounter() -> None:
    with pytest.raises(Rejected, match="already-given") as refusal:
        dose(give(12), an_encounter(dose=a_given_dose()))

    assert [each.code for each in refusal.value.blockers] == ["already-given"]


def test_no_dose_is_given_outside_a_dosing_session() -> None:
    with pytest.raises(Rejected, match="not-a-dosing-session"):
        dose(encounter=an_encounter("integration"))


def test_a_dose_for_another_patient_is_refused() -> None:
    with pytest.raises(Rejected, match="wrong-patient"):
        dose(give(patient_id=OTHER))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    bad = an_encounter(readings=(a_reading(systolic=185, weight_kg=80.0),), route="im")
    command = give(dose_mg=200, administered_by="")
    standing = a_standing(clearances=(), consents=())

    codes = refused(command, bad, standing=standing)

    assert codes == [
        "blood-pressure-hold",
        "blood-pressure-recheck",
        "vitals-in-stop-range",
        "other-route",
        "dose-above-limit",
        "dose-weight-mismatch",
        "not-checked-by-two",
        "not-dispensed",
        "no-valid-clearance",
        "no-valid-consent",
    ]


def test_every_rule_names_its_source() -> None:
    assert all([*(rule.source for rule in RULES), *(rule.source for rule in STANDING)])
