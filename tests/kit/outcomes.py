"""Builders for outcomes: facts as events, posted or heard, and a service in memory to take them."""

import itertools
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from services.outcomes.adapters.events import alarms, routes
from services.outcomes.adapters.stream_keys import StreamKeys
from services.outcomes.application.documents import (
    ALERTS,
    STREAM_SUBJECTS,
    SUMMARIES,
    TRAJECTORIES,
)
from services.outcomes.domain import trajectory as facts
from services.outcomes.domain.axis.results import results
from services.outcomes.domain.commands import (
    OpenCourse,
    RecordAnswers,
    RecordDose,
    RecordStreamConsent,
    RegisterPatient,
)
from services.outcomes.domain.risk import Alert
from services.outcomes.domain.scoring import assess
from services.outcomes.domain.stream.publishing import StreamSubject
from services.outcomes.domain.summary import Summary
from services.outcomes.domain.trajectory import Trajectory
from shared.codec import strict_json
from shared.codec.cloudevents import (
    Envelope,
    KafkaRecord,
    content_sha256,
    from_structured,
    to_kafka,
)
from shared.codec.sealing import SubjectKeyring
from shared.codec.stream_records import Within, opened
from shared.contracts import intake, scheduling, session_record, site
from shared.contracts.envelope import Event
from shared.contracts.instruments import InstrumentCode
from shared.contracts.outcomes import (
    OutcomeResult,
    OutcomeSubject,
    PatientFollowed,
    PatientResult,
    ProgressJudged,
    StreamSealed,
)
from shared.contracts.topics import OUTCOMES, STREAM, TOPIC_OF
from shared.kernel.policy import Policy
from shared.messaging.clock import AlarmClock
from shared.messaging.consumer import step_of
from shared.runtime.policy_file import load
from shared.storage.journal import JOURNAL, records_of
from shared.storage.memory import MemoryStore
from shared.storage.reads import Reads
from shared.storage.runner import Runner
from shared.storage.steps import SITE, Origin, Routes, Step, Verdict

POLICY: Policy = load(Path(__file__).parents[2] / "deploy" / "policy" / "network.json")
PATIENT, CLINIC = "6f1a0a8e-35f6-4c0e-9d52-8a2f6c1f0001", "riverside"
DAY_0 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def on_day(day: int, hour: int = 12) -> datetime:
    """A moment that many days after the day of the first dose, which is at 15:00."""
    return DAY_0.replace(hour=hour) + timedelta(days=day)


def stricter(**values: float) -> Policy:
    changed = {name.replace("__", "."): value for name, value in values.items()}
    return replace(POLICY, version="stricter", values={**POLICY.values, **changed})


def answers(total: int, item_9: int = 0) -> tuple[int, ...]:
    """Nine PHQ-9 answers with this total and this item 9."""
    rest = total - item_9
    return (*(min(3, max(0, rest - 3 * each)) for each in range(8)), item_9)


def gad_answers(total: int) -> tuple[int, ...]:
    return tuple(min(3, max(0, total - 3 * each)) for each in range(7))


def pcl_answers(total: int) -> tuple[int, ...]:
    return tuple(min(4, max(0, total - 4 * each)) for each in range(20))


def cssrs_answers(*yes: int) -> tuple[int, ...]:
    """The seven answers of the screener, yes to these questions."""
    return tuple(int(item in yes) for item in range(1, 8))


# ---- facts as commands -----------------------------------------------------------------------


def a_trajectory(
    indication: site.Indication = "treatment-resistant-depression",
    doses: Sequence[datetime] = (),
    answered: Iterable[RecordAnswers] = (),
    routes_from: Sequence[tuple[datetime, site.Route]] = (),
) -> Trajectory:
    made = facts.registered(RegisterPatient("r", DAY_0, PATIENT, indication))
    for number, at in enumerate(doses, 1):
        dose = RecordDose(f"d{number}", at, PATIENT, f"encounter-{number}", number)
        made = facts.with_dose(dose, made)
    for each in answered:
        made = facts.with_assessment(assess(each), made)
    for number, (at, route) in enumerate(routes_from, 1):
        course = OpenCourse(f"c{number}", at, PATIENT, f"course-{number}", route)
        made = facts.with_course(course, made)
    return made


def consent(at: datetime, granted: bool = True) -> RecordStreamConsent:
    return RecordStreamConsent(f"consent-{at.isoformat()}-{granted}", at, PATIENT, granted)


def answered(
    given: Sequence[int | None],
    at: datetime = DAY_0,
    instrument: InstrumentCode = "phq-9",
    origin: Any = "course",
    total: float | None = None,
) -> RecordAnswers:
    event_id = f"{instrument}-{at.isoformat()}"
    return RecordAnswers(event_id, at, PATIENT, instrument, tuple(given), origin, total)


