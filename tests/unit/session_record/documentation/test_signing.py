"""SES-7: what must be in a record before it is signed, all of it at once; then it is locked."""

from dataclasses import replace
from typing import Any

import pytest

from services.session_record.domain.documentation.commands import Content
from services.session_record.domain.documentation.signing import RULES, Signing, sign
from services.session_record.domain.encounter import Encounter
from shared.kernel.errors import Rejected
from tests.kit.documentation import (
    ANSWERS,
    GOAL,
    OTHER,
    POLICY,
    SETTING,
    Clinic,
    a_finished,
    a_reading,
    a_record,
    a_sign,
    amended,
    an_esketamine_session,
    at,
    note,
    noted,
    posted,
    retracted,
    signed,
    therapy,
    told,
)

WHOLE = {
    "dosing": (note(), therapy(themes=("grief",))),
    "preparation": (note(), therapy(setting=SETTING)),
    "integration": (note(), therapy(integrates="e-dosing-1", goals=(GOAL,))),
}
ESKETAMINE = an_esketamine_session()


def a_signing(
    encounter: Encounter | None = None,
    *contents: Content,
    roles: Any = ("prescriber",),
    **what: Any,
) -> Signing:
    found = encounter or a_finished()
    written = contents or WHOLE[found.session]
    return Signing(a_sign(**what), a_record(found, *written), found, frozenset(roles))


def missing(signing: Signing) -> list[str]:
    with pytest.raises(Rejected) as refusal:
        sign(signing, POLICY)
    assert refusal.value.code == "not-ready-to-sign"
    return [each.code for each in refusal.value.blockers]


@pytest.mark.parametrize("session", WHOLE)
def test_ses_7_a_whole_record_is_signed(session: Any) -> None:
    record, told_ = sign(a_signing(a_finished(session)), POLICY)

    assert record.signature
    assert (record.signature.signer, record.signature.at) == ("prescriber-1", at(150))
    assert (told_.session, told_.signed_at) == (session, at(150))


@pytest.mark.parametrize(
    ("signing", "code"),
    [
        (a_signing(roles=()), "signer-not-credentialed"),
        (a_signing(roles=("therapist",)), "signer-not-credentialed"),
        (a_signing(a_finished(finished_at=None)), "session-open"),
        (a_signing(minutes=129), "session-open"),
        (a_signing(a_finished(readings=())), "vitals-missing"),
        (a_signing(a_finished(readings=(a_reading(5),))), "vitals-missing"),
        (a_signing(a_finished(readings=(a_reading(60),))), "vitals-missing"),
        (a_signing(a_finished(discharge=None)), "discharge-missing"),
        (a_signing(None, therapy(themes=("grief",))), "note-missing"),
        (a_signing(None, note()), "therapy-missing"),
        (a_signing(a_finished("preparation"), note(), therapy()), "setting-missing"),
        (
            a_signing(a_finished("integration"), note(), therapy(goals=(GOAL,))),
            "integrates-missing",
        ),
        (
            a_signing(a_finished("integration"), note(), therapy(integrates="e-dosing-1")),
            "goals-missing",
        ),
        (a_signing(ESKETAMINE), "rems-answers-missing"),
    ],
)
def test_ses_7_each_missing_part_alone_keeps_a_record_from_being_signed(
    signing: Signing, code: str
) -> None:
    assert missing(signing) == [code]


def test_ses_7_everything_missing_is_said_at_once() -> None:
    bare = Signing(
        a_sign(), a_record(a_finished(readings=())), a_finished(readings=()), frozenset()
    )

    assert missing(bare) == [
        "signer-not-credentialed",
        "vitals-missing",
        "note-missing",
        "therapy-missing",
    ]


def test_every_rule_of_signing_names_its_source() -> None:
    assert [rule.code for rule in RULES if not rule.source] == []


@pytest.mark.parametrize("session", ["preparation", "integration"])
def test_a_therapist_signs_what_is_not_a_dose(session: Any) -> None:
    assert sign(a_signing(a_finished(session), roles=("therapist",)), POLICY)


def test_a_dosing_session_that_was_cancelled_needs_neither_discharge_nor_therapy() -> None:
    cancelled = a_finished(dose=None, discharge=None, readings=())

    assert sign(a_signing(cancelled, note()), POLICY)


def test_ses_10_an_esketamine_record_with_its_answers_is_signed() -> None:
    contents = (*WHOLE["dosing"], Content(rems_answers=ANSWERS))

    assert sign(a_signing(ESKETAMINE, *contents), POLICY)


def test_another_patients_record_is_not_signed() -> None:
    with pytest.raises(Rejected, match="wrong-patient"):
        sign(replace(a_signing(), command=a_sign(patient_id=OTHER)), POLICY)


def test_ses_7_signing_locks_and_is_told_once() -> None:
    clinic = Clinic()
    clinic.take(noted(), told(themes=("grief",)), signed())

    later = clinic.codes(noted("note-2", minutes=160), told(), posted(signed().data, at(170)))

    assert later == ["record-signed"] * 3
    assert len(clinic.told("signed")) == 1


@pytest.mark.parametrize("when", [at(days=-500), at(days=400)], ids=["too early", "too late"])
def test_int_5_the_signers_licence_must_hold_on_the_day(when: Any) -> None:
    clinic = Clinic()
    clinic.take(noted(), told())

    verdict = clinic.only(signed(when=when))

    assert "signer-not-credentialed" in [each.code for each in verdict.blockers]


def test_somebody_nobody_has_heard_of_cannot_sign() -> None:
    clinic = Clinic()
    clinic.take(noted(), told())

    verdict = clinic.only(signed(signer="passer-by"))

    assert [each.code for each in verdict.blockers] == ["signer-not-credentialed"]


def test_what_was_entered_in_error_does_not_fill_a_record() -> None:
    clinic = Clinic()
    clinic.take(noted(), told(event_id="therapy-1"), amended("note-1", "amend-1"))
    clinic.take(retracted("amend-1", "retract-1", minutes=201))
    verdict = clinic.only(signed(when=at(220)))

    assert [each.code for each in verdict.blockers] == ["note-missing"]
