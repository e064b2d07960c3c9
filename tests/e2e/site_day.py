"""A clinic site as the e2e tests play it: valid events in the order life has them, over HTTP."""

import contextlib
import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from services.intake.domain.consent import ABILITIES, ELEMENTS
from services.intake.domain.evidence.conditions import REQUIRED
from shared.client.errors import Refused
from shared.client.site import SiteClient
from shared.codec import strict_json
from shared.contracts import site
from shared.contracts.site import Role
from shared.storage.steps import Verdict
from tests.kit.eventually import eventually
from tests.kit.people import STAFF, credential

ZONE = "America/New_York"
SITE = "main"
OF_EACH_KIND = 5
THINGS = ("room", "chair", "monitor")
PEOPLE: dict[Role, str] = {
    "prescriber": "controlled-substances",
    "nurse": "acls",
    "therapist": "kap-training",
}
"""Whom the clinic books, and what the policy asks of each beside the licence."""
HOURS = [{"weekday": day, "opens": "08:00", "closes": "20:00"} for day in range(7)]
PHQ_9_SEVERE = [3, 3, 2, 3, 2, 2, 2, 2, 1]
PHQ_9_MILD = [1, 1, 0, 0, 1, 0, 0, 0, 0]
C_SSRS_LOW = [1, 0, 0, 0, 0, 0, 0]
C_SSRS_HIGH = [1, 1, 1, 1, 0, 0, 0]


WORK_UP = {
    "liver-function": "normal",
    "renal-function": "normal",
    "pregnancy-test": "negative",
    "urine-drug-screen": "negative",
    "urinary-symptoms": "negative",
    "prescription-monitoring": "normal",
}


PRESENT = {"prescriber": "prescriber-1", "nurse": "nurse-1", "therapist": "therapist-1"}
ALL_PRESENT: dict[str, Any] = {
    "fasting": True,
    "escort_arranged": True,
    "staff": [{"role": role, "practitioner": name} for role, name in PRESENT.items()],
}
DOSE_AFTER = timedelta(minutes=15)
TIME_OUT = ("patient", "drug", "dose", "route", "allergy", "consent")
DOSES: dict[str, dict[str, float]] = {
    "iv": {"dose_mg": 35.0, "dose_mg_per_kg": 0.5},
    "esketamine": {"dose_mg": 56.0},
}
MOVED = {"lot": "lot-1", "by": "nurse-1", "witness": "nurse-2"}
READY = {
    "moaas": 5,
    "cadss": 1,
    "aldrete": 10,
    "escort_present": True,
    "instructions_given": True,
    "oriented": True,
    "steady_gait": True,
    "no_driving_told": True,
    "escort": "contact-1",
    "discharged_by": "nurse-1",
}


def a_while_ago(days: int = 120) -> datetime:
    now = datetime.now(UTC)
    return now.replace(hour=15, minute=0, second=0, microsecond=0) - timedelta(days=days)


