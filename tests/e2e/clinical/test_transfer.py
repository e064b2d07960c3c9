"""Two clinics and one person: given over, cleared anew, one course, and the gap between doses."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts import site
from shared.contracts.intake import PatientTransferred
from tests.e2e.clinical.asked import (
    arrive,
    blockers,
    clearance,
    codes,
    sessions,
    start_of,
    statuses,
)
from tests.e2e.published import told
from tests.e2e.site_day import SiteDay, a_while_ago, dose
from tests.kit.eventually import eventually


def give_over(giver: SiteDay, taker: SiteDay, patient: str, at: datetime) -> None:
    offer = {"to_clinic": "harbor", "reason": "patient-moved"}
    giver.taken(site.TransferOffered, patient, at, **offer)
    at += timedelta(minutes=30)
    taker.taken(site.TransferAccepted, patient, at, from_clinic="riverside")


def test_a_patient_who_is_given_over_is_dosed_by_the_receiving_clinic_alone_and_not_too_soon(
    network: dict[str, Any], riverside: SiteDay, harbor: SiteDay
) -> None:
    patient = riverside.admitted(a_while_ago(140))
    preparation, dosing, *_ = riverside.appointments(patient)
    riverside.attend(patient, preparation)
    riverside.attend(patient, dosing)
    at, given_at = start_of(dosing, 150), start_of(dosing, 15)

    give_over(riverside, harbor, patient, at)

    moved = eventually(lambda: told(network, PatientTransferred, patient))
    assert [each["to_clinic"] for each in moved] == ["harbor"]
    second = sessions(riverside, patient, "dosing")[1]
    eventually(lambda: "transferred" in blockers(riverside, patient, second, start_of(second)))
    assert arrive(riverside, patient, second, start_of(second)).verdict == "rejected"
    refused = riverside.post(site.ConsentWithdrawn, patient, at, reason="other")
    assert (refused.verdict, refused.code) == ("rejected", "transferred")

    assert clearance(harbor, patient)["granted"] is None
    assert harbor.course(patient) is None
    harbor.begin(patient, at + timedelta(hours=1))
    preparation, dosing, *_ = harbor.appointments(patient)
    harbor.attend(patient, preparation)
    too_soon = given_at + timedelta(hours=47)
    later = max(start_of(dosing), given_at + timedelta(hours=49))
    eventually(lambda: blockers(harbor, patient, dosing, too_soon) == {"dose-gap-too-short"})
    refused = arrive(harbor, patient, dosing, too_soon)
    assert (refused.code, codes(refused.blockers)) == ("not-ready", {"dose-gap-too-short"})
    assert arrive(harbor, patient, dosing, later).verdict == "accepted"


def test_a_dose_is_refused_to_a_patient_who_was_given_over_while_in_the_room(
    riverside: SiteDay, harbor: SiteDay
) -> None:
    patient = riverside.admitted(a_while_ago(138))
    preparation, dosing, *_ = riverside.appointments(patient)
    riverside.attend(patient, preparation)
    encounter = riverside.enter(patient, dosing)

    give_over(riverside, harbor, patient, start_of(dosing, 6))

    at = start_of(dosing, 15)
    eventually(lambda: "transferred" in blockers(riverside, patient, dosing, at))
    refused = riverside.post(site.MedicationAdministered, patient, at, **dose(encounter))
    assert refused.code == "dose-refused"
    assert {"transferred", "no-valid-clearance"} <= codes(refused.blockers)


@pytest.mark.parametrize(
    ("decision", "outcome", "code"),
    [("same-person", "held", "course-elsewhere"), ("different-people", "granted", "")],
)
def test_who_is_referred_at_two_clinics_waits_for_a_human_and_has_one_course(
    riverside: SiteDay, harbor: SiteDay, decision: str, outcome: str, code: str
) -> None:
    start, who = a_while_ago(136), {"family_name": f"Twice-{uuid4().hex[:12]}", "given_name": "A"}
    first = riverside.admitted(start, **who)
    second = harbor.refer(start, **who)
    harbor.screen(second, start)

    harbor.clear(second, start + timedelta(hours=2))

    held = clearance(harbor, second)
    assert (held["granted"], codes(held["decision"]["reasons"])) == (None, {"duplicate-undecided"})
    found = harbor.client.get("intake", f"patients/{second}/duplicates")
    assert [each["patient_id"] for each in found["candidates"]] == [first]

    said = {"decision": decision, "decided_by": "coordinator-1", "reason": "asked-the-patient"}
    at = start + timedelta(hours=3)
    harbor.taken(site.DuplicateDecided, second, at, candidate=first, **said)
    harbor.clear(second, start + timedelta(hours=4))

    again = clearance(harbor, second)["decision"]
    assert again["outcome"] == outcome
    assert codes(again["reasons"]) == ({code} if code else set())
    assert statuses(riverside, first) == {"booked"}, "the course that began first goes on"
