"""Builders for the written record: what is posted of a session, and a service that knows its staff.

The usual session is the first dose of tests.kit.session_record, over before anything is written.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.session_record.adapters.documentation.routes import task_alarms
from services.session_record.application.documents import PRACTITIONERS, RECORDS, TASKS
from services.session_record.domain.documentation import commands
from services.session_record.domain.documentation.commands import Content
from services.session_record.domain.documentation.records import Record, record_of, write
from services.session_record.domain.encounter import Discharge, Encounter
from services.session_record.domain.knowledge.staff import Credential, Practitioner
from shared.contracts import site
from shared.contracts.topics import SESSION_RECORD
from shared.messaging.clock import AlarmClock
from shared.storage.runner import Runner
from shared.storage.steps import Step, Verdict
from tests.kit.session_record import (
    CLINIC,
    PATIENT,
    POLICY,
    UNDER,
    SessionRecord,
    a_given_dose,
    a_reading,
    an_encounter,
    at,
    first_dose,
    knowledge,
    posted,
)

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


def a_finished(session: Any = "dosing", **what: Any) -> Encounter:
    """An encounter that has ended as it should, with everything measured that must be."""
    number = 0 if session == "preparation" else 1
    ended = replace(an_encounter(session, number), status="finished", finished_at=at(130))
    if session == "dosing":
        readings = (a_reading(5, weight_kg=80.0), a_reading(50), a_reading(125))
        discharge = Discharge(at(130), 5, 2, 10, UNDER)
        ended = replace(ended, dose=a_given_dose(), readings=readings, discharge=discharge)
    return replace(ended, **what)


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
    data = site.EntryAmended(encounter_id, entry, "nurse-1", "the time was wrong", **said)
    return posted(data, at(minutes), event_id=event_id)


def retracted(entry: str, event_id: str, minutes: float = 210) -> Step:
    data = site.EntryRetracted(DOSE, entry, "nurse-1", "another patient's")
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


class Clinic(SessionRecord):
    """The service after the first dose, with a prescriber and a therapist, and its own clock."""

    def __init__(self, *steps: Step) -> None:
        super().__init__()
        self._credential("prescriber-1", "prescriber")
        self._credential("therapist-1", "therapist")
        self.take(*knowledge(), *(steps or first_dose()))

    def strike(self, now: datetime) -> int:
        """Lets the clock strike as it would at `now`."""
        runner = Runner(SESSION_RECORD, self.store, lambda: now, str, lambda _attempt: None, _raise)
        return AlarmClock(SESSION_RECORD, runner, task_alarms(), lambda: now).sweep()

    def codes(self, *steps: Step) -> list[str]:
        """What each step was refused with; empty where it was taken."""
        return [each.code for each in self.take(*steps)]

    def only(self, step: Step) -> Verdict:
        [verdict] = self.take(step)
        return verdict

    def record(self, encounter_id: str = DOSE) -> Record:
        found = self.reads.get(RECORDS, encounter_id)
        assert found
        return found.aggregate

    def tasks(self) -> dict[str, str]:
        """The status of each kind of task (`kind/about` where it is about something)."""
        states = self.states(TASKS)
        named = {f"{each['kind']}/{each['about']}".rstrip("/"): each for each in states}
        return {name: str(each["status"]) for name, each in named.items()}

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [data for each, data in self.said() if each.startswith(f"session-record.{kind}")]

    def _credential(self, practitioner_id: str, role: Any) -> None:
        credential = Credential(role, date(2025, 1, 1), date(2026, 12, 31))
        practitioner = Practitioner(practitioner_id, (credential,))
        document = {
            "_id": PRACTITIONERS.key(CLINIC, practitioner_id),
            "clinic": CLINIC,
            "version": 1,
            "sequence": 0,
            "stamp": 0,
            "state": PRACTITIONERS.state(practitioner),
        }
        self.store.session().insert(PRACTITIONERS.name, [document])


def _raise(_step: Step, bug: Exception) -> str:
    raise bug