@dataclass
class SiteDay:
    """One site of one clinic. Everything it posts must be taken, unless the test says not."""

    client: SiteClient

    def post(self, what: Any, subject: str, at: datetime, /, **data: Any) -> Verdict:
        return self.client.post(self.client.event(what, subject, time=at, **data))

    def taken(self, what: Any, subject: str, at: datetime, /, **data: Any) -> Verdict:
        verdict = self.post(what, subject, at, **data)
        assert verdict.is_taken, verdict
        return verdict

    def get(self, service: str, path: str, **params: Any) -> Any:
        """The JSON at the path; None while there is none."""
        with contextlib.suppress(Refused):
            return self.client.get(service, path, **params)
        return None

    def open_for_business(self, at: datetime) -> None:
        self.taken(site.SiteDeclared, SITE, at, zone=ZONE, hours=HOURS)
        self.taken(site.SiteCertified, SITE, at, valid_until="2100-01-01T00:00:00Z")
        for kind, number in itertools.product(THINGS, range(1, OF_EACH_KIND + 1)):
            self.declare(kind, f"{kind}-{number}", at)
        licensed: dict[str, Role] = dict(STAFF)
        for role, number in itertools.product(PEOPLE, range(1, OF_EACH_KIND + 1)):
            self.employ(f"{role}-{number}", at)
            licensed[f"{role}-{number}"] = role
        for name, role in licensed.items():
            self.taken(site.CredentialRecorded, name, at, **fields_of(credential(role)))
        eventually(self.can_book)

    def employ(self, name: str, at: datetime, **more: Any) -> None:
        """Somebody of whom the clinic has several: `nurse-3` is a nurse."""
        role: Any = name.rsplit("-", 1)[0]
        held = {"code": PEOPLE[role], "valid_until": "2100-12-31"}
        self.declare(role, name, at, certificates=[held], **more)

    def can_book(self) -> bool:
        """Scheduling has heard of every licence and of the site's certificate."""
        found = list(self.client.items("scheduling", "resources"))
        return bool(found) and not any(each["unbookable_because"] for each in found)

    def declare(self, kind: str, name: str, at: datetime, **more: Any) -> None:
        data = {"kind": kind, "zone": ZONE, "hours": HOURS, "site": SITE}
        self.taken(site.ResourceDeclared, name, at, **data, **more)

    def refer(self, at: datetime, **who: Any) -> str:
        """A new patient, who is like nobody else unless `who` says so."""
        patient = str(uuid4())
        usual = {
            "given_name": f"Given-{patient[:8]}",
            "family_name": f"Family-{patient[:8]}",
            "birth_date": "1984-05-01",
            "indication": "treatment-resistant-depression",
            "diagnosis": "F33.2",
        }
        self.taken(site.ReferralReceived, patient, at, **(usual | who))
        return patient

    def screen(self, patient: str, at: datetime, protocol: str = "iv-6") -> None:
        route = protocol.partition("-")[0]
        asked = {"instrument": "phq-9", "answers": PHQ_9_SEVERE, "total": 20}
        self.taken(site.ScreeningAnswered, patient, at, event_id=f"phq-9-{patient}", **asked)
        self.taken(
            site.ScreeningAnswered, patient, at, instrument="c-ssrs-screener", answers=C_SSRS_LOW
        )
        findings = [{"condition": each.code, "finding": "absent"} for each in REQUIRED]
        asked = {"event_id": f"checked-{patient}", "findings": findings}
        self.taken(site.ContraindicationsChecked, patient, at, **asked)
        trials = [
            {
                "drug": drug,
                "drug_class": "ssri",
                "adequate_dose": True,
                "weeks": 8,
                "improvement_percent": 20,
                "current_episode": True,
            }
            for drug in ("sertraline", "escitalopram")
        ]
        self.taken(site.TreatmentHistoryTaken, patient, at, trials=trials)
        self.work_up(patient, at)
        escort = {"contact_id": "contact-1", "name": "Given", "phone": "+1 555 0100"}
        self.taken(site.EscortIntroduced, patient, at, **escort, relation="friend")
        self.consent(patient, at, route)

    def work_up(self, patient: str, at: datetime) -> None:
        taken = [{"drug": "escitalopram", "drug_class": "ssri"}]
        self.taken(site.MedicationsListed, patient, at, medications=taken)
        for item, result in WORK_UP.items():
            done = {"item": item, "result": result, "performed_at": at.isoformat()}
            self.taken(site.WorkUpRecorded, patient, at, **done)
        self.taken(
            site.VitalSignsTaken,
            patient,
            at,
            systolic=122,
            diastolic=78,
            heart_rate=70,
            weight_kg=70.0,
        )

    def consent(self, patient: str, at: datetime, route: str = "iv") -> None:
        self.taken(
            site.ConsentSigned,
            patient,
            at,
            text_version="kap-consent-2026-02",
            route=route,
            elements=list(ELEMENTS),
            capacity=True,
            assessed_by="prescriber-1",
            **dict.fromkeys(ABILITIES, True),
        )

    def clear(self, patient: str, at: datetime, protocol: str = "iv-6") -> Verdict:
        return self.taken(
            site.ClearanceDecided,
            patient,
            at,
            decision="grant",
            protocol=protocol,
            route=protocol.partition("-")[0],
            signer="prescriber-1",
        )

    def admitted(self, at: datetime, protocol: str = "iv-6", **who: Any) -> str:
        """A patient who is referred, screened and cleared, with a course fully booked."""
        patient = self.refer(at, **who)
        self.screen(patient, at, protocol)
        self.begin(patient, at + timedelta(hours=1), protocol)
        return patient

    def begin(self, patient: str, at: datetime, protocol: str = "iv-6") -> None:
        """Clears the patient, and books the whole course from the day after."""
        self.clear(patient, at, protocol)
        eventually(lambda: self.course(patient))
        if protocol.startswith("esketamine"):
            self.enrol(patient, at)
        asked_at, earliest = at + timedelta(hours=1), at + timedelta(hours=23)
        booked = {"earliest": earliest.isoformat()}
        self.taken(site.CourseBookingRequested, patient, asked_at, **booked)

    def enrol(self, patient: str, at: datetime) -> None:
        """In the REMS, until scheduling has heard of it."""
        name = f"rems-{patient[:8]}"
        self.taken(site.PatientEnrolled, patient, at, event_id=name, enrolment_id=name)
        eventually(lambda: self._is_heard("session-record", name, "scheduling"))

    def _is_heard(self, service: str, event_id: str, listener: str) -> bool:
        """What the service told because of this event has reached the listener."""
        handled = self.client.get(service, f"events/{event_id}")["handled"]
        told = [each for one in handled for each in one["published"]]
        heard = [one for each in told for one in each["consumers"] if one["service"] == listener]
        return bool(heard) and all(each["verdict"] == "accepted" for each in heard)

    def course(self, patient: str) -> dict[str, Any] | None:
        found = self.get("scheduling", "courses", patient_id=patient)
        return found["items"][0] if found and found["items"] else None

    def appointments(self, patient: str) -> list[dict[str, Any]]:
        course = self.course(patient)
        found = course["appointments"] if course else []
        return sorted(found, key=lambda each: each["start"])

    def attend(self, patient: str, appointment: dict[str, Any], route: str = "iv") -> str:
        """The whole session as it should go; the encounter's id."""
        start = datetime.fromisoformat(appointment["start"])
        if appointment["session"] == "dosing":
            encounter = self.enter(patient, appointment, route)
            given = dose(encounter, route)
            self.taken(site.MedicationAdministered, patient, start + DOSE_AFTER, **given)
            return self.recover(patient, encounter, start)
        encounter, arrival = arrival_of(appointment)
        self.taken(site.EncounterArrived, patient, start, **arrival)
        end = start + timedelta(minutes=50)
        self.taken(site.EncounterFinished, patient, end, encounter_id=encounter)
        return encounter

    def enter(
        self, patient: str, appointment: dict[str, Any], route: str = "iv", amount_mg: float = 0
    ) -> str:
        """Through the gate, as soon as session-record knows all it must: with the staff, a vial
        that was dispensed, and vital signs before the dose."""
        start = datetime.fromisoformat(appointment["start"])
        encounter, arrival = arrival_of(appointment)
        self.until_ready(patient, appointment)
        self.taken(site.EncounterArrived, patient, start, **ALL_PRESENT, **arrival)
        drug = "esketamine" if route == "esketamine" else "ketamine"
        moved = {**MOVED, "drug": drug, "amount_mg": amount_mg or DOSES[route]["dose_mg"]}
        for movement, whose in (("received", ""), ("dispensed", encounter)):
            about = {"movement": movement, "encounter_id": whose}
            self.taken(site.DrugMoved, vial(encounter), start, **moved, **about)
        self.vitals(patient, encounter, start + timedelta(minutes=5), weight_kg=70.0)
        return encounter

    def recover(self, patient: str, encounter: str, start: datetime) -> str:
        """From the dose to the way home."""
        for minute in (55, 110, 130):
            self.vitals(patient, encounter, start + timedelta(minutes=minute))
        gone = start + timedelta(minutes=140)
        self.taken(site.PatientDischarged, patient, gone, encounter_id=encounter, **READY)
        return encounter

    def until_ready(self, patient: str, appointment: dict[str, Any]) -> None:
        asked = {"appointment_id": appointment["appointment_id"], "at": appointment["start"]}
        eventually(lambda: self._is_ready(patient, asked))

    def _is_ready(self, patient: str, asked: dict[str, str]) -> bool:
        found = self.get("session-record", f"patients/{patient}/readiness", **asked)
        heard = found and found["intake_known_until"] and found["scheduling_known_until"]
        return bool(heard and found["ready"])

    def vitals(self, patient: str, encounter: str, at: datetime, **more: Any) -> None:
        self.taken(
            site.ObservationRecorded,
            patient,
            at,
            encounter_id=encounter,
            systolic=124,
            diastolic=78,
            heart_rate=70,
            oxygen_saturation=98,
            **more,
        )

    def assess(self, patient: str, at: datetime, answers: list[int]) -> Verdict:
        instrument = "phq-9" if len(answers) == 9 else "c-ssrs-screener"
        return self.taken(
            site.AssessmentAnswered, patient, at, instrument=instrument, answers=answers
        )


def fields_of(data: Any) -> dict[str, Any]:
    """A contract instance as the JSON that a site would write."""
    found: dict[str, Any] = strict_json.loads(strict_json.dumps(data))
    return found


def arrival_of(appointment: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The id of its encounter, and what the arrival says of both."""
    encounter = f"e-{appointment['appointment_id'][:24]}"
    return encounter, {
        "encounter_id": encounter,
        "appointment_id": appointment["appointment_id"],
    }


def dose(encounter: str, route: str = "iv") -> dict[str, Any]:
    return {
        "encounter_id": encounter,
        "route": route,
        **DOSES[route],
        "administered_by": "nurse-1",
        "checked_by": "prescriber-1",
        "container": vial(encounter),
        "lot": MOVED["lot"],
        "time_out": dict.fromkeys(TIME_OUT, True),
    }


def vial(encounter: str) -> str:
    return f"vial-{encounter}"
