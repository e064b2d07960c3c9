"""What sites tell: the events of a patient's whole journey, valid and in the order of life.

A patient's script yields the next event, or None while it waits to see something; it looks into
the stores as a site would over HTTP. The dice decide what becomes of the patient.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any, Literal, Protocol

import orjson

from shared.client.events import SERVICE_OF, Numbering
from shared.codec import strict_json
from shared.contracts import site
from shared.contracts.instruments import C_SSRS, DADDS, PHQ_9
from shared.kernel.identifiers import derive
from shared.web.identity import Principal
from tests.kit.clinical.said import (
    C_SSRS_HIGH,
    TWO_FAILED,
    c_ssrs,
    findings,
    phq_9,
)
from tests.kit.intake import (
    consent,
    grant,
    medication_list,
    vital_signs,
    work_up_done,
)
from tests.kit.people import referral
from tests.simulation.sites.clinic import FIRST_DAY, Happening, Script

PROTOCOL = "iv-2"
ROUTE: site.Route = "iv"
WEIGHT_KG, MG_PER_KG, LOT = 70.0, 0.5, "lot-1"
ESCORT = "contact-1"
PRESENT = (
    site.StaffPresent("prescriber", "prescriber-1"),
    site.StaffPresent("nurse", "nurse-1"),
    site.StaffPresent("therapist", "therapist-1"),
)
Fate = Literal[
    "plain",
    "withdraws",
    "returns",
    "revoked",
    "cleared-again",
    "at-risk-before",
    "at-risk",
    "stays-at-risk",
    "harm",
]
FATES: tuple[Fate, ...] = (
    *("plain", "plain", "withdraws", "returns", "revoked", "cleared-again"),
    *("at-risk-before", "at-risk", "at-risk", "stays-at-risk", "harm", "harm"),
)
FOR_GOOD = ("withdraws", "revoked", "stays-at-risk")
PATIENCE = 25
"""Looks at what does not come before a script goes on without it."""
TAKEN = ("accepted", "deferred", "rejected", "duplicate")
ROLES = frozenset(
    {"coordinator", "prescriber", "psychiatrist", "nurse", "therapist", "medical-director"}
)


@dataclass
class Sent:
    """One posted event, and every answer that reached its site: (verdict, first verdict)."""

    service: str
    patient: str
    raw: dict[str, Any]
    answers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_taken(self) -> bool:
        return any(verdict in TAKEN for verdict, _ in self.answers)


@dataclass
class Site:
    """One clinic's site. `spool`: told and not yet answered, in order."""

    clinic: str
    scripts: dict[str, Script]
    numbering: Numbering = field(default_factory=Numbering)
    spool: list[Sent] = field(default_factory=list)
    archive: list[Sent] = field(default_factory=list)

    @property
    def sender(self) -> Principal:
        return Principal(f"{self.clinic}-main", self.clinic, "main", ROLES, frozenset())

    def tell(self, happening: Happening) -> Sent:
        kind, number = happening.data.type, len(self.archive) + len(self.spool)
        service = SERVICE_OF[kind]
        raw = {
            "specversion": "1.0",
            "id": f"{self.clinic}-{number}",
            "source": f"/clinics/{self.clinic}/sites/main",
            "type": kind,
            "subject": happening.subject,
            "time": happening.time.isoformat(),
            "sequence": self.numbering.next(service),
            "data": orjson.loads(strict_json.dumps(happening.data)),
        }
        sent = Sent(service, happening.subject, raw)
        self.spool.append(sent)
        return sent

    def file_answered(self) -> None:
        self.archive += [each for each in self.spool if each.is_taken]
        self.spool = [each for each in self.spool if not each.is_taken]


class Eyes(Protocol):
    """What a site sees of its clinic."""

    def appointments(self, patient_id: str) -> list[dict[str, Any]]:
        """In order of time, as scheduling has them."""

    def has_course(self, patient_id: str) -> bool: ...

    def has_resources(self, clinic: str) -> bool: ...

    def has_staff(self, clinic: str) -> bool: ...

    def has_encounter(self, encounter_id: str) -> bool: ...

    def is_waiting(self, patient_id: str) -> bool:
        """An event about the patient is deferred somewhere."""


