"""What must stop dosing stops it from end to end, and leaves integration standing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.contracts import site
from tests.e2e.site_day import C_SSRS_HIGH, SiteDay, a_while_ago
from tests.kit.eventually import eventually


def revoke(day: SiteDay, patient: str, at: datetime) -> None:
    day.taken(site.ClearanceRevoked, patient, at, signer="prescriber-1", reason="new-diagnosis")


def withdraw(day: SiteDay, patient: str, at: datetime) -> None:
    day.taken(site.ConsentWithdrawn, patient, at, reason="patient-request")


def risk_at_intake(day: SiteDay, patient: str, at: datetime) -> None:
    answers = {"instrument": "c-ssrs-screener", "answers": C_SSRS_HIGH}
    day.taken(site.ScreeningAnswered, patient, at, **answers)


def risk_at_outcomes(day: SiteDay, patient: str, at: datetime) -> None:
    day.assess(patient, at, C_SSRS_HIGH)


def serious_adverse_event(day: SiteDay, patient: str, at: datetime) -> None:
    day.taken(
        site.AdverseEventReported,
        patient,
        at,
        encounter_id=first_encounter(day, patient),
        term="syncope",
        grade=3,
        serious=True,
        relation="probable",
        action="dose-stopped",
        outcome="resolved",
    )


def first_encounter(day: SiteDay, patient: str) -> str:
    found = day.get("session-record", "encounters", patient_id=patient)
    return str(found["items"][0]["encounter_id"])


Stop = Callable[[SiteDay, str, datetime], None]
STOPS: list[Stop] = [revoke, withdraw, risk_at_intake, risk_at_outcomes, serious_adverse_event]


@pytest.mark.parametrize("stop", STOPS, ids=lambda each: each.__name__)
def test_it_holds_every_future_dose_and_no_integration(riverside: SiteDay, stop: Stop) -> None:
    start = a_while_ago(90 - 14 * STOPS.index(stop))
    patient = riverside.admitted(start, "im-4")
    first, *later = riverside.appointments(patient)
    riverside.attend(patient, first)
    at = datetime.fromisoformat(first["end"]) + timedelta(minutes=5)
    eventually(lambda: first_encounter_or_none(riverside, patient))

    stop(riverside, patient, at)

    def statuses(session: str) -> set[str]:
        found = riverside.appointments(patient)[1:]
        return {each["status"] for each in found if each["session"] == session}

    eventually(lambda: statuses("dosing") == {"pending"})
    assert statuses("integration") == {"booked"}

    dosing = next(each for each in later if each["session"] == "dosing")
    refused = eventually(lambda: refusal(riverside, patient, dosing))
    assert refused


def first_encounter_or_none(day: SiteDay, patient: str) -> bool:
    found = day.get("session-record", "encounters", patient_id=patient)
    return bool(found and found["items"])


def refusal(day: SiteDay, patient: str, appointment: dict[str, Any]) -> bool:
    """Whether session-record, asked at the door, now says no to the dose."""
    question = {"appointment_id": appointment["appointment_id"], "at": appointment["start"]}
    found = day.get("session-record", f"patients/{patient}/readiness", **question)
    return bool(found and not found["ready"])


def test_lifting_a_safety_hold_restores_what_it_held(riverside: SiteDay) -> None:
    start = a_while_ago(160)
    patient = riverside.admitted(start, "sl-4")
    risk_at_intake(riverside, patient, start + timedelta(hours=5))

    def dosing() -> set[str]:
        found = riverside.appointments(patient)
        return {each["status"] for each in found if each["session"] == "dosing"}

    eventually(lambda: dosing() == {"pending"})

    at = start + timedelta(hours=9)
    riverside.taken(site.HoldLifted, patient, at, signer="psychiatrist-1", reason="seen-today")

    eventually(lambda: dosing() == {"booked"})
