"""Reasons to hold dosing are kept apart and lifted one by one."""

from datetime import timedelta

import pytest

from services.scheduling.domain.course.commands import HoldDosing, RecordConsent
from services.scheduling.domain.course.standing import (
    Standing,
    consent,
    course_id,
    dosed,
    grant,
    hold,
    lift,
)
from tests.kit.scheduling import NOW, PATIENT, granting

CLEARED = grant(granting(), Standing(PATIENT))


def holding(reason: str, clearance_id: str = "") -> HoldDosing:
    return HoldDosing("event", NOW, PATIENT, reason, clearance_id)  # type: ignore[arg-type]


def test_reasons_are_lifted_one_by_one() -> None:
    held = hold(holding("consent-withdrawn"), hold(holding("safety-hold"), CLEARED))

    assert held.reasons == ("safety-hold", "consent-withdrawn")
    assert lift("safety-hold", held).reasons == ("consent-withdrawn",)


def test_a_reason_heard_twice_is_one_reason() -> None:
    once = hold(holding("safety-hold"), CLEARED)

    assert hold(holding("safety-hold"), once) == once


def test_a_new_clearance_lifts_what_only_the_clearance_held() -> None:
    held = hold(holding("safety-hold"), hold(holding("clearance-revoked", "clearance-1"), CLEARED))

    renewed = grant(granting(clearance_id="clearance-2"), held)

    assert renewed.reasons == ("safety-hold",)


def test_the_revocation_of_a_replaced_clearance_holds_nothing() -> None:
    assert hold(holding("clearance-revoked", "clearance-0"), CLEARED).reasons == ()


def test_a_consent_for_another_route_does_not_count() -> None:
    held = hold(holding("consent-withdrawn"), CLEARED)
    other = RecordConsent("event", NOW, PATIENT, "sl", NOW + timedelta(days=365))

    assert consent(other, held) == held


def test_doses_end_with_the_consent_if_that_is_earlier_than_the_clearance() -> None:
    until = NOW + timedelta(days=40)

    consented = consent(RecordConsent("event", NOW, PATIENT, "iv", until), CLEARED)

    assert CLEARED.doses_until == NOW + timedelta(days=90)
    assert consented.doses_until == until


@pytest.mark.parametrize(("number", "covered"), [(1, False), (2, True)])
def test_only_the_first_dose_needs_a_clearance_that_is_fresh(number: int, covered: bool) -> None:
    assert CLEARED.covers(number, NOW + timedelta(days=31)) is covered


def test_the_last_dose_is_the_latest_whatever_the_order_they_are_heard_in() -> None:
    earlier, later = NOW, NOW + timedelta(days=3)

    assert dosed(dosed(CLEARED, later), earlier).last_dose_at == later


def test_the_id_of_a_course_is_known_before_it_is_opened() -> None:
    assert course_id(PATIENT, 1) == course_id(PATIENT, 1) != course_id(PATIENT, 2)
