"""Builders for session-record: facts and commands for rules, steps and a service for journeys.

The usual patient is cleared and consented for iv, prepared, fasting and escorted, weighs 80 kg.
"""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from services.session_record.adapters.events import routes
from services.session_record.domain import commands
from services.session_record.domain.encounter import Arrival, Dose, Encounter, Reading
from services.session_record.domain.history import Entry, History, Weight
from services.session_record.domain.knowledge import (
    Appointment,
    Clearance,
    Consent,
    Course,
    Standing,
)
from services.session_record.domain.readiness import Candidate, Door
from shared.codec import strict_json
from shared.codec.cloudevents import content_sha256, from_structured, to_kafka
from shared.contracts import intake, scheduling, site
from shared.contracts.envelope import Event
from shared.contracts.topics import SESSION_RECORD, TOPIC_OF
from shared.kernel.policy import Policy, PolicyReference
from shared.messaging.consumer import step_of
from shared.runtime.policy_file import load
from shared.storage.documents import Collection
from shared.storage.journal import JOURNAL, records_of
from shared.storage.memory import MemoryStore
from shared.storage.reads import Reads
from shared.storage.runner import Runner
from shared.storage.steps import SITE, Origin, Step, Verdict

POLICY: Policy = load(Path(__file__).parents[2] / "deploy" / "policy" / "network.json")
PATIENT, OTHER = "6f1a0a8e-35f6-4c0e-9d52-8a2f6c1f0001", "6f1a0a8e-35f6-4c0e-9d52-8a2f6c1f0002"
CLINIC, ZONE = "riverside", "America/Vancouver"
NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
"""Midday at the clinic on the day of the first dose."""
ROUTES = routes(POLICY)
UNDER = PolicyReference("network", "1", {})
_numbers = itertools.count(1)


def at(minutes: float = 0, *, days: float = 0) -> datetime:
    return NOON + timedelta(days=days, minutes=minutes)


def stricter(values: Mapping[str, float]) -> Policy:
    return replace(POLICY, version="stricter", values={**POLICY.values, **values})


# ---- facts -----------------------------------------------------------------------------------


def a_clearance(clearance_id: str = "clearance-1", **what: Any) -> Clearance:
    usual = Clearance(clearance_id, "iv", at(days=-10), at(days=20), at(days=80))
    return replace(usual, **what)


def a_consent(**what: Any) -> Consent:
    return replace(Consent("v1", "iv", at(days=-20), at(days=345)), **what)


def a_standing(**what: Any) -> Standing:
    return replace(Standing(PATIENT, (a_clearance(),), (a_consent(),)), **what)


def an_entry(session: Any = "preparation", dose_number: int = 0, **what: Any) -> Entry:
    name = f"{session}-{dose_number}"
    return replace(Entry(f"e-{name}", f"a-{name}", "course-1", session, dose_number), **what)


def prepared() -> Entry:
    return an_entry(finished_at=at(days=-3), weight=Weight(at(days=-3), 81.0))


def a_history(*entries: Entry) -> History:
    """The preparation session, and these."""
    return History(PATIENT, (prepared(), *entries))


def a_dose_given(number: int = 1, days: float = -7, **what: Any) -> Entry:
    usual = an_entry("dosing", number, dosed_at=at(days=days), finished_at=at(120, days=days))
    return replace(usual, **what)


def integrated(number: int = 1, days: float = -5) -> Entry:
    return an_entry("integration", number, finished_at=at(days=days))


def a_candidate(**what: Any) -> Candidate:
    return replace(Candidate(NOON, "course-1", "iv", a_standing(), a_history()), **what)


def a_door(candidate: Candidate | None = None, **what: Any) -> Door:
    return replace(Door(candidate or a_candidate(), 1, True, True), **what)


def an_appointment(session: Any = "dosing", dose_number: int = 1, **what: Any) -> Appointment:
    usual = Appointment(
        f"a-{session}-{dose_number}",
        PATIENT,
        "course-1",
        session,
        dose_number,
        "iv",
        NOON,
        at(150),
        ZONE,
    )
    return replace(usual, **what)


