"""The clearance decision: granted, held or declined, and kept for good."""

from dataclasses import replace
from datetime import date

import pytest

from services.intake.domain.clearance import decide_clearance
from services.intake.domain.evidence.contraindications import record_checklist
from services.intake.domain.patient import Events, Patient
from services.intake.domain.safety import C_SSRS_HIGH, raise_hold
from shared.contracts.intake import (
    ClearanceDeclined,
    ClearanceHeld,
    ClearanceWithdrawn,
    PatientCleared,
    PolicyUsed,
)
from shared.contracts.site import Contraindication
from shared.kernel.errors import Rejected
from shared.kernel.identifiers import derive
from tests.kit.clinical.file import (
    a_patient,
    a_referred,
    checklist,
    deciding,
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
    return decide_clearance(deciding(**what), patient, BORN, POLICY)


def with_finding(code: str) -> Patient:
    return record_checklist(checklist(Contraindication(code, "present")), a_patient())[0]


def test_an_eligible_patient_is_cleared_for_the_days_of_the_policy() -> None:
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
    patient = replace(with_finding("arteriovenous-malformation"), consent=None)

    patient, (told,) = decided(patient)

    assert isinstance(told, ClearanceDeclined)
    assert [each.code for each in told.reasons] == ["arteriovenous-malformation", "consent-missing"]
    assert patient.status(DECIDED) == "declined"


def test_a_minor_is_declined() -> None:
    _, (told,) = decide_clearance(deciding(), a_patient(), date(2010, 1, 1), POLICY)

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


def test_relative_contraindications_are_remarks_on_a_grant() -> None:
    patient, (told,) = decided(with_finding("seizure-disorder"))

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

    held, (told,) = decided(first, event_id="second", at=on_day(40))

    assert isinstance(told, ClearanceHeld)
    assert held.clearance == first.clearance
    assert held.status(on_day(40)) == "cleared"


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