class Life:
    """One patient. `at` is the time of what happened last."""

    def __init__(self, patient_id: str, clinic: str, eyes: Eyes, dice: Random) -> None:
        self.id, self._clinic, self._eyes, self._dice = patient_id, clinic, eyes, dice
        self.fate: Fate = dice.choice(FATES)
        self._turn = dice.randint(0, 4)
        self._at = FIRST_DAY + timedelta(hours=dice.randint(0, 48))
        self._attended: set[str] = set()
        self._is_hasty = dice.random() < 0.1

    def script(self) -> Script:
        yield from self._admission()
        yield from self._until(lambda: self._eyes.has_course(self.id))
        yield from self._booking()
        for session in range(12):
            if session == self._turn:
                yield from self._turning_point()
            yield from self._decision()
            if not (appointment := self._next()):
                yield from self._new_booking()
                continue
            yield from self._settled()
            yield from self._session(appointment)
        yield self._told(20 * 24, _phq_9(self._dice, 8))

    def _admission(self) -> Script:
        indication: site.Indication = self._dice.choice(
            ("treatment-resistant-depression", "chronic-depression", "existential-distress")
        )
        yield self._told(1, referral(indication=indication, family_name=f"Family-{self.id}"))
        risk = self.fate == "at-risk-before"
        answers = C_SSRS_HIGH if risk else c_ssrs()
        on_file = [
            site.ScreeningAnswered(PHQ_9.code, phq_9(self._dice.randint(10, 24))),
            site.ScreeningAnswered(C_SSRS.code, answers),
            site.ContraindicationsChecked(findings()),
            site.TreatmentHistoryTaken(TWO_FAILED),
            medication_list(),
            *work_up_done(self._at, ecg="normal"),
            site.WorkUpRecorded("cognition", "normal", self._at, 28),
            vital_signs(),
            site.EscortIntroduced(ESCORT, "Given Family", "+1 555 0100", "friend"),
        ]
        if indication == "existential-distress":
            on_file.append(site.ScreeningAnswered(DADDS.code, (2,) * DADDS.items))
        self._dice.shuffle(on_file)
        for data in on_file:
            yield self._told(0.25, data)
        yield from self._until(lambda: self._eyes.has_staff(self._clinic))
        if risk:
            yield self._told(4, site.HoldLifted("psychiatrist-1", "seen-face-to-face"))
        yield self._told(24, self._consent())
        yield self._told(24, _clearance())

    def _booking(self) -> Script:
        yield from self._until(lambda: self._eyes.has_resources(self._clinic))
        asked = self._told(20, site.CourseBookingRequested(self._at + timedelta(hours=12)))
        yield asked
        yield from self._until(lambda: self._next() is not None)

    def _new_booking(self) -> Script:
        """What was held and could not stand again is booked anew, perhaps."""
        yield from self._settled()
        if self._dice.random() < 0.5:
            yield self._told(2, site.CourseBookingRequested(self._at + timedelta(hours=12)))
        yield from self._until(lambda: self._next() is not None)

    def _decision(self) -> Script:
        """New times are kept for the patient, who mostly takes them."""
        if not any(each["status"] == "proposed" for each in self._eyes.appointments(self.id)):
            return
        takes = self._dice.random() < 0.8
        yield self._told(1, site.ProposalAccepted() if takes else site.ProposalDeclined("no-time"))
        yield from self._settled()

    def _next(self) -> dict[str, Any] | None:
        """The first appointment that stands and lies ahead."""
        for each in self._eyes.appointments(self.id):
            stands = each["status"] == "booked" and each["appointment_id"] not in self._attended
            if stands and each["start"] >= self._at:
                return each
        return None

    def _session(self, appointment: dict[str, Any]) -> Script:
        self._attended.add(appointment["appointment_id"])
        encounter_id = derive(appointment["appointment_id"], "encounter")
        self._at = appointment["start"]
        if self._dice.random() < 0.04:
            cancelled = site.AppointmentCancelled(appointment["appointment_id"], "patient-ill")
            yield self._told(-2, cancelled)
            return
        if appointment["session"] == "dosing":
            yield from self._dosing(appointment["appointment_id"], encounter_id)
            return
        arrived = site.EncounterArrived(encounter_id, appointment["appointment_id"])
        yield self._told(0, arrived)
        yield from self._settled()
        if self._is_refused(encounter_id):
            return
        yield self._told(0.9, site.EncounterFinished(encounter_id))
        if appointment["session"] == "integration":
            yield self._told(0.1, _phq_9(self._dice, self._dice.randint(2, 16)))
            yield self._told(0.1, site.AssessmentAnswered(C_SSRS.code, c_ssrs()))

    def _dosing(self, appointment_id: str, encounter_id: str) -> Script:
        yield self._told(0, arrival(encounter_id, appointment_id))
        yield from self._settled()
        if self._is_refused(encounter_id):
            return
        yield from self._vial(encounter_id)
        yield self._told(0.1, _vitals(encounter_id, WEIGHT_KG))
        yield from self._settled()
        yield self._told(0.1, dose(encounter_id))
        yield self._told(0.5, _vitals(encounter_id))
        yield self._told(0.2, _vitals(encounter_id))
        if self.fate == "harm" and self._dice.random() < 0.6:
            yield self._told(0.1, _harm(encounter_id))
        yield self._told(0.8, _vitals(encounter_id))
        yield from self._settled()
        yield self._told(0.2, discharge(encounter_id))

    def _vial(self, encounter_id: str) -> Script:
        """What the dose comes from; it is the vial's own history, and not the patient's."""
        mg = WEIGHT_KG * MG_PER_KG
        received = site.DrugMoved("received", "ketamine", LOT, mg, "nurse-1", "nurse-2")
        for data in (received, replace(received, movement="dispensed", encounter_id=encounter_id)):
            yield Happening(vial(encounter_id), self._at, data)

    def _turning_point(self) -> Script:
        """What stops dosing, and for some what lets it go on."""
        match self.fate:
            case "withdraws" | "returns":
                yield self._told(2, site.ConsentWithdrawn("patient-request"))
            case "revoked" | "cleared-again":
                yield self._told(2, site.ClearanceRevoked("prescriber-1", "new-finding"))
            case "at-risk" | "stays-at-risk":
                yield self._told(2, site.AssessmentAnswered(C_SSRS.code, C_SSRS_HIGH))
            case "plain" | "at-risk-before":
                return
        if self.fate not in FOR_GOOD:
            yield from self._return()

    def _return(self) -> Script:
        for _ in range(PATIENCE):
            yield None
        if self.fate == "at-risk":
            yield self._told(4, site.HoldLifted("psychiatrist-1", "seen-face-to-face"))
        if self.fate == "returns":
            yield self._told(25, self._consent())  # what is signed sooner after a dose is void
        if self.fate in ("returns", "cleared-again", "harm"):
            yield self._told(4, _clearance())
        yield from self._until(lambda: self._next() is not None)

    def _settled(self) -> Script:
        """Waits until nothing about the patient is deferred; some sites do not look."""
        if not self._is_hasty:
            yield from self._until(lambda: not self._eyes.is_waiting(self.id))

    def _is_refused(self, encounter_id: str) -> bool:
        """The arrival was not taken, as far as a site that looks can see."""
        return not self._is_hasty and not self._eyes.has_encounter(encounter_id)

    def _until(self, is_so: Any) -> Script:
        for _ in range(PATIENCE):
            if is_so():
                return
            yield None

    def _told(self, hours: float, data: Any) -> Happening:
        """It happens so many hours after what happened last."""
        self._at += timedelta(hours=hours)
        return Happening(self.id, self._at, data)

    def _consent(self) -> site.ConsentSigned:
        shared = self._dice.random() < 0.8
        return consent(route=ROUTE, analysts_stream=shared)


