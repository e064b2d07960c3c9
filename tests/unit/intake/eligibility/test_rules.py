"""Each eligibility rule alone, by its name."""

from dataclasses import replace
from datetime import date

import pytest

from services.intake.domain.eligibility import registry
from services.intake.domain.eligibility.case import Case
from services.intake.domain.eligibility.registry import PATIENT_RULES, REQUEST_RULES, examine
from services.intake.domain.evidence.treatment import record_history
from services.intake.domain.patient import Lift, SafetyHold
from services.intake.domain.safety import C_SSRS_HIGH
from shared.contracts import site
from shared.contracts.site import Contraindication
from shared.kernel.errors import Reason
from tests.kit.clinical.file import (
    a_case,
    a_patient,
    a_referred,
    c_ssrs_screening,
    checked,
    checklist,
    history,
    screened,
    screening,
    without,
)
from tests.kit.clinical.said import (
    DECIDED,
    POLICY,
    TWO_FAILED,
    a_trial,
    on_day,
    phq_9,
    stricter,
)

RULES = {rule.name: rule for rule in PATIENT_RULES + REQUEST_RULES}


def codes(name: str, case: Case) -> list[str]:
    return [each.code for each in RULES[name].reasons(case)]


def test_a_patient_with_everything_on_file_passes_every_rule() -> None:
    assert examine(a_case()).reasons == ()


def test_every_rule_has_its_own_name_and_a_source_and_knows_its_policy_keys() -> None:
    assert len(RULES) == len(PATIENT_RULES + REQUEST_RULES)
    assert all(rule.source for rule in RULES.values())
    assert set(registry.POLICY_KEYS) <= set(POLICY.values)


def test_all_reasons_are_given_at_once_with_words_and_sources() -> None:
    found = examine(a_case(a_referred(), birth_date=date(2010, 1, 1)))

    assert found.status == "ineligible"

    assert [each.code for each in found.declines] == ["under-age"]
    assert {"checklist-missing", "phq-9-missing", "consent-missing"} <= {
        each.code for each in found.holds
    }
    assert all(each.words and each.source for each in found.reasons)


def test_only_age_and_absolute_contraindications_decline() -> None:
    declining = [name for name, rule in RULES.items() if rule.level == "decline"]

    assert declining == ["adults-only", "no-absolute-contraindication"]


@pytest.mark.parametrize(
    ("born", "reasons"),
    [(date(2008, 3, 5), []), (date(2008, 3, 6), ["under-age"]), (date(2020, 1, 1), ["under-age"])],
)
def test_int_10_nobody_is_treated_before_the_eighteenth_birthday(
    born: date, reasons: list[str]
) -> None:
    assert codes("adults-only", a_case(birth_date=born)) == reasons


def test_int_2_an_absolute_contraindication_declines() -> None:
    found = Contraindication("arteriovenous-malformation", "present")
    patient = checked(a_patient(), checklist(found, at=on_day(1)))

    assert codes("no-absolute-contraindication", a_case(patient)) == ["arteriovenous-malformation"]


def test_an_unresolved_contraindication_holds() -> None:
    found = Contraindication("current-mania", "present")
    patient = checked(a_patient(), checklist(found, at=on_day(1)))

    assert codes("contraindications-resolved", a_case(patient)) == ["current-mania"]


def test_the_checklist_must_be_complete() -> None:
    patient = checked(a_referred(), checklist(delirium="unknown"))

    assert codes("checklist-complete", a_case(patient)) == ["delirium-unknown"]
    assert codes("checklist-complete", a_case(a_referred())) == ["checklist-missing"]


def test_the_phq_9_must_be_there_complete_and_recent() -> None:
    missing = without(a_patient(), "phq-9")
    incomplete = screened(a_patient(), screening((*phq_9()[:8], None), on_day(1)))
    later = screened(a_patient(), screening(at=on_day(4)))

    assert codes("phq-9-current", a_case(missing)) == ["phq-9-missing"]
    assert codes("phq-9-current", a_case(incomplete)) == ["phq-9-incomplete"]
    assert codes("phq-9-current", a_case(later)) == ["phq-9-newer"]
    assert codes("phq-9-current", a_case(at=on_day(30))) == []
    assert codes("phq-9-current", a_case(at=on_day(30, hour=10))) == ["phq-9-expired"]


def test_a_stricter_policy_asks_for_a_more_recent_phq_9() -> None:
    case = a_case(policy=stricter(screening__max_age_d=2))

    assert codes("phq-9-current", case) == ["phq-9-expired"]


def test_ptsd_needs_a_complete_pcl_5_and_no_other_indication_does() -> None:
    ptsd, depression = without(a_patient("ptsd"), "pcl-5"), without(a_patient(), "pcl-5")

    assert codes("pcl-5-current-for-ptsd", a_case(ptsd)) == ["pcl-5-missing"]
    assert codes("pcl-5-current-for-ptsd", a_case(depression)) == []