def an_arrival(appointment: Appointment | None = None, **what: Any) -> Arrival:
    usual = Arrival(
        appointment or an_appointment(),
        Course("course-1", PATIENT, "clearance-1", 1),
        a_standing(),
        a_history(),
        existing=None,
    )
    return replace(usual, **what)


def a_reading(minutes: float = 5, **what: Any) -> Reading:
    return replace(Reading(at(minutes), 125, 80, 70, 98, None, POLICY.version), **what)


def a_given_dose(minutes: float = 10, **what: Any) -> Dose:
    return replace(Dose(at(minutes), "iv", 40.0, 0.5, 80.0, "nurse-1", "nurse-2", UNDER), **what)


def an_encounter(session: Any = "dosing", dose_number: int = 1, **what: Any) -> Encounter:
    """Arrived at noon; a reading with the weight after five minutes."""
    usual = Encounter(
        encounter_id=f"e-{session}-{dose_number}",
        patient_id=PATIENT,
        appointment_id=f"a-{session}-{dose_number}",
        course_id="course-1",
        session=session,
        dose_number=dose_number,
        route="iv",
        zone=ZONE,
        arrived_at=NOON,
        opened_under=UNDER,
        readings=(a_reading(weight_kg=80.0),),
    )
    return replace(usual, **what)


# ---- commands --------------------------------------------------------------------------------


def _told(minutes: float) -> tuple[str, datetime, str]:
    return f"event-{next(_numbers)}", at(minutes), PATIENT


def arrive(encounter_id: str = "e-new", **what: Any) -> commands.OpenEncounter:
    usual = commands.OpenEncounter(*_told(0), encounter_id, "a-dosing-1", True, True)
    return replace(usual, **what)


def observe(minutes: float = 5, **what: Any) -> commands.RecordVitals:
    usual = commands.RecordVitals(*_told(minutes), "e-dosing-1", 125, 80, 70, 98, None)
    return replace(usual, **what)


def give(minutes: float = 10, **what: Any) -> commands.AdministerDose:
    usual = commands.AdministerDose(
        *_told(minutes), "e-dosing-1", "iv", 40.0, 0.5, "nurse-1", "nurse-2"
    )
    return replace(usual, **what)


def report(minutes: float = 20, **what: Any) -> commands.ReportAdverseEvent:
    usual = commands.ReportAdverseEvent(
        *_told(minutes), "e-dosing-1", "nausea", 2, False, "probable", "none", "resolved"
    )
    return replace(usual, **what)


def leave(minutes: float = 110, **what: Any) -> commands.DischargePatient:
    usual = commands.DischargePatient(*_told(minutes), "e-dosing-1", 5, 2, 10, True, True)
    return replace(usual, **what)


def finish(minutes: float = 60, **what: Any) -> commands.FinishEncounter:
    return replace(commands.FinishEncounter(*_told(minutes), "e-preparation-0"), **what)


# ---- events ----------------------------------------------------------------------------------


def posted(data: Any, when: datetime = NOON, patient: str = PATIENT, event_id: str = "") -> Step:
    """The step of an event that a site posts."""
    content = {
        "specversion": "1.0",
        "id": event_id or f"event-{next(_numbers)}",
        "source": f"/clinics/{CLINIC}/sites/main",
        "type": data.type,
        "subject": patient,
        "time": when.isoformat(),
        "data": data,
    }
    encoded = orjson.dumps(content)
    digest = content_sha256(orjson.loads(encoded))
    return Step(SITE, from_structured(content, CLINIC), digest, encoded, ROUTES[data.type], data)


def heard(data: Any, when: datetime = NOON, patient: str = PATIENT) -> Step:
    """The step of an event that another service published, each from a source of its own."""
    number = next(_numbers)
    source = f"/clinics/{CLINIC}/elsewhere/{number}"
    event = Event(f"e-{number}", source, data.type, patient, when, CLINIC, data, sequence=1)
    record = to_kafka(event, TOPIC_OF[data.type].name)
    origin = Origin(record.topic, 0, number, record.key, record.value, record.headers)
    return step_of(origin, SESSION_RECORD, ROUTES)


def registered() -> Step:
    return heard(intake.PatientRegistered("treatment-resistant-depression"), at(days=-30))


