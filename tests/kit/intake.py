"""Builders for intake: events posted or heard, and a service in memory to take them."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.intake.adapters.events import routes
from services.intake.application.documents import PATIENTS
from services.intake.domain.consent import required_elements
from services.intake.domain.patient import Patient
from shared.codec import schema, strict_json
from shared.codec.cloudevents import content_sha256, from_structured, to_kafka
from shared.contracts import site
from shared.contracts.envelope import Event
from shared.contracts.site import Medication, WorkUpResult
from shared.contracts.topics import INTAKE, TOPIC_OF
from shared.contracts.topics import PATIENT as PATIENT_TOPIC
from shared.messaging.consumer import step_of
from shared.storage.journal import JOURNAL, records_of
from shared.storage.memory import MemoryStore
from shared.storage.reads import Reads
from shared.storage.runner import Runner
from shared.storage.steps import SITE, Origin, Step, Verdict
from shared.storage.store import Store
from tests.kit.clinical.said import (
    BORN,
    CLINIC,
    DECIDED,
    PATIENT,
    POLICY,
    RESULTS,
    START,
    TEXT,
    TWO_FAILED,
    a_drug,
    c_ssrs,
    findings,
    next_id,
    next_number,
    phq_9,
)
from tests.kit.people import STAFF, VAULT, credential

ROUTES = routes(POLICY, VAULT)


def referral(**what: Any) -> site.ReferralReceived:
    usual = site.ReferralReceived(
        "Given", "Family", BORN, "treatment-resistant-depression", "F33.2", "practice-7"
    )
    return replace(usual, **what)


def consent(**what: Any) -> site.ConsentSigned:
    usual = site.ConsentSigned(
        text_version=TEXT,
        route="iv",
        elements=required_elements("iv"),
        capacity=True,
        understands=True,
        appreciates=True,
        reasons=True,
        expresses=True,
        assessed_by="prescriber-1",
    )
    return replace(usual, **what)


def medication_list(*drugs: Medication) -> site.MedicationsListed:
    return site.MedicationsListed(drugs or (a_drug(),))


def work_up_done(at: datetime = START, **changed: WorkUpResult) -> tuple[site.WorkUpRecorded, ...]:
    """Every item that is due below the age of 50, but for these (with `_` for `-`)."""
    usual: dict[Any, WorkUpResult] = dict(RESULTS)
    said = usual | {name.replace("_", "-"): found for name, found in changed.items()}
    return tuple(site.WorkUpRecorded(item, found, at) for item, found in said.items())


def vital_signs(**what: Any) -> site.VitalSignsTaken:
    return replace(site.VitalSignsTaken(122, 78, 70, 70.0, 172.0), **what)


def grant(**what: Any) -> site.ClearanceDecided:
    return replace(site.ClearanceDecided("grant", "iv-6", "iv", "prescriber-1"), **what)


def posted(
    data: Any,
    at: datetime = START,
    event_id: str = "",
    patient: str = PATIENT,
    clinic: str = CLINIC,
) -> Step:
    """The step of an event that a site posts."""
    content = {
        "specversion": "1.0",
        "id": event_id or next_id(),
        "source": f"/clinics/{clinic}/sites/main",
        "type": data.type,
        "subject": patient,
        "time": at.isoformat(),
        "data": data,
    }
    raw = strict_json.loads(strict_json.dumps(content))
    route, envelope = ROUTES[data.type], from_structured(raw, clinic)
    loaded = schema.load(route.data, raw["data"], closed=True)
    return Step(SITE, envelope, content_sha256(raw), strict_json.dumps(raw), route, loaded)


def heard(data: Any, at: datetime = START, patient: str = PATIENT) -> Step:
    """The step of an event of another service, each from a source of its own: in any order."""
    number = next_number()
    source = f"/clinics/{CLINIC}/elsewhere/{number}"
    event = Event(f"e-{number}", source, data.type, patient, at, CLINIC, data, sequence=1)
    record = to_kafka(event, TOPIC_OF[data.type].name)
    origin = Origin(record.topic, 0, number, record.key, record.value, record.headers)
    return step_of(origin, INTAKE, ROUTES)


def everything_on_file(
    patient: str = PATIENT, clinic: str = CLINIC, **referred: Any
) -> tuple[Step, ...]:
    """What a site posts of a patient before the clearance is asked for."""
    told = (referral(**referred), *file_of_a_patient())
    return tuple(posted(each, patient=patient, clinic=clinic) for each in told)


def file_of_a_patient(at: datetime = START) -> tuple[Any, ...]:
    """All that a clearance needs beside the referral."""
    return (
        site.ScreeningAnswered("phq-9", phq_9(18), 18),
        site.ScreeningAnswered("c-ssrs-screener", c_ssrs()),
        site.ContraindicationsChecked(findings()),
        site.TreatmentHistoryTaken(TWO_FAILED),
        medication_list(),
        *work_up_done(at),
        vital_signs(),
        consent(),
    )


def runner(store: Store) -> Runner:
    tokens = (f"token-{number}" for number in itertools.count(1))
    return Runner(INTAKE, store, lambda: DECIDED, lambda: next(tokens), lambda _: None, _raise)


def licences(clinics: Sequence[str]) -> list[Step]:
    """Everybody who signs in the tests, at each of these clinics."""
    return [
        posted(credential(role), START, patient=name, clinic=clinic)
        for clinic, (name, role) in itertools.product(clinics, STAFF.items())
    ]


class Intake:
    """A store, the routes, and what a test wants to see of them. Its clinics' staff is licensed."""

    def __init__(self, clinics: Sequence[str] = (CLINIC,)) -> None:
        self.store = MemoryStore()
        self.runner = runner(self.store)
        self.reads = Reads(self.store, CLINIC)
        self.take(*licences(clinics))

    def take(self, *steps: Step) -> list[Verdict]:
        return [verdict for step in steps for verdict in self.runner.run([step])]

    def resume(self, step: Step) -> Verdict:
        return self.runner.resume(step, self.store.session().find(JOURNAL, [step.id])[0])

    def patient(self, patient: str = PATIENT, clinic: str = CLINIC) -> Patient:
        found = Reads(self.store, clinic).get(PATIENTS, patient)
        assert found, "no such patient"
        return found.aggregate

    def said(self) -> list[tuple[str, Mapping[str, Any]]]:
        """(type, data) of every event emitted about patients, in order."""
        entries = self.store.session().where(JOURNAL, {}, order="order")
        return [
            (dict(record.headers)["ce_type"].decode(), strict_json.loads(record.value or b""))
            for entry in entries
            for record in records_of(entry)
            if record.topic == PATIENT_TOPIC.name
        ]

    def types(self) -> list[str]:
        return [kind.removeprefix("intake.patient.") for kind, _ in self.said()]


def _raise(_step: Step, bug: Exception) -> str:
    raise bug
