"""The clearance decision: granted, held or declined, and kept for good."""

from dataclasses import replace
from datetime import date

import pytest

from services.intake.domain.clearance import decide_clearance
from services.intake.domain.patient import Events, Patient
from services.intake.domain.safety import C_SSRS_HIGH, raise_hold
from shared.contracts.intake import (
    ClearanceDeclined,
    ClearanceHeld,
    ClearanceWithdrawn,
    EligibilityAssessed,
    PatientCleared,
    PolicyUsed,
)
from shared.kernel.errors import Reason, Rejected
from shared.kernel.identifiers import derive
from tests.kit.clinical.file import (
    a_patient,
    a_referred,
    deciding,
    found_present,
    screened,
    screening,
)
from tests.kit.clinical.said import (
    BORN,
    DECIDED,
    POLICY,
    on_day,
    stricter,
)


def decided(patient: Patient, **what: object) -> tuple[Patient, Events]:
    """The patient, and what is told of the decision beside the eligibility."""
    patient, (assessed, *told) = decide_clearance(deciding(**what), patient, BORN, POLICY)
    assert isinstance(assessed, EligibilityAssessed)
    return patient, tuple(told)


def test_int_3_an_eligible_patient_is_cleared_for_the_days_of_the_policy() -> None:
    _, (told,) = decided(a_patient())

    assert told == PatientCleared(
        clearance_id=derive("decision", "clearance"),
        indication="treatment-resistant-depression",
        protocol="iv-6",
        route="iv",
        signed_at=DECIDED,
        first_dose_by=on_day(3 + 30),
        valid_until=on_day(3 + 90),
        policy=PolicyUsed("network", POLICY.version),
    )


def test_a_decision_keeps_the_policy_and_the_values_it_used() -> None:
    policy = stricter(clearance__max_age_course_d=60)

    patient, _ = decide_clearance(deciding(), a_patient(), BORN, policy)

    used = patient.decisions[0].policy
    assert used.version == "stricter"
    assert used.values["clearance.max_age_course_d"] == 60
    assert patient.decisions[0].valid_until == on_day(3 + 60)


def test_what_is_missing_holds_the_request_with_all_reasons() -> None:
    patient, (told,) = decided(a_referred())

    assert isinstance(told, ClearanceHeld)
    assert len(told.reasons) >= 5
    assert patient.status(DECIDED) == "held"


def test_any_absolute_contraindication_declines_and_all_reasons_are_told() -> None:
    patient = replace(found_present(a_patient(), "arteriovenous-malformation"), consent=None)

    patient, (told,) = decided(patient)

    assert isinstance(told, ClearanceDeclined)
    assert [each.code for each in told.reasons] == ["arteriovenous-malformation", "consent-missing"]
    assert patient.status(DECIDED) == "declined"


def test_a_minor_is_declined() -> None:
    _, (_, told) = decide_clearance(deciding(), a_patient(), date(2010, 1, 1), POLICY)

    assert isinstance(told, ClearanceDeclined)
    assert [each.code for each in told.reasons] == ["under-age"]


def test_the_prescriber_may_decline_whatever_the_rules_say() -> None:
    _, (told,) = decided(a_patient(), decision="decline", reason="clinical-judgement")

    assert isinstance(told, ClearanceDeclined)
    assert [each.code for each in told.reasons] == ["clinical-judgement"]


def test_a_request_under_a_safety_hold_is_held() -> None:
    patient, _ = raise_hold(a_patient(), on_day(1), C_SSRS_HIGH)

    _, (told,) = decided(patient)

    assert isinstance(told, ClearanceHeld)
    assert [each.code for each in told.reasons] == ["safety-hold"]


def test_what_needs_review_holds_the_request_until_the_signer_names_it() -> None:
    _, (told,) = decided(found_present(a_patient(), "seizure-disorder"))

    assert isinstance(told, ClearanceHeld)
    assert [each.code for each in told.reasons] == ["seizure-disorder"]


def test_what_the_signer_weighed_is_a_remark_on_the_grant() -> None:
    patient = found_present(a_patient(), "seizure-disorder")

    patient, (told,) = decided(patient, weighed=("seizure-disorder",))

    assert isinstance(told, PatientCleared)
    assert [each.code for each in patient.decisions[0].remarks] == ["seizure-disorder"]


def test_granting_again_renews() -> None:
    first, _ = decided(a_patient())

    renewed, (told,) = decided(first, event_id="second", at=on_day(20))

    assert isinstance(told, PatientCleared)
    assert renewed.clearance
    assert renewed.clearance.valid_until == on_day(20 + 90)
    assert len(renewed.decisions) == 2


def test_a_renewal_that_is_held_leaves_the_clearance_as_it_was() -> None:
    first, _ = decided(a_patient())

    held, (told,) = decided(first, event_id="second", at=on_day(31))

    assert isinstance(told, ClearanceHeld)
    assert held.clearance == first.clearance
    assert held.status(on_day(31)) == "cleared"


def test_a_later_decline_ends_the_clearance() -> None:
    first, _ = decided(a_patient())

    declined, events = decided(first, event_id="second", at=on_day(5), decision="decline")

    assert [type(each) for each in events] == [ClearanceDeclined, ClearanceWithdrawn]
    assert events[1].clearance_id == first.decisions[0].clearance_id  # type: ignore[attr-defined]
    assert declined.clearance is None


def test_a_decision_signed_before_the_latest_one_is_refused() -> None:
    first, _ = decided(a_patient())
    declined, _ = decided(first, event_id="second", at=on_day(5), decision="decline")

    with pytest.raises(Rejected, match="later-decision-stands"):
        decided(declined, event_id="third", at=on_day(4))


def test_history_is_only_ever_added_to() -> None:
    first, _ = decided(a_referred())
    later, _ = decided(screened(first, screening()), event_id="second", at=on_day(4))

    assert later.decisions[:1] == first.decisions


def test_every_decision_tells_what_the_rules_say() -> None:
    _, events = decide_clearance(deciding(decision="decline"), a_patient(), BORN, POLICY)

    assert events[0] == EligibilityAssessed("eligible", (), PolicyUsed("network", POLICY.version))


def test_a_course_elsewhere_holds_the_request() -> None:
    elsewhere = Reason("course-elsewhere", "The person has a course at another clinic.", "SCH-9")

    _, (_, told) = decide_clearance(deciding(), a_patient(), BORN, POLICY, (elsewhere,))

    assert isinstance(told, ClearanceHeld)
    assert [each.code for each in told.reasons] == ["course-elsewhere"]


def test_int_3_without_a_dose_the_clearance_ends_with_the_day_for_the_first() -> None:
    cleared, _ = decided(a_patient())
    begun = replace(cleared, doses=(on_day(20),))

    assert [cleared.status(on_day(3 + day)) for day in (30, 31)] == ["cleared", "expired"]
    assert [begun.status(on_day(3 + day)) for day in (90, 91)] == ["cleared", "expired"]


def test_int_3_a_dose_heard_of_late_has_begun_its_course_all_the_same() -> None:
    cleared, _ = decided(a_patient())

    assert cleared.status(on_day(40)) == "expired"
    assert replace(cleared, doses=(on_day(20),)).status(on_day(40)) == "cleared"


def test_a_renewal_within_a_course_lasts_as_long_as_the_course_may() -> None:
    begun = replace(decided(a_patient())[0], doses=(on_day(10),))

    renewed, _ = decided(begun, event_id="second", at=on_day(20))

    assert [renewed.status(on_day(20 + day)) for day in (90, 91)] == ["cleared", "expired"]