@pytest.mark.parametrize(
    ("indication", "total", "reasons"),
    [
        ("treatment-resistant-depression", 10, []),
        ("treatment-resistant-depression", 9, ["depression-below-threshold"]),
        ("chronic-depression", 9, ["depression-below-threshold"]),
        ("ptsd", 3, []),
        ("existential-distress", 3, []),
    ],
)
def test_depression_must_be_at_least_moderate(
    indication: site.Indication, total: int, reasons: list[str]
) -> None:
    patient = screened(a_patient(indication), screening(phq_9(total), on_day(1)))

    assert codes("depression-at-least-moderate", a_case(patient)) == reasons


def test_the_c_ssrs_must_be_there() -> None:
    assert codes("c-ssrs-current", a_case(without(a_patient(), "c-ssrs-screener"))) == [
        "c-ssrs-screener-missing"
    ]


def test_int_8_a_high_c_ssrs_holds_until_a_psychiatrist_has_evaluated_it() -> None:
    high = screened(a_patient(), c_ssrs_screening(1, 2, 5, at=on_day(1)))
    seen = replace(high, hold=None, lifts=(Lift(on_day(2), "psychiatrist-1", "seen"),))
    seen_before = replace(high, hold=None, lifts=(Lift(on_day(0), "psychiatrist-1", "seen"),))

    assert codes("suicide-risk-evaluated", a_case(high)) == ["c-ssrs-high"]
    assert codes("suicide-risk-evaluated", a_case(seen)) == []
    assert codes("suicide-risk-evaluated", a_case(seen_before)) == ["c-ssrs-high"]


def test_item_9_needs_a_c_ssrs_on_the_same_day_or_later() -> None:
    answered = screening(phq_9(18, item_9=1), on_day(1, hour=15))
    before = screened(a_patient(), answered)
    same_day = screened(before, c_ssrs_screening(at=on_day(1, hour=8)))
    without_item = screened(a_patient(), screening(phq_9(18, item_9=0), on_day(1)))

    assert codes("item-9-followed-by-c-ssrs", a_case(before)) == ["c-ssrs-after-item-9"]
    assert codes("item-9-followed-by-c-ssrs", a_case(same_day)) == []
    assert codes("item-9-followed-by-c-ssrs", a_case(without_item)) == []


def test_int_4_treatment_resistance_needs_two_failed_drugs_of_this_episode() -> None:
    without_history = replace(a_patient(), histories=())
    with_one = record_history(history(a_trial(), at=on_day(1)), a_patient())

    assert codes("treatment-resistance", a_case(without_history)) == ["treatment-history-missing"]
    assert codes("treatment-resistance", a_case(with_one)) == ["treatment-resistance-not-shown"]
    assert codes("treatment-resistance", a_case(a_patient("chronic-depression"))) == []


def test_a_history_taken_after_the_decision_was_not_weighed_in_it() -> None:
    later = record_history(history(*TWO_FAILED, at=on_day(9)), a_patient())

    assert codes("treatment-resistance", a_case(later)) == ["treatment-history-newer"]


def test_int_6_the_consent_must_be_in_force() -> None:
    patient = a_patient()
    assert patient.consent
    withdrawn = replace(patient, consent=replace(patient.consent, withdrawn_at=on_day(1)))
    later = replace(patient, consent=replace(patient.consent, signed_at=on_day(4)))
    unsigned = replace(patient, consent=None)
    void = replace(patient, consent=replace(patient.consent, void=True))

    assert codes("consent-in-force", a_case(unsigned)) == ["consent-missing"]
    assert codes("consent-in-force", a_case(void)) == ["consent-void"]
    assert codes("consent-in-force", a_case(withdrawn)) == ["consent-withdrawn"]
    assert codes("consent-in-force", a_case(later)) == ["consent-newer"]
    assert codes("consent-in-force", a_case(at=on_day(365))) == []
    assert codes("consent-in-force", a_case(at=on_day(366))) == ["consent-expired"]


def test_a_safety_hold_holds() -> None:
    held = replace(a_patient(), hold=SafetyHold(on_day(1), (C_SSRS_HIGH,)))

    assert codes("no-safety-hold", a_case(held)) == ["safety-hold"]


def test_the_consent_must_be_for_the_route_that_is_asked_for() -> None:
    assert codes("consent-for-this-route", a_case(route="im")) == ["consent-route"]


def test_the_protocol_must_be_of_the_policy_and_of_the_route() -> None:
    assert codes("protocol-of-this-route", a_case(protocol="iv-60")) == ["protocol-unknown"]
    assert codes("protocol-of-this-route", a_case(protocol="im-4")) == ["protocol-route"]