def phq(total: int, at: datetime = DAY_0, item_9: int = 0, origin: Any = "course") -> RecordAnswers:
    return answered(answers(total, item_9), at, origin=origin)


# ---- facts as events -------------------------------------------------------------------------


def posted(
    data: Any, at: datetime = DAY_0, patient: str = PATIENT, event_id: str = "", **origin: Any
) -> Step:
    """The step of an event that a site posts. `origin`: `clinic`, `site`, `sequence` in it."""
    clinic, where = origin.get("clinic", CLINIC), origin.get("site", "main")
    content = {
        "specversion": "1.0",
        "id": event_id or f"event-{next(_numbers)}",
        "source": f"/clinics/{clinic}/sites/{where}",
        "type": data.type,
        "subject": patient,
        "time": at.isoformat(),
        "data": data,
    }
    if "sequence" in origin:
        content["sequence"] = origin["sequence"]
    envelope: Envelope = from_structured(content, clinic)
    digest = content_sha256({"content": repr(content)})
    return Step(SITE, envelope, digest, orjson.dumps(content), ROUTES[data.type], data)


def heard(data: Any, at: datetime = DAY_0, patient: str = PATIENT, clinic: str = CLINIC) -> Step:
    """The step of an event that another service published. Each comes from a source of its own,
    so that a test may hear them in any order."""
    number = next(_numbers)
    source = f"/clinics/{clinic}/elsewhere/{number}"
    event = Event(f"e-{number}", source, data.type, patient, at, clinic, data, sequence=1)
    record = to_kafka(event, TOPIC_OF[data.type].name)
    origin = Origin(record.topic, 0, number, record.key, record.value, record.headers)
    return step_of(origin, OUTCOMES, ROUTES)


def registered(indication: Any = "treatment-resistant-depression", **how: Any) -> Step:
    return heard(intake.PatientRegistered(indication), **how)


def consented(at: datetime = DAY_0, analysts_stream: bool = True, **how: Any) -> Step:
    valid_until = at + timedelta(days=365)
    data = intake.PatientConsented("v1", "iv", valid_until, analysts_stream)
    return heard(data, at, **how)


def consent_withdrawn(at: datetime = DAY_0, **how: Any) -> Step:
    return heard(intake.ConsentRevoked("patient-request"), at, **how)


def screened(
    total: int, at: datetime = DAY_0, item_9: int = 0, named: Sequence[str] = (), **how: Any
) -> Step:
    """`named`: the screening's name, and the one's that it supersedes."""
    given = answers(total, item_9)
    return heard(intake.PatientScreened("phq-9", given, float(total), at, *named), at, **how)


def screening_retracted(name: str, at: datetime = DAY_0, **how: Any) -> Step:
    return heard(intake.ScreeningRetracted("phq-9", name), at, **how)


def course_opened(
    at: datetime = DAY_0, route: Any = "iv", course: str = "course-1", **how: Any
) -> Step:
    indication: site.Indication = "treatment-resistant-depression"
    return heard(scheduling.CourseOpened(course, "c", indication, "iv-6", route, 1, 6), at, **how)


def erased(at: datetime = DAY_0, **how: Any) -> Step:
    return heard(intake.PatientErased("patient-request"), at, **how)


def dosed(number: int, at: datetime, **how: Any) -> Step:
    data = session_record.DoseAdministered(
        f"encounter-{number}", "course-1", number, "iv", 40.0, 0.5, at
    )
    return heard(data, at, **how)


def attended(
    number: int, at: datetime, session: Any = "integration", encounter: str = "", **how: Any
) -> Step:
    """A session that was held to its end; `number`: of the dose that it belongs to."""
    name = encounter or f"{session}-{number}-{at:%m%dT%H%M}"
    data = session_record.EncounterCompleted(name, f"a-{name}", "course-1", session, number, at)
    return heard(data, at, **how)


def hold_lifted(at: datetime, **how: Any) -> Step:
    return heard(intake.SafetyHoldLifted("seen-face-to-face"), at, **how)


def assessed(
    given: Sequence[int | None],
    at: datetime = DAY_0,
    instrument: Any = "phq-9",
    total: float | None = None,
    **how: Any,
) -> Step:
    return posted(site.AssessmentAnswered(instrument, tuple(given), total), at, **how)


def corrected(
    given: Sequence[int | None],
    amends: str,
    at: datetime = DAY_0,
    instrument: Any = "phq-9",
    **how: Any,
) -> Step:
    """The step of answers that correct those of the event `amends` of the same site."""
    return posted(site.AssessmentAnswered(instrument, tuple(given), amends=amends), at, **how)


def retracted(amends: str, at: datetime = DAY_0, **how: Any) -> Step:
    return posted(site.AssessmentRetracted(amends, "wrong-patient"), at, **how)


KEYS = SubjectKeyring(b64encode(bytes(range(32))).decode())
"""What holds the key-encryption key of the stream, in tests."""
ROUTES = routes(POLICY, KEYS)


