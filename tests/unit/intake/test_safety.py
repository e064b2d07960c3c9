"""Safety holds and the end of a clearance before its time."""

from typing import Literal

import pytest

from services.intake.domain.clearance import decide_clearance
from services.intake.domain.commands import (
    AnswerRisk,
    LiftHold,
    ReviewAdverseEvent,
    RevokeClearance,
)
from services.intake.domain.patient import Patient
from services.intake.domain.safety import (
    C_SSRS_HIGH,
    answer_risk,
    lift_hold,
    raise_hold,
    review_adverse_event,
    revoke_clearance,
)
from shared.contracts.intake import ClearanceWithdrawn, SafetyHoldLifted, SafetyHoldRaised
from shared.kernel.errors import Rejected
from tests.kit.clinical.file import (
    a_patient,
    deciding,
)
from tests.kit.clinical.said import (
    BORN,
    PATIENT,
    POLICY,
    on_day,
    stricter,
)


def cleared() -> Patient:
    return decide_clearance(deciding(), a_patient(), BORN, POLICY)[0]


def lifting(day: int) -> LiftHold:
    return LiftHold("lift", on_day(day), PATIENT, "psychiatrist-1", "seen-face-to-face")


def revoking(day: int) -> RevokeClearance:
    return RevokeClearance("revocation", on_day(day), PATIENT, "prescriber-1", "new-drug")


def adverse(grade: int = 1, serious: bool = False) -> ReviewAdverseEvent:
    return ReviewAdverseEvent("adverse", on_day(10), PATIENT, "hypertension", grade, serious)


def risk(level: Literal["moderate", "high"] = "high") -> AnswerRisk:
    return AnswerRisk("risk", on_day(10), PATIENT, "c-ssrs-screener", "c-ssrs-high", level)


def test_a_hold_is_raised_once_and_stands_beside_the_clearance() -> None:
    held, first = raise_hold(cleared(), on_day(5), C_SSRS_HIGH)
    again, second = raise_hold(held, on_day(6), C_SSRS_HIGH)

    assert [type(each) for each in first + second] == [SafetyHoldRaised]
    assert again.hold
    assert again.hold.raised_at == on_day(6)
    assert again.clearance == cleared().clearance


def test_lifting_the_hold_restores_the_clearance() -> None:
    held, _ = raise_hold(cleared(), on_day(5), C_SSRS_HIGH)

    patient, events = lift_hold(lifting(6), held)

    assert events == (SafetyHoldLifted("seen-face-to-face"),)
    assert patient.status(on_day(6)) == "cleared"
    assert patient.lifts[0].signer == "psychiatrist-1"


def test_no_hold_no_lift() -> None:
    with pytest.raises(Rejected, match="not-held"):
        lift_hold(lifting(6), cleared())


def test_an_evaluation_from_before_the_latest_risk_lifts_nothing() -> None:
    held, _ = raise_hold(cleared(), on_day(5), C_SSRS_HIGH)
    held, _ = raise_hold(held, on_day(7), C_SSRS_HIGH)

    with pytest.raises(Rejected, match="risk-is-newer"):
        lift_hold(lifting(6), held)


def test_a_risk_that_the_psychiatrist_has_seen_raises_no_second_hold() -> None:
    held, _ = raise_hold(cleared(), on_day(5), C_SSRS_HIGH)
    lifted, _ = lift_hold(lifting(7), held)

    assert raise_hold(lifted, on_day(6), C_SSRS_HIGH) == (lifted, ())
    assert raise_hold(lifted, on_day(8), C_SSRS_HIGH)[1]


def test_a_high_risk_heard_from_outcomes_raises_a_hold() -> None:
    patient, (told,) = answer_risk(risk(), cleared())

    assert isinstance(told, SafetyHoldRaised)
    assert patient.status(on_day(10)) == "safety-hold"


def test_a_moderate_risk_raises_no_hold() -> None:
    patient = cleared()

    assert answer_risk(risk("moderate"), patient) == (patient, ())


def test_a_revocation_ends_the_clearance_and_is_a_decision_of_its_own() -> None:
    patient, (told,) = revoke_clearance(revoking(5), cleared())

    assert isinstance(told, ClearanceWithdrawn)
    assert [each.outcome for each in patient.decisions] == ["granted", "revoked"]
    assert patient.decisions[0] == cleared().decisions[0]
    assert told.clearance_id == patient.decisions[0].clearance_id


def test_what_was_not_granted_cannot_be_revoked() -> None:
    with pytest.raises(Rejected, match="not-granted"):
        revoke_clearance(revoking(5), a_patient())


def test_a_revocation_signed_before_the_grant_is_refused() -> None:
    with pytest.raises(Rejected, match="later-decision-stands"):
        revoke_clearance(revoking(1), cleared())


@pytest.mark.parametrize(("grade", "serious"), [(3, False), (5, True), (1, True)])
def test_int_3_a_grave_or_serious_adverse_event_ends_the_clearance(
    grade: int, serious: bool
) -> None:
    patient, (told,) = review_adverse_event(adverse(grade, serious), cleared(), POLICY)

    assert isinstance(told, ClearanceWithdrawn)
    assert patient.clearance is None
    assert patient.decisions[-1].policy.values == {"adverse.review_grade_min": 3}


def test_a_mild_adverse_event_leaves_the_clearance() -> None:
    patient = cleared()

    assert review_adverse_event(adverse(2), patient, POLICY) == (patient, ())
    strict = stricter(adverse__review_grade_min=2)
    assert review_adverse_event(adverse(2), patient, strict)[1]


def test_an_adverse_event_without_a_clearance_changes_nothing() -> None:
    patient = a_patient()

    assert review_adverse_event(adverse(4, True), patient, POLICY) == (patient, ())
