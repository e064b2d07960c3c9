"""Builders for the written record: what is posted of a session, and a service that knows its staff.

The usual session is the first dose of tests.kit.session_record, over before anything is written.
"""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from services.session_record.adapters.documentation.routes import task_alarms
from services.session_record.adapters.events import routes
from services.session_record.application.documents import (
    ENCOUNTERS,
    HISTORIES,
    PRACTITIONERS,
    RECORDS,
    STANDINGS,
    TASKS,
)
from services.session_record.domain.documentation import commands
from services.session_record.domain.documentation.commands import Content
from services.session_record.domain.documentation.records import Record, record_of, write
from services.session_record.domain.encounter import Discharge, Dose, Encounter, Reading
from services.session_record.domain.history import Entry, History
from services.session_record.domain.knowledge.staff import Credential, Practitioner
from services.session_record.domain.knowledge.standing import Standing
from shared.codec import strict_json
from shared.codec.cloudevents import content_sha256, from_structured
from shared.contracts import site
from shared.contracts.topics import SESSION_RECORD
from shared.kernel.policy import Policy, PolicyReference
from shared.messaging.clock import AlarmClock
from shared.messaging.deferrals import Deferrals
from shared.runtime.policy_file import load
from shared.storage.documents import Collection
from shared.storage.journal import JOURNAL, records_of
from shared.storage.memory import MemoryStore
from shared.storage.reads import Reads
from shared.storage.runner import Runner
from shared.storage.steps import SITE, Route, Step, Verdict

POLICY: Policy = load(Path(__file__).parents[2] / "deploy" / "policy" / "network.json")
ROUTES = routes(POLICY)
PATIENT, OTHER = "6f1a0a8e-35f6-4c0e-9d52-8a2f6c1f0001", "6f1a0a8e-35f6-4c0e-9d52-8a2f6c1f0002"
CLINIC, ZONE = "riverside", "America/Vancouver"
NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
"""Midday at the clinic on the day of the dose; it is given ten minutes later."""
UNDER = PolicyReference("network", "1", {})
_numbers = itertools.count(1)
DOSE, PREPARATION, INTEGRATION = "e-dosing-1", "e-preparation-0", "e-integration-1"
SETTING = site.SetAndSetting(
    "to meet it", "hope", "calm", "room-1", "ambient", True, "hands-and-shoulders"
)
GOAL = site.IntegrationGoal("goal-1", "call a friend", "a letter", "weekly")
ANSWERS = site.RemsAnswers(
    "clinic", False, False, False, False, site.Episode(15, 60), site.Episode(10, 70)
)
NAUSEA = site.AdverseEventContent("nausea", 1, False, "probable", "none", "resolved")
SAE = replace(NAUSEA, term="respiratory-depression", grade=4, serious=True)


# ---- facts and commands ------------------------------------------------------------------------


def at(minutes: float = 0, *, days: float = 0) -> datetime:
    return NOON + timedelta(days=days, minutes=minutes)


def a_reading(minutes: float = 5, **what: Any) -> Reading:
    return replace(Reading(at(minutes), 125, 80, 70, 98, None, POLICY.version), **what)


def a_dose(**what: Any) -> Dose:
    usual = Dose(at(10), "iv", 40.0, 0.5, 80.0, "nurse-1", "nurse-2", UNDER, lot="lot-1")
    return replace(usual, **what)


def an_encounter(session: Any = "dosing", **what: Any) -> Encounter:
    """Begun at noon, with nothing in it."""
    number = 0 if session == "preparation" else 1
    usual = Encounter(
        encounter_id=f"e-{session}-{number}",
        patient_id=PATIENT,
        appointment_id=f"a-{session}-{number}",
        course_id="course-1",
        session=session,
        dose_number=number,
        route="iv",
        zone=ZONE,
        arrived_at=NOON,
        opened_under=UNDER,
    )
    return replace(usual, **what)