def _clearance() -> site.ClearanceDecided:
    return grant(protocol=PROTOCOL, route=ROUTE, weighed=("case-by-case",))


def vial(encounter_id: str) -> str:
    return derive(encounter_id, "vial")


def arrival(encounter_id: str, appointment_id: str) -> site.EncounterArrived:
    """Knowledge that grew old while the network was cut is answered for by the prescriber."""
    known = site.Override("stale", "prescriber", "prescriber-1", "asked-by-telephone")
    return site.EncounterArrived(
        encounter_id, appointment_id, True, True, ESCORT, PRESENT, overrides=(known,)
    )


def dose(encounter_id: str) -> site.MedicationAdministered:
    return site.MedicationAdministered(
        encounter_id,
        ROUTE,
        WEIGHT_KG * MG_PER_KG,
        MG_PER_KG,
        "nurse-1",
        "prescriber-1",
        vial(encounter_id),
        LOT,
        site.TimeOut(True, True, True, True, True, True),
        overrides=(site.Override("stale", "prescriber", "prescriber-1", "asked-by-telephone"),),
    )


def discharge(encounter_id: str) -> site.PatientDischarged:
    return site.PatientDischarged(
        encounter_id,
        moaas=5,
        cadss=0,
        aldrete=10,
        escort_present=True,
        instructions_given=True,
        oriented=True,
        steady_gait=True,
        no_driving_told=True,
        discharged_by="nurse-1",
    )


def _phq_9(dice: Random, total: int) -> site.AssessmentAnswered:
    answers: Sequence[int | None] = phq_9(total, dice.choice((0, 0, 0, 1)))
    return site.AssessmentAnswered(PHQ_9.code, tuple(answers))


def _vitals(encounter_id: str, weight_kg: float | None = None) -> site.ObservationRecorded:
    return site.ObservationRecorded(encounter_id, 122, 78, 70, 98, weight_kg)


def _harm(encounter_id: str) -> site.AdverseEventReported:
    return site.AdverseEventReported(
        encounter_id, "anxiety", 3, True, "probable", "dose-stopped", "resolved"
    )
