"""What is written of a session, as a site posts it, and the author of process notes."""

from datetime import datetime
from typing import Any

from shared.client.connection import Connection, connect
from shared.contracts import site
from tests.e2e.site_day import SiteDay, fields_of
from tests.kit.documentation import GOAL, SETTING

THERAPIST, PRESCRIBER = "therapist-1", "prescriber-1"


def note(day: SiteDay, patient: str, encounter: str, at: datetime, event_id: str = "") -> None:
    said = {"section": "session", "text": "Went as planned."}
    about = {"encounter_id": encounter, "author": THERAPIST, "note": said}
    day.taken(site.NoteWritten, patient, at, event_id=event_id, **about)


def therapy(day: SiteDay, patient: str, encounter: str, at: datetime, **what: Any) -> None:
    said = fields_of(site.Therapy(**({"themes": ("grief",), "insights": ("it may pass",)} | what)))
    about = {"encounter_id": encounter, "author": THERAPIST, "therapy": said}
    day.taken(site.TherapyDocumented, patient, at, **about)


def integration(day: SiteDay, patient: str, encounter: str, dosed: str, at: datetime) -> None:
    """Of the dose that was given in the encounter `dosed`, with a goal to be followed up."""
    therapy(day, patient, encounter, at, integrates=dosed, goals=(GOAL,))


def setting(day: SiteDay, patient: str, encounter: str, at: datetime) -> None:
    therapy(day, patient, encounter, at, setting=SETTING)


def signed(day: SiteDay, patient: str, encounter: str, at: datetime) -> None:
    day.taken(site.RecordSigned, patient, at, encounter_id=encounter, signer=PRESCRIBER)


def record(day: SiteDay, encounter: str) -> dict[str, Any]:
    found: dict[str, Any] = day.client.get("session-record", f"encounters/{encounter}/record")
    return found


def author(network: dict[str, Any], clinic: str) -> Connection:
    """The therapist's own token: the one thing that opens a process note."""
    return connect(network, f"{clinic}-therapist")
