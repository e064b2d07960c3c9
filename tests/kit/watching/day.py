"""A clinic's day in which every kind of metric appears: what goes well, and what goes wrong."""

from datetime import datetime, timedelta
from typing import Any

from shared.client.events import Numbering
from shared.client.site import SiteClient
from shared.contracts import site
from tests.e2e.site_day import (
    ALL_PRESENT,
    C_SSRS_HIGH,
    DOSE_AFTER,
    PHQ_9_MILD,
    SiteDay,
    a_while_ago,
    dose,
)
from tests.kit.eventually import eventually

CLINIC = "riverside"


def a_day(network: dict[str, Any]) -> SiteDay:
    """One patient is dosed, harmed and held; another one is in the chair, and nobody looks."""
    day = SiteDay(SiteClient.of(network, f"{CLINIC}-main", Numbering()))
    opened = a_while_ago(150)
    day.open_for_business(opened)
    harmed = day.admitted(opened + timedelta(days=10))
    left = day.admitted(opened + timedelta(days=11))
    _harmed(day, harmed)
    for appointment in _booked(day, left):
        if appointment["session"] == "dosing":
            _left_in_the_chair(day, left, appointment)
            break
        day.attend(left, appointment)
    return day


def a_minute(day: SiteDay) -> None:
    """What goes on: an answer, a question, a refusal, and a number that never comes."""
    patient, at = day.refer(a_while_ago(1)), a_while_ago(1)
    day.client.event(
        site.AssessmentAnswered, patient, time=at, instrument="phq-9", answers=PHQ_9_MILD
    )
    day.assess(patient, at, PHQ_9_MILD)
    day.post(site.ClearanceDecided, patient, at, **NOT_YET)
    day.post(site.EncounterFinished, patient, at, encounter_id=f"e-{patient[:8]}")
    day.get("session-record", f"patients/{patient}/readiness")
    day.declare("room", "room-1", at)


NOT_YET = {"decision": "grant", "protocol": "iv-6", "route": "iv", "signer": "prescriber-1"}


def _booked(day: SiteDay, patient: str) -> list[dict[str, Any]]:
    return eventually(lambda: day.appointments(patient))


def _harmed(day: SiteDay, patient: str) -> None:
    for appointment in _booked(day, patient):
        if appointment["session"] != "dosing":
            day.attend(patient, appointment)
            continue
        _turned_away(day, patient, appointment)
        encounter = day.attend(patient, appointment)
        at = datetime.fromisoformat(appointment["end"]) + timedelta(minutes=5)
        day.taken(site.AdverseEventReported, patient, at, encounter_id=encounter, **SYNCOPE)
        day.assess(patient, at, C_SSRS_HIGH)
        return


def _turned_away(day: SiteDay, patient: str, appointment: dict[str, Any]) -> None:
    """At the first try, for want of an escort."""
    day.until_ready(patient, appointment)
    start = datetime.fromisoformat(appointment["start"])
    about = {"encounter_id": "e-alone", "appointment_id": appointment["appointment_id"]}
    alone = ALL_PRESENT | {"escort_arranged": False}
    verdict = day.post(site.EncounterArrived, patient, start, **about, **alone)
    assert verdict.blockers, verdict


SYNCOPE: dict[str, Any] = {
    "term": "syncope",
    "grade": 3,
    "serious": True,
    "relation": "probable",
    "action": "dose-stopped",
    "outcome": "resolved",
}


def _left_in_the_chair(day: SiteDay, patient: str, appointment: dict[str, Any]) -> None:
    """A dose some weeks ago, and since then no reading and no way home."""
    encounter = day.enter(patient, appointment)
    at = datetime.fromisoformat(appointment["start"]) + DOSE_AFTER
    day.taken(site.MedicationAdministered, patient, at, **dose(encounter))
