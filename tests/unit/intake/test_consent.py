"""Consent: whole or refused, ended by a word (INT-6)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.intake.domain.clearance import decide_clearance
from services.intake.domain.commands import HearDose, WithdrawConsent
from services.intake.domain.consent import (
    ABILITIES,
    ELEMENTS,
    current_text,
    hear_dose,
    required_elements,
    sign_consent,
    withdraw_consent,
)
from shared.contracts.intake import ClearanceWithdrawn, ConsentRevoked, PatientConsented
from shared.kernel.errors import Rejected
from tests.kit.clinical.file import (
    a_patient,
    a_referred,
    deciding,
    signing,
)
from tests.kit.clinical.said import (
    BORN,
    PATIENT,
    POLICY,
    START,
    on_day,
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
def test_int_6_a_consent_without_one_of_its_elements_is_refused_by_name(element: str) -> None:
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


def test_int_6_withdrawing_tells_everybody_and_ends_the_clearance() -> None:
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


def dose(at: datetime) -> HearDose:
    return HearDose("dose", at, PATIENT, at)


@pytest.mark.parametrize("ability", [*ABILITIES, "assessed_by"])
def test_capacity_rests_on_four_abilities_and_on_somebody_who_assessed_them(ability: str) -> None:
    with pytest.raises(Rejected, match="capacity-not-shown") as refused:
        sign_consent(signing(**{ability: ""}), a_referred(), POLICY)

    assert [each.code for each in refused.value.blockers] == [ability.replace("_", "-")]


def test_nobody_signs_who_is_not_sober() -> None:
    with pytest.raises(Rejected, match="not-sober"):
        sign_consent(signing(sober=False), a_referred(), POLICY)


def test_int_6_only_the_current_text_is_signed_and_it_is_named() -> None:
    with pytest.raises(Rejected, match="kap-consent-2026-02 is: have that one signed"):
        sign_consent(signing(text_version="kap-consent-2025-01"), a_referred(), POLICY)


def test_a_consent_for_another_indication_is_refused() -> None:
    with pytest.raises(Rejected, match="consent-for-another-indication"):
        sign_consent(signing(indication="ptsd"), a_referred(), POLICY)


def test_the_text_is_the_indications_own_where_there_is_one_and_changes_with_its_day() -> None:
    own = replace(POLICY.consents[0], version="own", indication="ptsd")
    later = replace(own, version="later", effective_from=on_day(10).date())
    policy = replace(POLICY, consents=(POLICY.consents[0], own, later))
    today, then = on_day(9).date(), on_day(10).date()

    assert current_text(policy, "iv", "ptsd", today) == "own"
    assert current_text(policy, "iv", "ptsd", then) == "later"
    assert current_text(policy, "iv", "chronic-depression", then) == "kap-consent-2026-02"
    assert current_text(policy, "im", "ptsd", then) == ""


@pytest.mark.parametrize(("hours", "void"), [(0, True), (23, True), (24, False)])
def test_int_6_a_consent_signed_within_24_h_after_a_dose_is_void(hours: int, void: bool) -> None:
    given, signed = on_day(9), on_day(9) + timedelta(hours=hours)
    known, _ = hear_dose(dose(given), a_referred(), POLICY)

    if void:
        with pytest.raises(Rejected, match="consent-void"):
            sign_consent(signing(at=signed), known, POLICY)
    else:
        assert sign_consent(signing(at=signed), known, POLICY)[0].consent

    consented, _ = sign_consent(signing(at=signed), a_referred(), POLICY)
    heard, events = hear_dose(dose(given), consented, POLICY)
    assert heard.consent
    assert heard.consent.void is void
    assert bool(events) is void


def test_a_dose_heard_of_late_ends_the_clearance_that_rests_on_a_void_consent() -> None:
    cleared, _ = decide_clearance(deciding(), a_patient(), BORN, POLICY)

    patient, events = hear_dose(dose(on_day(0) - timedelta(hours=1)), cleared, POLICY)

    assert [type(each) for each in events] == [ConsentRevoked, ClearanceWithdrawn]
    assert patient.clearance is None


def test_a_dose_after_the_consent_leaves_it_and_is_known_once() -> None:
    patient, events = hear_dose(dose(on_day(9)), a_patient(), POLICY)

    assert events == ()
    assert hear_dose(dose(on_day(9)), patient, POLICY)[0].doses == (on_day(9),)
