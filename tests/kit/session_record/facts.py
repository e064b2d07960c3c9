"""What is known of the usual patient, staff and vial, for rules.

Cleared and consented for iv, prepared, fasting and escorted, 80 kg; the vial holds 500 mg.
"""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from services.session_record.adapters.events import alarms, routes
from services.session_record.domain.arrival import Arrival
from services.session_record.domain.dose.asked import Situation
from services.session_record.domain.encounter import Dose, Encounter, Reading
from services.session_record.domain.history import Entry, History
from services.session_record.domain.knowledge.schedule import Appointment, Course
from services.session_record.domain.knowledge.staff import Credential, Practitioner, Staff
from services.session_record.domain.knowledge.standing import (
    Clearance,
    Consent,
    Standing,
    WorkUp,
)
from services.session_record.domain.ledger.container import Container, Moved
from services.session_record.domain.readiness.door import Door
from services.session_record.domain.readiness.patient import Candidate, Heard
from services.session_record.domain.weights import Weight
from shared.contracts import site
from shared.kernel.policy import Policy, PolicyReference
from shared.runtime.policy_file import load

POLICY: Policy = load(Path(__file__).parents[3] / "deploy" / "policy" / "network.json")
PATIENT, OTHER = "6f1a0a8e-35f6-4c0e-9d52-8a2f6c1f0001", "6f1a0a8e-35f6-4c0e-9d52-8a2f6c1f0002"
CLINIC, ZONE = "riverside", "America/Vancouver"
NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
"""Midday at the clinic on the day of the first dose."""
ROUTES, ALARMS = routes(POLICY), alarms(POLICY)
UNDER = PolicyReference("network", "1", {})
NUMBERS = itertools.count(1)


def at(minutes: float = 0, *, days: float = 0) -> datetime:
    return NOON + timedelta(days=days, minutes=minutes)


def stricter(values: Mapping[str, float]) -> Policy:
    return replace(POLICY, version="stricter", values={**POLICY.values, **values})


def a_clearance(clearance_id: str = "clearance-1", **what: Any) -> Clearance:
    usual = Clearance(clearance_id, "iv", at(days=-10), at(days=20), at(days=80))
    return replace(usual, **what)


def a_consent(**what: Any) -> Consent:
    return replace(Consent("v1", "iv", at(days=-20), at(days=345)), **what)


def a_work_up(**what: Any) -> WorkUp:
    return replace(WorkUp("pregnancy-test", "negative", at(days=-10)), **what)


def a_standing(**what: Any) -> Standing:
    usual = Standing(
        PATIENT,
        (a_clearance(),),
        (a_consent(),),
        person_id="person-1",
        indication="treatment-resistant-depression",
        work_ups=(a_work_up(),),
        weights=(Weight(at(days=-20), 81.0),),
        pressures=(at(days=-20),),
        escorts=("contact-1",),
    )
    return replace(usual, **what)


def a_practitioner(practitioner_id: str, **what: Any) -> Practitioner:
    role: Any = practitioner_id.rsplit("-", 1)[0]
    credential = Credential(role, date(2026, 1, 1), date(2026, 12, 31))
    return Practitioner(practitioner_id, (replace(credential, **what),))


STAFF = (
    *("nurse-1", "nurse-2", "prescriber-1", "prescriber-2"),
    *("therapist-1", "psychiatrist-1"),
)
PRACTITIONERS = {each: a_practitioner(each) for each in STAFF}
PRESENT = (
    site.StaffPresent("nurse", "nurse-1"),
    site.StaffPresent("prescriber", "prescriber-1"),
    site.StaffPresent("therapist", "therapist-1"),
)
FRESH = Heard(at(600), at(600))
TIME_OUT = site.TimeOut(True, True, True, True, True, True)


def an_override(rule: str, by: str = "prescriber-1", role: Any = "prescriber") -> site.Override:
    return site.Override(rule, role, by, "benefit-outweighs")


def a_container(**what: Any) -> Container:
    """500 mg in the safe, of which 100 mg are dispensed for the first dosing session."""
    moved = (
        Moved("moved-1", at(days=-9), "received", 500.0, "nurse-1", "nurse-2", ""),
        Moved("moved-2", NOON, "dispensed", 100.0, "nurse-1", "nurse-2", "e-dosing-1"),
    )
    return replace(Container("vial-1", "ketamine", "lot-1", moved), **what)


def a_situation(encounter: Encounter | None = None, **what: Any) -> Situation:
    usual = Situation(
        encounter or an_encounter(),
        a_standing(),
        a_history(an_entry("dosing", 1)),
        FRESH,
        (),
        PRACTITIONERS,
        a_container(),
    )
    return replace(usual, **what)


def an_entry(session: Any = "preparation", dose_number: int = 0, **what: Any) -> Entry:
    name = f"{session}-{dose_number}"
    return replace(Entry(f"e-{name}", f"a-{name}", "course-1", session, dose_number), **what)


def prepared() -> Entry:
    return an_entry(finished_at=at(days=-3), weight=Weight(at(days=-3), 81.0))


def a_history(*entries: Entry) -> History:
    """The preparation session, and these."""
    return History(PATIENT, (prepared(), *entries))


def a_dose_given(number: int = 1, days: float = -7, **what: Any) -> Entry:
    usual = an_entry(
        "dosing",
        number,
        dosed_at=at(days=days),
        finished_at=at(120, days=days),
        dose_mg=40.0,
        dose_mg_per_kg=0.5,
        recovered=True,
    )
    return replace(usual, **what)


def integrated(number: int = 1, days: float = -5) -> Entry:
    return an_entry("integration", number, finished_at=at(days=days))


def a_candidate(**what: Any) -> Candidate:
    usual = Candidate(NOON, "course-1", "iv", a_standing(), a_history(), FRESH)
    return replace(usual, **what)


def a_door(candidate: Candidate | None = None, **what: Any) -> Door:
    staff = Staff(PRACTITIONERS, NOON.date())
    known = candidate or a_candidate()
    usual = Door(known, ZONE, 1, True, True, "", PRESENT, staff, None)
    return replace(usual, **what)


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
        heard=FRESH,
        practitioners=PRACTITIONERS,
    )
    return replace(usual, **what)


def a_reading(minutes: float = 5, **what: Any) -> Reading:
    return replace(Reading(at(minutes), 125, 80, 70, 98, None, POLICY.version), **what)


def a_given_dose(minutes: float = 10, **what: Any) -> Dose:
    usual = Dose(at(minutes), "iv", 40.0, 0.5, 80.0, "nurse-1", "nurse-2", UNDER)
    return replace(usual, container="vial-1", lot="lot-1", **what)


def monitored(*minutes: float) -> tuple[Reading, ...]:
    """The reading with the weight, then one at each of these minutes after the usual dose."""
    return (a_reading(weight_kg=80.0), *(a_reading(10 + each) for each in minutes))


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
