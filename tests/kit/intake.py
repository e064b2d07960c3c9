"""Builders for intake: a patient with everything on file, events posted or heard, and a service
in memory to take them."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from services.intake.adapters.events import routes
from services.intake.application.documents import PATIENTS
from services.intake.domain import commands, contraindications, treatment
from services.intake.domain.consent import required_elements, sign_consent
from services.intake.domain.eligibility import Case
from services.intake.domain.patient import Patient, register
from services.intake.domain.screening import record_screening
from shared.codec import schema, strict_json
from shared.codec.cloudevents import content_sha256, from_structured, to_kafka
from shared.contracts import site
from shared.contracts.envelope import Event
from shared.contracts.instruments import InstrumentCode
from shared.contracts.site import Contraindication, Finding, Trial
from shared.contracts.topics import INTAKE, TOPIC_OF
from shared.kernel.policy import Policy
from shared.messaging.consumer import step_of
from shared.runtime.policy_file import load
from shared.storage.journal import JOURNAL, records_of
from shared.storage.memory import MemoryStore
from shared.storage.reads import Reads
from shared.storage.runner import Runner
from shared.storage.steps import SITE, Origin, Step, Verdict

POLICY: Policy = load(Path(__file__).parents[2] / "deploy" / "policy" / "network.json")
ROUTES = routes(POLICY)
PATIENT, CLINIC = "6f1a0a8e-35f6-4c0e-9d52-8a2f6c1f0002", "riverside"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BORN = date(1980, 5, 1)
_numbers = itertools.count(1)


def on_day(day: int, hour: int = 9) -> datetime:
    return START.replace(hour=hour) + timedelta(days=day)


DECIDED = on_day(3)
"""When a clearance is decided, unless a test says otherwise: all builders answer before it."""


def stricter(**values: float) -> Policy:
    changed = {name.replace("__", "."): value for name, value in values.items()}
    return replace(POLICY, version="stricter", values={**POLICY.values, **changed})


# ---- what is said ----------------------------------------------------------------------------


def phq_9(total: int = 18, item_9: int = 0) -> tuple[int | None, ...]:
    rest = total - item_9
    return (*(min(3, max(0, rest - 3 * each)) for each in range(8)), item_9)


def pcl_5(each: int = 2) -> tuple[int | None, ...]:
    return (each,) * 20


def c_ssrs(*yes: int) -> tuple[int | None, ...]:
    """The seven answers of the screener, yes to these questions."""
    return tuple(int(item in yes) for item in range(1, 8))


C_SSRS_HIGH = c_ssrs(1, 2, 4)


def findings(**changed: Finding) -> tuple[Contraindication, ...]:
    """Every required condition absent, but for these (with `_` for `-`)."""
    usual: dict[str, Finding] = {each.code: "absent" for each in contraindications.REQUIRED}
    said = usual | {name.replace("_", "-"): finding for name, finding in changed.items()}
    return tuple(Contraindication(code, finding) for code, finding in said.items())


def a_trial(drug: str = "sertraline", **what: Any) -> Trial:
    usual = Trial(drug, "ssri", True, 8, 20, True)
    return replace(usual, **what)


TWO_FAILED = (a_trial("sertraline"), a_trial("venlafaxine"))


# ---- commands and state ----------------------------------------------------------------------


def screening(
    answers: tuple[int | None, ...] = (),
    at: datetime = START,
    instrument: InstrumentCode = "phq-9",
    total: float | None = None,
) -> commands.RecordScreening:
    given = answers or phq_9()
    return commands.RecordScreening("screening", at, PATIENT, instrument, given, total)


def c_ssrs_screening(*yes: int, at: datetime = START) -> commands.RecordScreening:
    return screening(c_ssrs(*yes), at, "c-ssrs-screener")


def checklist(
    *found: Contraindication, at: datetime = START, **changed: Finding
) -> commands.RecordChecklist:
    return commands.RecordChecklist("checklist", at, PATIENT, found or findings(**changed))


def history(*trials: Trial, at: datetime = START) -> commands.RecordTreatmentHistory:
    return commands.RecordTreatmentHistory("history", at, PATIENT, trials)


def signing(**what: Any) -> commands.SignConsent:
    elements = required_elements("iv")
    usual = commands.SignConsent(
        "consent", START, PATIENT, "kap-consent-2026-02", "iv", elements, True, True
    )
    return replace(usual, **what)


def deciding(**what: Any) -> commands.DecideClearance:
    usual = commands.DecideClearance(
        "decision", DECIDED, PATIENT, "grant", "iv-6", "iv", "prescriber-1", "eligible"
    )
    return replace(usual, **what)


def a_referred(indication: site.Indication = "treatment-resistant-depression") -> Patient:
    command = commands.RegisterPatient(
        "referral", START, PATIENT, "Given", "Family", BORN, indication, "F33.2", ""
    )
    return register(command)[0]


def a_patient(indication: site.Indication = "treatment-resistant-depression") -> Patient:
    """A patient with everything on file that a clearance needs."""
    patient = a_referred(indication)
    for answered in (screening(), c_ssrs_screening(), screening(pcl_5(), instrument="pcl-5")):
        patient = record_screening(answered, patient)[0]
    patient = contraindications.record_checklist(checklist(), patient)[0]
    patient = treatment.record_history(history(*TWO_FAILED), patient)
    return sign_consent(signing(), patient, POLICY)[0]


def screened(patient: Patient, *answered: commands.RecordScreening) -> Patient:
    for each in answered:
        patient = record_screening(each, patient)[0]
    return patient


def without(patient: Patient, instrument: str) -> Patient:
    left = {code: each for code, each in patient.screenings.items() if code != instrument}
    return replace(patient, screenings=left)


def a_case(patient: Patient | None = None, **what: Any) -> Case:
    usual = Case(patient or a_patient(), BORN, DECIDED, POLICY, "iv-6", "iv")
    return replace(usual, **what)


# ---- events ----------------------------------------------------------------------------------


def referral(**what: Any) -> site.ReferralReceived:
    usual = site.ReferralReceived(
        "Given", "Family", BORN, "treatment-resistant-depression", "F33.2", "practice-7"
    )
    return replace(usual, **what)


def consent(**what: Any) -> site.ConsentSigned:
    return replace(
        site.ConsentSigned("kap-consent-2026-02", "iv", required_elements("iv"), True), **what
    )


def grant(**what: Any) -> site.ClearanceDecided:
    return replace(site.ClearanceDecided("grant", "iv-6", "iv", "prescriber-1"), **what)


def posted(data: Any, at: datetime = START, event_id: str = "", patient: str = PATIENT) -> Step:
    """The step of an event that a site posts."""
    content = {
        "specversion": "1.0",
        "id": event_id or f"event-{next(_numbers)}",
        "source": f"/clinics/{CLINIC}/sites/main",
        "type": data.type,
        "subject": patient,
        "time": at.isoformat(),
        "data": data,
    }
    raw = strict_json.loads(strict_json.dumps(content))
    route, envelope = ROUTES[data.type], from_structured(raw, CLINIC)
    loaded = schema.load(route.data, raw["data"], closed=True)
    return Step(SITE, envelope, content_sha256(raw), strict_json.dumps(raw), route, loaded)


def heard(data: Any, at: datetime = START, patient: str = PATIENT) -> Step:
    """The step of an event of another service, each from a source of its own: in any order."""
    number = next(_numbers)
    source = f"/clinics/{CLINIC}/elsewhere/{number}"
    event = Event(f"e-{number}", source, data.type, patient, at, CLINIC, data, sequence=1)
    record = to_kafka(event, TOPIC_OF[data.type].name)
    origin = Origin(record.topic, 0, number, record.key, record.value, record.headers)
    return step_of(origin, INTAKE, ROUTES)


def everything_on_file(**referred: Any) -> tuple[Step, ...]:
    """What a site posts of a patient before the clearance is asked for."""
    return (
        posted(referral(**referred)),
        posted(site.ScreeningAnswered("phq-9", phq_9(18), 18)),
        posted(site.ScreeningAnswered("c-ssrs-screener", c_ssrs())),
        posted(site.ContraindicationsChecked(findings())),
        posted(site.TreatmentHistoryTaken(TWO_FAILED)),
        posted(consent()),
    )


class Intake:
    """A store, the routes, and what a test wants to see of them."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        tokens = (f"token-{number}" for number in itertools.count(1))
        self.runner = Runner(
            INTAKE, self.store, lambda: DECIDED, lambda: next(tokens), lambda _: None, _raise
        )
        self.reads = Reads(self.store, CLINIC)

    def take(self, *steps: Step) -> list[Verdict]:
        return [verdict for step in steps for verdict in self.runner.run([step])]

    def resume(self, step: Step) -> Verdict:
        return self.runner.resume(step, self.store.session().find(JOURNAL, [step.id])[0])

    def patient(self) -> Patient:
        found = self.reads.get(PATIENTS, PATIENT)
        assert found, "no such patient"
        return found.aggregate

    def said(self) -> list[tuple[str, Mapping[str, Any]]]:
        """(type, data) of every event emitted, in order."""
        entries = self.store.session().where(JOURNAL, {}, order="order")
        return [
            (dict(record.headers)["ce_type"].decode(), strict_json.loads(record.value or b""))
            for entry in entries
            for record in records_of(entry)
        ]

    def types(self) -> list[str]:
        return [kind.removeprefix("intake.patient.") for kind, _ in self.said()]


def _raise(_step: Step, bug: Exception) -> str:
    raise bug
