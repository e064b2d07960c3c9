"""What the services answer about one patient, in the few words that the journeys compare."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from shared.contracts import site
from shared.storage.steps import Verdict
from tests.e2e.site_day import ALL_PRESENT, SiteDay, arrival_of


def sessions(day: SiteDay, patient: str, kind: str) -> list[dict[str, Any]]:
    """The patient's appointments for preparation, dosing or integration, in order."""
    return [each for each in day.appointments(patient) if each["session"] == kind]


def statuses(day: SiteDay, patient: str, kind: str = "dosing") -> set[str]:
    return {each["status"] for each in sessions(day, patient, kind)}


def blockers(day: SiteDay, patient: str, appointment: dict[str, Any], at: datetime) -> set[str]:
    """What session-record says is missing for the dose, asked beforehand."""
    question = {"appointment_id": appointment["appointment_id"], "at": at.isoformat()}
    found = day.get("session-record", f"patients/{patient}/readiness", **question)
    return codes(found["blockers"]) if found else set()


def arrive(
    day: SiteDay, patient: str, appointment: dict[str, Any], at: datetime, **more: Any
) -> Verdict:
    """The patient is at the door, with everything that a site can bring."""
    arrival = {**ALL_PRESENT, **arrival_of(appointment)[1], **more}
    return day.post(site.EncounterArrived, patient, at, **arrival)


def codes(reasons: Iterable[Any]) -> set[str]:
    """Of blockers in a verdict, or of reasons in an answer."""
    return {each["code"] if isinstance(each, dict) else each.code for each in reasons}


def clearance(day: SiteDay, patient: str) -> dict[str, Any]:
    found: dict[str, Any] = day.client.get("intake", f"patients/{patient}/clearance")
    return found


def start_of(appointment: dict[str, Any], minutes: float = 0) -> datetime:
    return datetime.fromisoformat(appointment["start"]) + timedelta(minutes=minutes)