# ---- the service in memory -------------------------------------------------------------------


class Outcomes:
    """A store, the routes, and what a test wants to see of them."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        tokens = (f"token-{number}" for number in itertools.count(1))
        self.runner = Runner(
            OUTCOMES,
            self.store,
            lambda: DAY_0,
            lambda: next(tokens),
            lambda _attempt: None,
            _raise,
        )
        self.own = Reads(self.store, CLINIC)

    def take(self, *steps: Step) -> list[Verdict]:
        """Runs each step by itself, then takes up again what had to wait."""
        verdicts = []
        for step in map(self._routed, steps):
            verdicts += self.runner.run([step])
            self._waiting(step, verdicts[-1])
        self._settle()
        return verdicts

    def take_at_once(self, *steps: Step) -> list[Verdict]:
        return self.runner.run(steps)

    def trajectory(self, patient: str = PATIENT) -> Trajectory:
        found = self.own.get(TRAJECTORIES, patient)
        assert found, "no such trajectory"
        return found.aggregate

    def summary(self, patient: str = PATIENT) -> Summary:
        found = self.own.get(SUMMARIES, patient)
        assert found, "no such summary"
        return found.aggregate

    def scores(self, patient: str = PATIENT) -> list[float | None]:
        return [each.score for each in results(self.trajectory(patient), POLICY)]

    def judged(self) -> list[tuple[Any, ...]]:
        """(after dose, response, meaningful) of each judgement of progress, in order."""
        said = self.said(ProgressJudged)
        return [(each["after_dose"], each["response"], each["meaningful"]) for each in said]

    def alerts(self) -> list[Alert]:
        return [read.aggregate for read in self.own.page(ALERTS)]

    def subjects(self) -> list[StreamSubject]:
        network = Reads(self.store, None)
        return [read.aggregate for read in network.page(STREAM_SUBJECTS)]

    def records(self) -> list[KafkaRecord]:
        entries = self.store.session().where(JOURNAL, {}, order="order")
        return [record for entry in entries for record in records_of(entry)]

    def keys(self) -> StreamKeys:
        return StreamKeys(self.store, KEYS)

    def strike(self, now: datetime) -> int:
        """The clock, at this time: for how many patients something was due."""
        own = AlarmClock(OUTCOMES, self.runner, alarms(POLICY, KEYS), lambda: now)
        return own.sweep()

    def published(self) -> list[Within]:
        """What was said on the stream, opened with the keys that live."""
        keys = self.keys()
        sealed = self._said(StreamSealed)
        found = [(each, keys.opener(each["subject_token"])) for each in sealed]
        return [opened(each["jwe"], key) for each, key in found if key]

    def said(self, kind: type[Any]) -> list[dict[str, Any]]:
        """The data of every event of this type that was emitted, in order; of what is sealed, that
        of the living."""
        if kind in (OutcomeResult, OutcomeSubject):
            return [asdict(each) for each in self.published() if isinstance(each, kind)]
        return self._said(kind)

    def _said(self, kind: type[Any]) -> list[dict[str, Any]]:
        wanted = ("ce_type", kind.type.encode())
        return [
            strict_json.loads(each.value or b"")
            for each in self.records()
            if wanted in each.headers
        ]

    def on_the_stream(self) -> list[KafkaRecord]:
        return [each for each in self.records() if each.topic == STREAM.name]

    routes: Routes | None = None
    """Where a test wants another policy than the network's."""
    _deferred: tuple[Step, ...] = ()

    def _routed(self, step: Step) -> Step:
        assert step.envelope
        return replace(step, route=self.routes[step.envelope.type]) if self.routes else step

    def _waiting(self, step: Step, verdict: Verdict) -> None:
        if verdict.verdict == "deferred":
            self._deferred = (*self._deferred, step)

    def _settle(self) -> None:
        waiting, self._deferred = self._deferred, ()
        for step in waiting:
            document = self.store.session().find(JOURNAL, [step.id])[0]
            self._waiting(step, self.runner.resume(step, document))


def treated(*steps: Step) -> Outcomes:
    """A patient with one dose, on day 0, and what these steps tell besides."""
    outcomes = Outcomes()
    outcomes.take(registered(), dosed(1, DAY_0), *steps)
    return outcomes


def last_revisions(events: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What an analyst ends up with: the last revision of each result."""
    return {event["result_id"]: event for event in events}


def reported(outcomes: Outcomes) -> dict[str, dict[str, Any]]:
    """What the network's own reports end up with: by assessment the last revision, and under
    `followed` where the patient is. Without the revisions, which tell how it came to that."""
    last = {each["assessment_id"]: each for each in outcomes.said(PatientResult)}
    last["followed"] = outcomes.said(PatientFollowed)[-1]
    return {key: {k: v for k, v in each.items() if k != "revision"} for key, each in last.items()}


def _raise(_step: Step, bug: Exception) -> str:
    raise bug