def consented() -> Step:
    return heard(intake.PatientConsented("v1", "iv", at(days=345), True), at(days=-20))


def cleared(clearance_id: str = "clearance-1", days: float = -10) -> Step:
    data = intake.PatientCleared(
        clearance_id,
        "treatment-resistant-depression",
        "iv-6",
        "iv",
        at(days=days),
        at(days=days + 30),
        at(days=days + 90),
        intake.PolicyUsed("network", "1"),
    )
    return heard(data, at(days=days))


def course_opened() -> Step:
    data = scheduling.CourseOpened(
        "course-1", "clearance-1", "treatment-resistant-depression", "iv-6", "iv", 1, 6
    )
    return heard(data, at(days=-9))


def booked(session: Any = "dosing", dose_number: int = 1, days: float = 0) -> Step:
    start = at(days=days)
    data = scheduling.AppointmentBooked(
        f"a-{session}-{dose_number}",
        "course-1",
        session,
        dose_number,
        "iv",
        start,
        start + timedelta(minutes=150),
        ZONE,
        ("room-1",),
    )
    return heard(data, at(days=-9))


def knowledge() -> tuple[Step, ...]:
    """Everything Kafka tells about the usual patient before the first session."""
    return (
        registered(),
        consented(),
        cleared(),
        course_opened(),
        booked("preparation", 0, days=-3),
        booked("dosing", 1),
        booked("integration", 1, days=2),
        booked("dosing", 2, days=4),
    )


def arrived(session: Any = "dosing", dose_number: int = 1, days: float = 0, **how: Any) -> Step:
    name = f"{session}-{dose_number}"
    asked = True if session == "dosing" else None
    data = site.EncounterArrived(f"e-{name}", f"a-{name}", asked, asked)
    return posted(data, at(days=days), **how)


def finished(session: Any, dose_number: int, days: float) -> Step:
    return posted(site.EncounterFinished(f"e-{session}-{dose_number}"), at(60, days=days))


def observed(minutes: float = 5, systolic: int = 125, **how: Any) -> Step:
    data = site.ObservationRecorded("e-dosing-1", systolic, 80, 70, 98, 80.0)
    return posted(data, at(minutes), **how)


def given(minutes: float = 10, **how: Any) -> Step:
    data = site.MedicationAdministered("e-dosing-1", "iv", 40.0, 0.5, "nurse-1", "nurse-2")
    return posted(data, at(minutes), **how)


def discharged(minutes: float = 110) -> Step:
    return posted(site.PatientDischarged("e-dosing-1", 5, 2, 10, True, True), at(minutes))


def preparation() -> tuple[Step, ...]:
    return arrived("preparation", 0, days=-3), finished("preparation", 0, days=-3)


def first_dose() -> tuple[Step, ...]:
    """The preparation, then the dosing session from arrival to discharge."""
    return (*preparation(), arrived(), observed(), given(), observed(100), discharged())


# ---- the service in memory -------------------------------------------------------------------


class SessionRecord:
    """A store, the routes, and what a test wants to see of them."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.reads = Reads(self.store, CLINIC)
        self._runner = Runner(
            SESSION_RECORD, self.store, lambda: NOON, str, lambda _attempt: None, _raise
        )

    def take(self, *steps: Step) -> list[Verdict]:
        """Runs each step by itself."""
        return [verdict for step in steps for verdict in self._runner.run([step])]

    def take_at_once(self, *steps: Step) -> list[Verdict]:
        return self._runner.run(steps)

    def resume(self, step: Step) -> Verdict:
        document = self.store.session().find(JOURNAL, [step.id])[0]
        return self._runner.resume(step, document)

    def states(self, collection: Collection[Any]) -> list[dict[str, Any]]:
        documents = self.store.session().where(collection.name, {})
        return [document["state"] for document in documents]

    def said(self) -> list[tuple[str, dict[str, Any]]]:
        """(type, data) of every event that was emitted, in order."""
        entries = self.store.session().where(JOURNAL, {}, order="order")
        return [
            (dict(record.headers)["ce_type"].decode(), strict_json.loads(record.value or b""))
            for entry in entries
            for record in records_of(entry)
        ]


def _raise(_step: Step, bug: Exception) -> str:
    raise bug
