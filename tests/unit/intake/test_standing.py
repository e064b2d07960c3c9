"""What is found, and what is corrected, after the decision."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.clearance import decide_clearance
from services.intake.domain.eligibility.case import About
from services.intake.domain.eligibility.registry import examine
from services.intake.domain.evidence.conditions import CONDITIONS
from services.intake.domain.patient import Events, Patient
from services.intake.domain.standing import corrected, retract, with_new_evidence
from shared.contracts.intake import ClearanceWithdrawn, EligibilityAssessed, PatientCleared
from tests.kit.clinical.file import (
    a_case,
    a_patient,
    c_ssrs_screening,
    checked,
    checklist,
    deciding,
    found_present,
    listed,
    result,
    retracting,
    screened,
    screening,
    without,
    worked_up,
)
from tests.kit.clinical.said import (
    BORN,
    POLICY,
    a_drug,
    on_day,
    phq_9,
)

Change = Callable[[Patient], Patient]


def cleared(**what: object) -> Patient:
    return decide_clearance(deciding(**what), a_patient(), BORN, POLICY)[0]


def found(change: Change, before: Patient | None = None) -> tuple[Patient, Events]:
    patient = before or cleared()
    return with_new_evidence(patient, change(patient), About(BORN), on_day(10), POLICY)


def amended(change: Change, before: Patient | None = None) -> tuple[Patient, Events]:
    patient = before or cleared()
    return corrected(patient, change(patient), About(BORN), on_day(10), POLICY)


def ended_by(events: Events) -> list[str]:
    return [
        reason.code
        for each in events
        if isinstance(each, ClearanceWithdrawn)
        for reason in each.reasons
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda each: found_present(each, "pregnancy", at=on_day(9)), "pregnancy"),
        (lambda each: found_present(each, "glaucoma", at=on_day(9)), "glaucoma"),
        (
            lambda each: found_present(each, "arteriovenous-malformation", at=on_day(9)),
            "arteriovenous-malformation",
        ),
        (
            lambda each: worked_up(each, result("pregnancy-test", "positive", on_day(9))),
            "pregnancy-test-positive",
        ),
        (lambda each: listed(each, a_drug("opium", "opioid"), at=on_day(9)), "takes-opium"),
        (
            lambda each: listed(each, a_drug("modafinil", "psychostimulant"), at=on_day(9)),
            "takes-modafinil",
        ),
    ],
)
def test_int_3_a_new_contraindication_pregnancy_or_interaction_ends_the_clearance(
    change: Change, code: str
) -> None:
    patient, events = found(change)

    assert ended_by(events) == [code]
    assert patient.status(on_day(10)) == "revoked"


@pytest.mark.parametrize(
    "change",
    [
        lambda each: checked(each, checklist(at=on_day(9))),
        lambda each: listed(each, a_drug("lorazepam", "benzodiazepine"), at=on_day(9)),
        lambda each: worked_up(each, result("pregnancy-test", "negative", on_day(9))),
        lambda each: found_present(each, "delirium", at=on_day(-2)),
    ],
    ids=["nothing-found", "a-note", "negative", "resolved-since"],
)
def test_what_speaks_not_against_it_leaves_the_clearance(change: Change) -> None:
    patient, events = found(change)

    assert events == ()
    assert patient.clearance


def test_what_the_signer_weighed_ends_nothing_when_it_is_found_again() -> None:
    glaucoma = found_present(a_patient(), "glaucoma")
    weighed, _ = decide_clearance(deciding(weighed=("glaucoma",)), glaucoma, BORN, POLICY)

    assert found(lambda each: found_present(each, "glaucoma", at=on_day(9)), weighed)[1] == ()


def test_another_drug_of_a_class_that_was_weighed_is_a_new_interaction() -> None:
    taking_one = listed(a_patient(), a_drug("opium", "opioid"), at=on_day(1))
    weighed, _ = decide_clearance(deciding(weighed=("takes-opium",)), taking_one, BORN, POLICY)
    two = (a_drug("opium", "opioid"), a_drug("codeine", "opioid"))

    _, events = found(lambda each: listed(each, *two, at=on_day(9)), weighed)

    assert ended_by(events) == ["takes-codeine"]


def test_a_correction_that_takes_the_grounds_away_ends_the_clearance_and_is_told() -> None:
    mild = screening(phq_9(6), on_day(10), amends="phq-9")

    patient, events = amended(lambda each: screened(each, mild))

    assert ended_by(events) == ["depression-below-threshold"]
    assert isinstance(events[-1], EligibilityAssessed)
    assert events[-1].status == "on-hold"
    assert patient.clearance is None


def test_a_correction_that_leaves_the_grounds_leaves_the_clearance() -> None:
    severe = screening(phq_9(22), on_day(10), amends="phq-9")

    patient, events = amended(lambda each: screened(each, severe))

    assert events == ()
    assert patient.clearance


def test_what_grew_old_since_the_grant_does_not_end_it_at_a_correction() -> None:
    severe = screening(phq_9(22), on_day(60), amends="phq-9")
    before = cleared()

    after, events = corrected(before, screened(before, severe), About(BORN), on_day(60), POLICY)

    assert events == ()
    assert after.clearance


def test_answers_given_after_the_grant_are_not_its_grounds() -> None:
    later = screened(cleared(), screening(phq_9(5), on_day(8), event_id="later"))
    same = screening(phq_9(4), on_day(9), amends="later")

    assert ended_by(amended(lambda each: screened(each, same), later)[1]) == []


def test_what_a_correction_finds_after_the_grant_ends_it_too() -> None:
    later = checked(cleared(), checklist(at=on_day(8), event_id="later"))
    again = checklist(at=on_day(9), amends="later", pregnancy="present")

    patient, events = amended(lambda each: checked(each, again), later)

    assert ended_by(events) == ["pregnancy"]
    assert patient.clearance is None


def test_retracting_what_the_grant_rests_on_ends_it() -> None:
    _, events = amended(lambda each: retract(retracting("history"), each)[0])

    assert ended_by(events) == ["treatment-history-missing"]


def test_a_high_answer_corrected_keeps_the_hold() -> None:
    """Only a psychiatrist lifts it (INT-8)."""
    high = c_ssrs_screening(1, 2, 4, at=on_day(5), event_id="high")
    held = screened(cleared(), high)
    low = c_ssrs_screening(at=on_day(6), amends="high")

    patient, _ = amended(lambda each: screened(each, low), held)

    assert patient.hold
    assert patient.clearance


def test_int_3_a_high_c_ssrs_stops_dosing_at_once_and_lifting_restores_the_clearance() -> None:
    held = screened(cleared(), c_ssrs_screening(1, 2, 4, at=on_day(5)))

    assert held.status(on_day(5)) == "safety-hold"
    assert replace(held, hold=None).status(on_day(5)) == "cleared"


# ---- properties ------------------------------------------------------------------------------

STANDINGS = ("eligible", "needs-review", "on-hold", "ineligible")
ABSOLUTE = tuple(each.code for each in CONDITIONS if each.level == "absolute")
CHANGES: dict[str, Change] = {
    "no-phq-9": lambda each: without(each, "phq-9"),
    "no-consent": lambda each: replace(each, consent=None),
    "no-vital-signs": lambda each: replace(each, vital_signs=()),
    "no-history": lambda each: replace(each, histories=()),
    "glaucoma": lambda each: found_present(each, "glaucoma"),
    "mania": lambda each: found_present(each, "current-mania"),
    "opioid": lambda each: listed(each, a_drug("opium", "opioid"), at=on_day(1)),
    "positive": lambda each: worked_up(each, result("pregnancy-test", "positive", on_day(1))),
    "high": lambda each: screened(each, c_ssrs_screening(1, 2, 4, at=on_day(1))),
    "moderate": lambda each: screened(each, c_ssrs_screening(1, 2, 3, at=on_day(1))),
}
WHOLE = a_patient()
MADE = {name: change(WHOLE) for name, change in CHANGES.items()}
"""That each changes something is seen once, here; hypothesis combines them."""


def changed(names: list[str]) -> Patient:
    patient = WHOLE
    for name in names:
        patient = CHANGES[name](patient)
    return patient


@pytest.mark.parametrize("name", CHANGES)
def test_each_of_the_changes_below_makes_a_difference(name: str) -> None:
    assert examine(a_case(MADE[name])).status != "eligible"


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(CHANGES)), unique=True), st.sampled_from(ABSOLUTE))
def test_an_absolute_contraindication_never_makes_it_better(names: list[str], code: str) -> None:
    patient = changed(names)
    before = examine(a_case(patient)).status
    after = examine(a_case(found_present(patient, code))).status

    assert STANDINGS.index(after) >= STANDINGS.index(before)
    assert after == "ineligible"


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(sorted(CHANGES)), unique=True),
    st.lists(st.sampled_from(["glaucoma", "takes-opium", "c-ssrs-moderate", "safety-hold"])),
)
def test_nothing_is_granted_while_a_reason_stands(names: list[str], weighed: list[str]) -> None:
    patient = changed(names)
    case = a_case(patient, weighed=tuple(weighed))

    _, events = decide_clearance(deciding(weighed=tuple(weighed)), patient, BORN, POLICY)

    granted = any(isinstance(each, PatientCleared) for each in events)
    assert granted == (examine(case).reasons == ())
    assert not (granted and (patient.hold or not patient.consent))
