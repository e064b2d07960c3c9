"""INT-5: a signature counts if its signer was licensed for it on the day it was given."""

from datetime import date, datetime
from typing import Any

import pytest

from services.intake.application import identities
from services.intake.domain.people.commands import RecordCredential
from services.intake.domain.people.practitioner import (
    MAY_CLEAR,
    MAY_LIFT,
    Practitioner,
    Roles,
    record_credential,
    refuse_unless_licensed,
)
from shared.contracts import site
from shared.kernel.errors import Rejected
from shared.storage.reads import Reads
from tests.kit.clinical.said import (
    DECIDED,
    on_day,
)
from tests.kit.intake import (
    Intake,
    everything_on_file,
    grant,
    posted,
)
from tests.kit.people import credential

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def recording(**what: Any) -> RecordCredential:
    usual: dict[str, Any] = {
        "event_id": "e",
        "at": on_day(0),
        "patient_id": "someone",
        "role": "prescriber",
        "licence": "licence-1",
        "valid_from": FIRST,
        "valid_until": LAST,
        "ended": False,
    }
    return RecordCredential(**(usual | what))


def licensed(*recorded: RecordCredential) -> Practitioner:
    known = Practitioner("someone")
    for each in recorded:
        known = record_credential(each, known)[0]
    return known


def refusal(known: Practitioner | None, at: datetime, roles: Roles = MAY_CLEAR) -> str:
    try:
        refuse_unless_licensed(known, at, roles, "someone")
    except Rejected as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("day", "code"),
    [(-2, "signer-not-licensed"), (-1, ""), (29, ""), (30, "signer-not-licensed")],
)
def test_a_licence_holds_from_its_first_day_to_its_last(day: int, code: str) -> None:
    assert refusal(licensed(recording()), on_day(day)) == code


@pytest.mark.parametrize(
    ("role", "clears", "lifts"),
    [
        ("prescriber", "", "signer-role"),
        ("medical-clearer", "", "signer-role"),
        ("psychiatrist", "", ""),
        ("therapist", "signer-role", "signer-role"),
        ("nurse", "signer-role", "signer-role"),
        ("medical-director", "signer-role", "signer-role"),
    ],
)
def test_each_role_signs_what_it_may(role: site.Role, clears: str, lifts: str) -> None:
    known = licensed(recording(role=role))

    assert refusal(known, on_day(0)) == clears
    assert refusal(known, on_day(0), MAY_LIFT) == lifts


def test_a_therapist_who_is_also_a_prescriber_signs_as_that() -> None:
    known = licensed(recording(role="therapist"), recording(licence="licence-2"))

    assert refusal(known, on_day(0)) == ""


def test_nobody_unknown_signs() -> None:
    assert refusal(None, on_day(0)) == "signer-unknown"


def test_an_ended_licence_signs_nothing_from_that_day_on() -> None:
    known = licensed(recording(), recording(at=on_day(10), ended=True))

    assert refusal(known, on_day(9)) == ""
    assert refusal(known, on_day(10)) == "signer-not-licensed"


def test_the_latest_word_on_a_licence_counts_in_whatever_order_it_arrives() -> None:
    first, end = recording(), recording(at=on_day(10), ended=True)

    assert licensed(first, end) == licensed(end, first)


def test_a_credential_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Rejected, match="never-valid"):
        record_credential(recording(valid_until=date(2026, 2, 1)), Practitioner("someone"))


def test_others_hear_who_may_act_as_what() -> None:
    _, said = record_credential(recording(), Practitioner("someone"))

    assert (said.practitioner_id, said.role) == ("someone", "prescriber")
    assert (said.valid_from, said.valid_until) == (FIRST, LAST)


# ---- signatures ------------------------------------------------------------------------------


@pytest.fixture
def intake() -> Intake:
    intake = Intake()
    intake.take(*everything_on_file())
    return intake


@pytest.mark.parametrize(
    ("signer", "code"), [("nobody", "signer-unknown"), ("therapist-1", "signer-role")]
)
def test_a_clearance_needs_a_licensed_signer(intake: Intake, signer: str, code: str) -> None:
    asked = grant(signer=signer)
    revoked = site.ClearanceRevoked(signer, "other")
    first, second = intake.take(posted(asked, DECIDED), posted(revoked, DECIDED))

    assert (first.code, second.code) == (code, code)
    assert intake.patient().decisions == ()


def test_a_prescriber_lifts_no_hold(intake: Intake) -> None:
    [verdict] = intake.take(posted(site.HoldLifted("prescriber-1", "seen"), DECIDED))

    assert verdict.code == "signer-role"


def test_a_licence_of_another_clinic_does_not_count(intake: Intake) -> None:
    intake.take(posted(credential(), patient="locum-1", clinic="harbor"))

    [verdict] = intake.take(posted(grant(signer="locum-1"), DECIDED))

    assert verdict.code == "signer-unknown"


def test_a_signature_of_an_offline_day_is_judged_by_that_day(intake: Intake) -> None:
    over = credential(valid_until=DECIDED.date(), licence="licence-9")
    intake.take(posted(over, patient="locum-1"))

    late, later = intake.take(
        posted(grant(signer="locum-1"), DECIDED), posted(grant(signer="locum-1"), on_day(5))
    )

    assert (late.verdict, later.code) == ("accepted", "signer-not-licensed")


def test_what_a_practitioner_may_act_as_can_be_read_at_the_own_clinic(intake: Intake) -> None:
    found = identities.practitioner(intake.reads, "prescriber-1")

    assert found
    assert [each.role for each in found.aggregate.credentials] == ["prescriber"]
    assert identities.practitioner(Reads(intake.store, "harbor"), "prescriber-1") is None
