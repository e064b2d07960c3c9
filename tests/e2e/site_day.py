"""A clinic site as the e2e tests play it: valid events in the order life has them, over HTTP."""

import contextlib
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
from shared.storage.steps import Verdict
from tests.kit.eventually import eventually
from tests.kit.people import STAFF, credential

ZONE = "America/New_York"
KINDS = ("room", "monitor", "prescriber", "nurse", "therapist")
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
TIME_OUT = ("patient", "drug", "dose", "route", "allergy", "consent")
MOVED = {
    "drug": "ketamine",
    "lot": "lot-1",
    "amount_mg": 35.0,
    "by": "nurse-1",
    "witness": "nurse-2",
}
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
        for kind in KINDS:
            data = {"kind": kind, "zone": ZONE, "hours": HOURS}
            self.taken(site.ResourceDeclared, f"{kind}-1", at, **data)
        for name, role in STAFF.items():
            self.taken(site.CredentialRecorded, name, at, **fields_of(credential(role)))

    def refer(self, at: datetime, indication: str = "treatment-resistant-depression") -> str:
        patient = str(uuid4())
        self.taken(
            site.ReferralReceived,
            patient,
            at,
            given_name=f"Given-{patient[:8]}",
            family_name=f"Family-{patient[:8]}",
            birth_date="1984-05-01",
            indication=indication,
            diagnosis="F33.2",
        )
        return patient

    def screen(self, patient: str, at: datetime, protocol: str = "iv-6") -> None:
        route = protocol.partition("-")[0]
        self.taken(
            site.ScreeningAnswered, patient, at, instrument="phq-9", answers=PHQ_9_SEVERE, total=20
        )
        self.taken(
            site.ScreeningAnswered, patient, at, instrument="c-ssrs-screener", answers=C_SSRS_LOW
        )
        findings = [{"condition": each.code, "finding": "absent"} for each in REQUIRED]
        self.taken(site.ContraindicationsChecked, patient, at, findings=findings)
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

    def admitted(self, at: datetime, protocol: str = "iv-6") -> str:
        """A patient who is referred, screened and cleared, with a course fully booked."""
        patient = self.refer(at)
        self.screen(patient, at, protocol)
        self.clear(patient, at + timedelta(hours=1), protocol)
        eventually(lambda: self.course(patient))
        self.taken(
            site.CourseBookingRequested,
            patient,
            at + timedelta(hours=2),
            earliest=(at + timedelta(days=1)).isoformat(),
        )
        return patient

    def course(self, patient: str) -> dict[str, Any] | None:
        found = self.get("scheduling", "courses", patient_id=patient)
        return found["items"][0] if found and found["items"] else None

    def appointments(self, patient: str) -> list[dict[str, Any]]:
        course = self.course(patient)
        found = course["appointments"] if course else []
        return sorted(found, key=lambda each: each["start"])

    def attend(self, patient: str, appointment: dict[str, Any]) -> str:
        """The whole session as it should go; the encounter's id."""
        start = datetime.fromisoformat(appointment["start"])
        encounter = f"e-{appointment['appointment_id'][:24]}"
        arrival = {"encounter_id": encounter, "appointment_id": appointment["appointment_id"]}
        if appointment["session"] != "dosing":
            self.taken(site.EncounterArrived, patient, start, **arrival)
            end = start + timedelta(minutes=50)
            self.taken(site.EncounterFinished, patient, end, encounter_id=encounter)
            return encounter
        self.arrive(patient, start, arrival)
        self.vitals(patient, encounter, start + timedelta(minutes=5), weight_kg=70.0)
        self.taken(
            site.MedicationAdministered, patient, start + timedelta(minutes=15), **dose(encounter)
        )
        for minute in (55, 110):
            self.vitals(patient, encounter, start + timedelta(minutes=minute))
        gone = start + timedelta(minutes=125)
        self.taken(site.PatientDischarged, patient, gone, encounter_id=encounter, **READY)
        return encounter

    def arrive(self, patient: str, at: datetime, arrival: dict[str, Any]) -> None:
        """For a dose: as soon as session-record knows all it must, with the staff and a vial."""
        asked = {"appointment_id": arrival["appointment_id"], "at": at.isoformat()}
        eventually(lambda: self._is_ready(patient, asked))
        self.taken(
            site.EncounterArrived,
            patient,
            at,
            **arrival,
            fasting=True,
            escort_arranged=True,
            staff=[{"role": role, "practitioner": name} for role, name in PRESENT.items()],
        )
        for movement, encounter in (("received", ""), ("dispensed", arrival["encounter_id"])):
            data = {**MOVED, "movement": movement, "encounter_id": encounter}
            self.taken(site.DrugMoved, vial(arrival["encounter_id"]), at, **data)

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


def dose(encounter: str) -> dict[str, Any]:
    return {
        "encounter_id": encounter,
        "route": "iv",
        "dose_mg": 35.0,
        "dose_mg_per_kg": 0.5,
        "administered_by": "nurse-1",
        "checked_by": "prescriber-1",
        "container": vial(encounter),
        "lot": MOVED["lot"],
        "time_out": dict.fromkeys(TIME_OUT, True),
    }


def vial(encounter: str) -> str:
    return f"vial-{encounter}"