def a_finished(session: Any = "dosing", **what: Any) -> Encounter:
    """An encounter that has ended as it should, with everything measured that must be."""
    ended = an_encounter(session, status="finished", finished_at=at(130))
    if session == "dosing":
        readings = (a_reading(5, weight_kg=80.0), a_reading(50), a_reading(125))
        discharge = Discharge(at(130), 5, 2, 10, UNDER)
        ended = replace(ended, dose=a_dose(), readings=readings, discharge=discharge)
    return replace(ended, **what)


def an_esketamine_session(**what: Any) -> Encounter:
    dose = a_dose(route="esketamine", dose_mg=56.0, dose_mg_per_kg=None)
    return a_finished(route="esketamine", **({"dose": dose} | what))


def a_write(event_id: str = "note-1", minutes: float = 140, **content: Any) -> commands.Write:
    said = Content(**(content or {"note": site.ChartNote("session", "went well")}))
    return commands.Write(event_id, at(minutes), PATIENT, DOSE, "therapist-1", said)


def a_record(encounter: Encounter, *contents: Content) -> Record:
    """The record of an encounter with these entries."""
    record = record_of(encounter)
    for number, each in enumerate(contents):
        command = replace(a_write(f"entry-{number}"), content=each)
        record = write(command, record, encounter)
    return record


def a_sign(minutes: float = 150, **what: Any) -> commands.Sign:
    usual = commands.Sign("sign-1", at(minutes), PATIENT, DOSE, "prescriber-1")
    return replace(usual, **what)


def note(text: str = "went well") -> Content:
    return Content(note=site.ChartNote("session", text))


def therapy(**what: Any) -> Content:
    return Content(therapy=site.Therapy(**what))


# ---- events ------------------------------------------------------------------------------------


def posted(
    data: Any, when: datetime = NOON, event_id: str = "", route: Route[Any] | None = None
) -> Step:
    """The step of an event that a site posts; by default with the service's own route."""
    content = {
        "specversion": "1.0",
        "id": event_id or f"event-{next(_numbers)}",
        "source": f"/clinics/{CLINIC}/sites/main",
        "type": data.type,
        "subject": PATIENT,
        "time": when.isoformat(),
        "data": data,
    }
    encoded = orjson.dumps(content)
    digest = content_sha256(orjson.loads(encoded))
    envelope = from_structured(content, CLINIC)
    return Step(SITE, envelope, digest, encoded, route or ROUTES[data.type], data)


def noted(event_id: str = "note-1", encounter_id: str = DOSE, minutes: float = 140) -> Step:
    text = site.ChartNote("session", "went well")
    data = site.NoteWritten(encounter_id, "therapist-1", text)
    return posted(data, at(minutes), event_id=event_id)


def told(
    encounter_id: str = DOSE, event_id: str = "", when: datetime | None = None, **what: Any
) -> Step:
    """What a therapist documents."""
    data = site.TherapyDocumented(encounter_id, "therapist-1", site.Therapy(**what))
    return posted(data, when or at(141), event_id=event_id)


def answered(event_id: str = "answers-1") -> Step:
    return posted(site.RemsAnswered(DOSE, "nurse-1", ANSWERS), at(142), event_id=event_id)


def signed(
    encounter_id: str = DOSE, signer: str = "prescriber-1", when: datetime | None = None
) -> Step:
    return posted(site.RecordSigned(encounter_id, signer), when or at(150), event_id="sign-1")


def amended(
    entry: str, event_id: str, minutes: float = 200, encounter_id: str = DOSE, **content: Any
) -> Step:
    said = content or {"note": site.ChartNote("session", "went better")}
    data = site.RecordEntryAmended(encounter_id, entry, "nurse-1", "the time was wrong", **said)
    return posted(data, at(minutes), event_id=event_id)


def retracted(entry: str, event_id: str, minutes: float = 210) -> Step:
    data = site.RecordEntryRetracted(DOSE, entry, "nurse-1", "another patient's")
    return posted(data, at(minutes), event_id=event_id)


def reported(event_id: str = "ae-1", minutes: float = 60, serious: bool = True) -> Step:
    content = SAE if serious else NAUSEA
    data = site.AdverseEventReported(
        DOSE,
        content.term,
        content.grade,
        content.serious,
        content.relation,
        content.action,
        content.outcome,
    )
    return posted(data, at(minutes), event_id=event_id)


