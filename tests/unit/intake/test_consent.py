"""Consent: whole or refused, ended by a word (INT-6)."""

from dataclasses import replace

import pytest

from services.intake.domain.clearance import decide_clearance
from services.intake.domain.commands import WithdrawConsent
from services.intake.domain.consent import (
    ELEMENTS,
    required_elements,
    sign_consent,
    withdraw_consent,
)
from shared.contracts.intake import ClearanceWithdrawn, ConsentRevoked, PatientConsented
from shared.kernel.errors import Rejected
from tests.kit.intake import (
    BORN,
    PATIENT,
    POLICY,
    START,
    a_patient,
    a_referred,
    deciding,
    on_day,
    signing,
)


def withdrawing(day: int = 10) -> WithdrawConsent:
    return WithdrawConsent("withdrawal", on_day(day), PATIENT, "patient-request")


def test_a_whole_consent_holds_for_the_days_of_the_policy() -> None:
    patient, events = sign_consent(signing(), a_referred(), POLICY)

    assert events == (
        PatientConsented("kap-consent-2026-02", "iv", on_day(365), analysts_stream=True),
    )
    assert patient.consent
    assert patient.consent.signed_at == START


@pytest.mark.parametrize("element", ELEMENTS)
def test_a_consent_without_one_of_its_elements_is_refused_by_name(element: str) -> None:
    elements = tuple(code for code in ELEMENTS if code != element)

    with pytest.raises(Rejected, match="consent-incomplete") as refused:
        sign_consent(signing(elements=elements), a_referred(), POLICY)

    assert [each.code for each in refused.value.blockers] == [element]


def test_esketamine_needs_no_word_on_off_label_use() -> None:
    assert set(required_elements("iv")) - set(required_elements("esketamine")) == {
        "off-label-status"
    }


def test_nobody_signs_without_capacity() -> None:
    with pytest.raises(Rejected, match="no-capacity"):
        sign_consent(signing(capacity=False), a_referred(), POLICY)


def test_withdrawing_tells_everybody_and_ends_the_clearance() -> None:
    cleared, _ = decide_clearance(deciding(), a_patient(), BORN, POLICY)

    patient, events = withdraw_consent(withdrawing(), cleared)

    assert [type(each) for each in events] == [ConsentRevoked, ClearanceWithdrawn]
    assert patient.clearance is None


def test_withdrawing_before_any_clearance_tells_of_the_consent_alone() -> None:
    _, events = withdraw_consent(withdrawing(), a_patient())

    assert events == (ConsentRevoked("patient-request"),)


def test_what_was_not_given_cannot_be_withdrawn() -> None:
    with pytest.raises(Rejected, match="no-consent"):
        withdraw_consent(withdrawing(), a_referred())


def test_consent_is_withdrawn_once() -> None:
    patient, _ = withdraw_consent(withdrawing(), a_patient())

    with pytest.raises(Rejected, match="no-consent"):
        withdraw_consent(withdrawing(11), patient)


def test_a_consent_signed_before_the_withdrawal_cannot_bring_it_back() -> None:
    patient, _ = withdraw_consent(withdrawing(10), a_patient())

    with pytest.raises(Rejected, match="later-consent-stands"):
        sign_consent(signing(at=on_day(9)), patient, POLICY)
    again, _ = sign_consent(signing(at=on_day(11)), patient, POLICY)
    assert again.consent
    assert again.consent.withdrawn_at is None


def test_a_withdrawal_from_before_a_new_signature_is_refused() -> None:
    patient, _ = sign_consent(signing(at=on_day(9)), a_patient(), POLICY)

    with pytest.raises(Rejected, match="later-consent-stands"):
        withdraw_consent(replace(withdrawing(), at=on_day(8)), patient)