def test_without_a_request_nothing_is_asked_about_protocol_or_route() -> None:
    assert examine(a_case(protocol="", route=None)).reasons == ()


@pytest.mark.parametrize(
    ("total", "madrs", "reasons"),
    [(9, 21, []), (9, 20, ["depression-below-threshold"]), (10, 0, [])],
)
def test_a_current_madrs_above_the_threshold_shows_depression_too(
    total: int, madrs: int, reasons: list[str]
) -> None:
    answers = tuple(min(6, max(0, madrs - 6 * item)) for item in range(10))
    rated = screening(answers, on_day(1), "madrs")
    patient = screened(a_patient(), screening(phq_9(total), on_day(1)), rated)

    assert codes("depression-at-least-moderate", a_case(patient)) == reasons


@pytest.mark.parametrize(
    ("indication", "diagnosis", "fits"),
    [
        ("treatment-resistant-depression", "F33.2", True),
        ("treatment-resistant-depression", "F31.3", True),
        ("treatment-resistant-depression", "F34.1", False),
        ("chronic-depression", "F34.1", True),
        ("ptsd", "F43.1", True),
        ("ptsd", "F33.2", False),
        ("existential-distress", "C50.9", True),
    ],
)
def test_the_diagnosis_must_be_one_of_the_indication(
    indication: site.Indication, diagnosis: str, fits: bool
) -> None:
    patient = replace(a_patient(indication), referred_for=diagnosis)

    found = codes("diagnosis-of-the-indication", a_case(patient))

    assert found == ([] if fits else ["diagnosis-not-of-indication"])


@pytest.mark.parametrize(
    ("indication", "reasons"),
    [
        ("ptsd", ["case-by-case"]),
        ("existential-distress", ["case-by-case"]),
        ("chronic-depression", []),
    ],
)
def test_ptsd_and_existential_distress_are_decided_case_by_case(
    indication: site.Indication, reasons: list[str]
) -> None:
    assert codes("case-by-case-stream", a_case(a_patient(indication))) == reasons


def test_existential_distress_needs_one_of_its_two_scales() -> None:
    name = "existential-distress-measured"
    unmeasured = without(a_patient("existential-distress"), "dadds")
    demoralized = screened(unmeasured, screening((1,) * 16, on_day(1), "ds-ii"))

    assert codes(name, a_case(a_patient("existential-distress"))) == []
    assert codes(name, a_case(unmeasured)) == ["dadds-missing"]
    assert codes(name, a_case(demoralized)) == []
    assert codes(name, a_case(without(a_patient(), "dadds"))) == []


def test_int_8_a_moderate_c_ssrs_waits_for_the_follow_up_to_be_named() -> None:
    moderate = screened(a_patient(), c_ssrs_screening(1, 2, 3, at=on_day(1)))

    assert codes("moderate-risk-followed-up", a_case(moderate)) == ["c-ssrs-moderate"]
    assert examine(a_case(moderate)).status == "needs-review"
    assert examine(a_case(moderate, weighed=("c-ssrs-moderate",))).status == "eligible"


def test_the_consent_must_be_to_the_current_text() -> None:
    newer = replace(
        POLICY.consents[0], version="kap-consent-2026-03", effective_from=DECIDED.date()
    )
    policy = replace(POLICY, consents=(*POLICY.consents, newer))

    assert codes("consent-to-the-current-text", a_case()) == []
    assert codes("consent-to-the-current-text", a_case(policy=policy)) == ["consent-text-replaced"]


def test_a_course_elsewhere_holds() -> None:
    elsewhere = Reason("course-elsewhere", "The person has a course at another clinic.", "SCH-9")

    assert codes("person-free-for-a-course", a_case(obstacles=(elsewhere,))) == ["course-elsewhere"]


INT_1 = {
    "diagnosis-of-the-indication": replace(a_patient(), referred_for="F20.0"),
    "treatment-resistance": replace(a_patient(), histories=()),
    "checklist-complete": replace(a_patient(), checklists=()),
    "medications-listed": replace(a_patient(), medications=()),
    "vital-signs-in-date": replace(a_patient(), vital_signs=()),
    "c-ssrs-current": without(a_patient(), "c-ssrs-screener"),
    "phq-9-current": without(a_patient(), "phq-9"),
    "consent-in-force": replace(a_patient(), consent=None),
}


@pytest.mark.parametrize("rule", INT_1)
def test_int_1_nobody_is_eligible_without_each_part_of_the_file(rule: str) -> None:
    found = examine(a_case(INT_1[rule]))

    assert found.status == "on-hold"
    assert set(codes(rule, a_case(INT_1[rule]))) <= {each.code for each in found.holds}