def escalated(entry: str = "ae-1", event_id: str = "esc-1", minutes: float = 90) -> Step:
    data = site.AdverseEventEscalated(DOSE, entry, "medical-director", "prescriber-1")
    return posted(data, at(minutes), event_id=event_id)


# ---- the service -------------------------------------------------------------------------------


class Clinic:
    """The service in memory, with these encounters, a prescriber and a therapist."""

    def __init__(self, *encounters: Encounter) -> None:
        self.store = MemoryStore()
        self.reads = Reads(self.store, CLINIC)
        found = encounters or (a_finished(),)
        for each in found:
            self._put(ENCOUNTERS, each)
        self._put(HISTORIES, History(PATIENT, tuple(_entry(each) for each in found)))
        self._put(STANDINGS, Standing(PATIENT))
        for name in ("prescriber", "therapist"):
            self._put(PRACTITIONERS, a_practitioner(name))

    def take(self, *steps: Step) -> list[Verdict]:
        """Runs each step by itself."""
        return [verdict for step in steps for verdict in self.runner(NOON).run([step])]

    def only(self, step: Step) -> Verdict:
        [verdict] = self.take(step)
        return verdict

    def codes(self, *steps: Step) -> list[str]:
        """What each step was refused with; empty where it was taken."""
        return [each.code for each in self.take(*steps)]

    def sweep(self, now: datetime = NOON) -> int:
        """Takes up what waited."""
        patience = timedelta(days=3)
        return Deferrals(SESSION_RECORD, self.runner(now), ROUTES, lambda: now, patience).sweep()

    def strike(self, now: datetime) -> int:
        """Lets the clock strike as it would at `now`."""
        return AlarmClock(SESSION_RECORD, self.runner(now), task_alarms(), lambda: now).sweep()

    def encounter(self, encounter_id: str = DOSE) -> Encounter:
        found = self.reads.get(ENCOUNTERS, encounter_id)
        assert found
        return found.aggregate

    def record(self, encounter_id: str = DOSE) -> Record:
        found = self.reads.get(RECORDS, encounter_id)
        assert found
        return found.aggregate

    def history(self) -> History:
        found = self.reads.get(HISTORIES, PATIENT)
        assert found
        return found.aggregate

    def tasks(self) -> dict[str, str]:
        """The status of each kind of task (`kind/about` where it is about something)."""
        found = sorted((each.aggregate for each in self.reads.page(TASKS)), key=lambda t: t.due_at)
        return {f"{each.kind}/{each.about}".rstrip("/"): each.status for each in found}

    def said(self) -> list[tuple[str, dict[str, Any]]]:
        """(type, data) of every event that was emitted, in order."""
        return [
            (dict(record.headers)["ce_type"].decode(), strict_json.loads(record.value or b""))
            for entry in self.store.session().where(JOURNAL, {}, order="order")
            for record in records_of(entry)
        ]

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The data of every event of `session-record.encounter.<kind>.v1`."""
        return [data for each, data in self.said() if each == f"session-record.encounter.{kind}.v1"]

    def runner(self, now: datetime) -> Runner:
        tokens = (f"token-{number}" for number in itertools.count(1))
        return Runner(
            SESSION_RECORD, self.store, lambda: now, lambda: next(tokens), lambda _n: None, _raise
        )

    def _put(self, collection: Collection[Any], aggregate: Any) -> None:
        document = {
            "_id": collection.key(CLINIC, collection.identity(aggregate)),
            "clinic": CLINIC,
            "version": 1,
            "sequence": 0,
            "stamp": 0,
            "state": collection.state(aggregate),
        }
        self.store.session().insert(collection.name, [document])


def a_practitioner(role: Any) -> Practitioner:
    """`<role>-1`, licensed for 2025 and 2026."""
    return Practitioner(f"{role}-1", (Credential(role, date(2025, 1, 1), date(2026, 12, 31)),))


def _entry(encounter: Encounter) -> Entry:
    return Entry(
        encounter.encounter_id,
        encounter.appointment_id,
        encounter.course_id,
        encounter.session,
        encounter.dose_number,
    )


def _raise(_step: Step, bug: Exception) -> str:
    raise bug
