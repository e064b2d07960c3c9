"""A clinic's day whose every free text is a canary, and every word that was said on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from shared.client.events import CloudEvent
from shared.contracts import site
from shared.storage.steps import Verdict
from tests.e2e.clinical import written
from tests.e2e.clinical.asked import start_of
from tests.e2e.site_day import PHQ_9_MILD, PHQ_9_SEVERE, SiteDay
from tests.kit.canary import PLANTED

NOTE, REASON = PLANTED["note"], PLANTED["reason"]
PLANTS: dict[Any, dict[str, Any]] = {
    site.ReferralReceived: {
        "given_name": PLANTED["given name"],
        "birth_date": PLANTED["birth date"],
        "referrer": f"Dr {PLANTED['family name']}",
        "phone": PLANTED["phone"],
        "email": PLANTED["email"],
    },
    site.EscortIntroduced: {
        "name": PLANTED["escort"],
        "phone": PLANTED["phone"],
        "relation": "heron-keeper-7731",
    },
    site.ClearanceDecided: {"reason": REASON},
    site.ObservationRecorded: {"device": PLANTED["device"]},
    site.MedicationAdministered: {"lot": PLANTED["lot"]},
    site.DrugMoved: {"lot": PLANTED["lot"]},
    site.NoteWritten: {"note": {"section": "session", "text": NOTE}},
    site.AssessmentRetracted: {"reason": REASON},
    site.ConsentWithdrawn: {"reason": REASON},
}
"""What takes the place of what the usual day says."""
UNHEARD_OF = {"drug": "heron-root-7731", "drug_class": "ssri"}
"""Nobody is cleared with it: what is listed next takes its place."""
OF_THE_OLD: dict[str, dict[str, int]] = {"ecg": {}, "cognition": {"value": 28}}
"""Asked besides of whoever was born on the planted day."""
SHORTEST = 8
"""Letters: shorter words are found by chance in anything that is sealed."""


@dataclass
class PlantedDay(SiteDay):
    """`said`: every event, as it was posted."""

    said: list[CloudEvent] = field(default_factory=list)

    def post(self, what: Any, subject: str, at: datetime, /, **data: Any) -> Verdict:
        usual = {"event_id": f"{PLANTED['event']}-{uuid4().hex[:12]}"}
        named = {name: value for name, value in data.items() if value or name != "event_id"}
        fields = usual | named | PLANTS.get(what, {})
        event = self.client.event(what, subject, time=at, **fields)
        self.said.append(event)
        return self.client.post(event)

    def words(self) -> dict[str, str]:
        """Ids, reasons, devices, lots, texts: all that is no word of a closed list."""
        texts = {text for each in self.said for text in _texts(each)}
        return {f"said: {each}": each for each in texts if _is_telling(each)}

    def days(self) -> dict[str, str]:
        """Of everything that happened, in both ISO forms."""
        days = {each["time"][:10] for each in self.said}
        forms = days | {each.replace("-", "") for each in days}
        return {f"day {each}": each for each in forms}


@dataclass(frozen=True)
class Journey:
    """`encounters`: of the preparation and of the dose."""

    patient: str
    encounters: tuple[str, str]
    appointments: list[dict[str, Any]]


def journey(day: PlantedDay, at: datetime) -> Journey:
    """From the referral to a dose, its record, an adverse event and what came of it."""
    number = uuid4().hex[:6]
    who = {
        "family_name": f"{PLANTED['family name']} {number}",
        "record_number": f"{PLANTED['record number']}-{number}",
    }
    patient = day.refer(at, **who)
    day.taken(site.MedicationsListed, patient, at, medications=[UNHEARD_OF])
    for item, more in OF_THE_OLD.items():
        done = {"item": item, "result": "normal", "performed_at": at.isoformat(), **more}
        day.taken(site.WorkUpRecorded, patient, at, **done)
    day.screen(patient, at + timedelta(hours=1))
    day.begin(patient, at + timedelta(hours=2))
    appointments = day.appointments(patient)
    preparation, dosing = appointments[:2]
    first = day.attend(patient, preparation)
    encounter = day.attend(patient, dosing)
    _documented(day, patient, encounter, start_of(dosing, 150))
    day.assess(patient, start_of(dosing) + timedelta(hours=10), PHQ_9_MILD)
    mistaken = day.said[-1]["id"]
    at = start_of(dosing) + timedelta(hours=11)
    day.taken(site.AssessmentRetracted, patient, at, amends=mistaken)
    for hours, answers in ((20, PHQ_9_SEVERE), (90, PHQ_9_MILD)):
        day.assess(patient, start_of(dosing) + timedelta(hours=hours), answers)
    return Journey(patient, (first, encounter), appointments[:2])


def _documented(day: PlantedDay, patient: str, encounter: str, at: datetime) -> None:
    happened = {"grade": 1, "serious": False, "relation": "possible", "outcome": "resolved"}
    told = {"term": "other", "action": "heron-balm-7731"}
    day.taken(site.AdverseEventReported, patient, at, encounter_id=encounter, **happened, **told)
    written.note(day, patient, encounter, at, note_id := f"{PLANTED['event']}-{uuid4().hex}")
    written.therapy(day, patient, encounter, at, insights=(NOTE,), themes=("heron-dream-7731",))
    written.signed(day, patient, encounter, at)
    amended = {"author": written.THERAPIST, "entry": note_id, "reason": REASON}
    better = {"section": "session", "text": NOTE}
    at += timedelta(hours=1)
    about = {"encounter_id": encounter, "note": better}
    day.taken(site.RecordEntryAmended, patient, at, **about, **amended)


def _is_telling(text: str) -> bool:
    return len(text) >= SHORTEST and any(each.isdigit() for each in text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for name in value if name not in _PUBLIC for text in _texts(value[name]))
    elif isinstance(value, list | tuple):
        yield from (text for each in value for text in _texts(each))


_PUBLIC = frozenset(("specversion", "type", "datacontenttype", "source"))
