"""The rules about work-up, vital signs, medicines and substances, each by its name."""

from dataclasses import replace
from datetime import date

import pytest

from services.intake.domain.eligibility.case import Case
from services.intake.domain.eligibility.registry import PATIENT_RULES, examine
from shared.contracts.instruments import InstrumentCode
from shared.contracts.site import Contraindication
from tests.kit.clinical.file import (
    a_case,
    a_patient,
    checked,
    checklist,
    found_present,
    listed,
    measured,
    result,
    screened,
    screening,
    vitals,
    worked_up,
)
from tests.kit.clinical.said import (
    a_drug,
    on_day,
)

RULES = {rule.name: rule for rule in PATIENT_RULES}


def codes(name: str, case: Case) -> list[str]:
    return [each.code for each in RULES[name].reasons(case)]


@pytest.mark.parametrize(
    ("instrument", "answers", "reasons"),
    [
        ("audit", (4, 3, *(0,) * 8), []),
        ("audit", (4, 4, *(0,) * 8), ["audit-positive"]),
        ("dast-10", (1, *(0,) * 9), []),
        ("dast-10", (1, 1, *(0,) * 8), ["dast-10-positive"]),
    ],
)
def test_int_11_a_positive_substance_screen_is_weighed_by_the_prescriber(
    instrument: InstrumentCode, answers: tuple[int, ...], reasons: list[str]
) -> None:
    patient = screened(a_patient(), screening(answers, on_day(1), instrument))

    assert codes("substance-screens-weighed", a_case(patient)) == reasons
    assert examine(a_case(patient, weighed=tuple(reasons))).status == "eligible"


def test_int_11_a_positive_urine_drug_screen_is_weighed_too() -> None:
    patient = worked_up(a_patient(), result("urine-drug-screen", "positive", on_day(1)))

    assert codes("work-up-weighed", a_case(patient)) == ["urine-drug-screen-positive"]


def test_a_relative_contraindication_is_weighed_or_needs_review() -> None:
    patient = found_present(a_patient(), "glaucoma")

    assert examine(a_case(patient)).status == "needs-review"
    weighed = examine(a_case(patient, weighed=("glaucoma",)))
    assert weighed.status == "eligible"
    assert [each.code for each in weighed.remarks] == ["glaucoma"]


@pytest.mark.parametrize(
    ("drug_class", "reviewed", "noted"),
    [
        ("maoi", ["takes-some-drug"], []),
        ("opioid", ["takes-some-drug"], []),
        ("psychostimulant", ["takes-some-drug"], []),
        ("benzodiazepine", [], ["takes-some-drug"]),
        ("ssri", [], []),
        ("lithium", [], []),
    ],
)
def test_an_interaction_is_weighed_or_noted_as_the_policy_says(
    drug_class: str, reviewed: list[str], noted: list[str]
) -> None:
    case = a_case(listed(a_patient(), a_drug("some-drug", drug_class), at=on_day(1)))

    assert codes("interactions-weighed", case) == reviewed
    assert codes("interactions-known", case) == noted


def test_the_medication_list_must_be_there() -> None:
    newer = listed(a_patient(), at=on_day(5))

    assert codes("medications-listed", a_case(replace(a_patient(), medications=()))) == [
        "medications-missing"
    ]
    assert codes("medications-listed", a_case(newer)) == ["medications-newer"]


def test_int_7_a_negative_pregnancy_test_or_an_exemption_must_be_in_date() -> None:
    name = "pregnancy-test-in-date"
    untested = replace(a_patient(), work_ups=())
    exempt = worked_up(untested, result("pregnancy-test", "not-applicable"))

    assert codes(name, a_case(untested)) == ["pregnancy-test-missing"]
    assert codes(name, a_case(at=on_day(30))) == []
    assert codes(name, a_case(at=on_day(30, hour=10))) == ["pregnancy-test-expired"]
    assert codes(name, a_case(exempt, at=on_day(300))) == []


def test_int_7_a_positive_pregnancy_test_holds_until_a_later_one_is_negative() -> None:
    positive = worked_up(a_patient(), result("pregnancy-test", "positive", on_day(1)))
    negative = worked_up(positive, result("pregnancy-test", "negative", on_day(2)))

    assert codes("not-pregnant", a_case(positive)) == ["pregnancy-test-positive"]
    assert codes("not-pregnant", a_case(negative)) == []


@pytest.mark.parametrize(
    ("born", "missing"), [(date(1976, 3, 6), []), (date(1976, 3, 5), ["ecg-missing"])]
)
def test_an_ecg_is_due_from_the_age_of_the_policy(born: date, missing: list[str]) -> None:
    assert codes("ecg-in-date", a_case(birth_date=born)) == missing


def test_an_ecg_is_due_at_any_age_after_a_cardiac_finding() -> None:
    was = Contraindication("unstable-angina", "present")
    resolved = Contraindication("unstable-angina", "absent")
    patient = checked(a_patient(), checklist(was), checklist(resolved, at=on_day(1)))

    assert codes("ecg-in-date", a_case(patient)) == ["ecg-missing"]


def test_cognition_is_due_at_65_and_must_be_sufficient() -> None:
    old = date(1960, 1, 1)
    low = worked_up(a_patient(), result("cognition", "abnormal", on_day(1), value=17))
    enough = worked_up(a_patient(), result("cognition", "normal", on_day(1), value=18))

    assert codes("cognition-in-date", a_case(birth_date=old)) == ["cognition-missing"]
    assert codes("cognition-sufficient", a_case(low)) == ["cognition-below-threshold"]
    assert codes("cognition-sufficient", a_case(enough)) == []


@pytest.mark.parametrize(
    ("item", "last_day"),
    [
        ("liver-function", 90),
        ("renal-function", 90),
        ("urine-drug-screen", 90),
        ("urinary-symptoms", 28),
        ("prescription-monitoring", 30),
    ],
)
def test_every_item_of_the_work_up_falls_out_of_date(item: str, last_day: int) -> None:
    assert codes(f"{item}-in-date", a_case(at=on_day(last_day))) == []
    assert codes(f"{item}-in-date", a_case(at=on_day(last_day, hour=10))) == [f"{item}-expired"]


def test_urinary_symptoms_hold() -> None:
    patient = worked_up(a_patient(), result("urinary-symptoms", "positive", on_day(1)))

    assert examine(a_case(patient)).status == "on-hold"


@pytest.mark.parametrize(
    ("systolic", "diastolic", "high"), [(159, 99, False), (160, 80, True), (120, 100, True)]
)
def test_blood_pressure_must_be_below_the_hold(systolic: int, diastolic: int, high: bool) -> None:
    taken = vitals(on_day(1), systolic=systolic, diastolic=diastolic)
    case = a_case(measured(a_patient(), taken))

    assert codes("blood-pressure-below-hold", case) == (["blood-pressure-high"] if high else [])


def test_vital_signs_and_weight_must_be_in_date() -> None:
    unmeasured = replace(a_patient(), vital_signs=())
    unweighed = measured(unmeasured, vitals(weight_kg=None))

    assert codes("vital-signs-in-date", a_case(unmeasured)) == ["vital-signs-missing"]
    assert codes("vital-signs-in-date", a_case(at=on_day(31))) == ["vital-signs-expired"]
    assert codes("weight-in-date", a_case(unweighed)) == ["weight-missing"]
    assert codes("weight-in-date", a_case(at=on_day(31))) == ["weight-expired"]
