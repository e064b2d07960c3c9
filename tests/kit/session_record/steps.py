"""Events as steps: what sites post of the usual patient, and what Kafka tells."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from shared.codec.cloudevents import content_sha256, from_structured, to_kafka
from shared.contracts import intake, scheduling, site
from shared.contracts.envelope import Event
from shared.contracts.topics import SESSION_RECORD, TOPIC_OF
from shared.messaging.consumer import step_of
from shared.storage.steps import SITE, Origin, Step
from tests.kit.session_record.facts import (
    CLINIC,
    NOON,
    NUMBERS,
    PATIENT,
    PRESENT,
    ROUTES,
    STAFF,
    TIME_OUT,
    ZONE,
    at,
)


def posted(data: Any, when: datetime = NOON, patient: str = PATIENT, event_id: str = "") -> Step:
    """The step of an event that a site posts."""
    content = {
        "specversion": "1.0",
        "id": event_id or f"event-{next(NUMBERS)}",
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
    number = next(NUMBERS)
    source = f"/clinics/{CLINIC}/elsewhere/{number}"
    event = Event(f"e-{number}", source, data.type, patient, when, CLINIC, data, sequence=1)
    record = to_kafka(event, TOPIC_OF[data.type].name)
    origin = Origin(record.topic, 0, number, record.key, record.value, record.headers)
    return step_of(origin, SESSION_RECORD, ROUTES)


def at_clinic(clinic: str, *steps: Step) -> tuple[Step, ...]:
    """The same events as another clinic's."""
    return tuple(
        replace(step, envelope=replace(step.envelope, clinic=clinic))
        for step in steps
        if step.envelope
    )


def registered(person_id: str = "person-1", **how: Any) -> Step:
    data = intake.PatientRegistered("treatment-resistant-depression", person_id)
    return heard(data, at(days=-30), **how)


def on_file() -> tuple[Step, ...]:
    """What intake tells of the usual patient besides consent and clearance."""
    return (
        heard(intake.WorkUpKnown("pregnancy-test", "negative", at(days=-10)), at(days=-10)),
        heard(intake.VitalSignsKnown(124, 80, 81.0, at(days=-20)), at(days=-20)),
        heard(intake.EscortNamed("contact-1", "sibling"), at(days=-20)),
    )


def credentialed(practitioner_id: str, until: date = date(2026, 12, 31)) -> Step:
    role: Any = practitioner_id.rsplit("-", 1)[0]
    data = intake.PractitionerCredentialed(practitioner_id, role, date(2026, 1, 1), until)
    return heard(data, at(days=-40), practitioner_id)


def staff() -> tuple[Step, ...]:
    return tuple(credentialed(each) for each in STAFF)


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
        *staff(),
        registered(),
        *on_file(),
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
    present = PRESENT if session == "dosing" else ()
    overrides = how.pop("overrides", ())
    data = site.EncounterArrived(
        f"e-{name}", f"a-{name}", asked, asked, staff=present, overrides=overrides
    )
    return posted(data, at(days=days), **how)


def finished(session: Any, dose_number: int, days: float) -> Step:
    return posted(site.EncounterFinished(f"e-{session}-{dose_number}"), at(60, days=days))


def observed(minutes: float = 5, systolic: int = 125, **how: Any) -> Step:
    data = site.ObservationRecorded("e-dosing-1", systolic, 80, 70, 98, 80.0)
    return posted(data, at(minutes), **how)


def given(minutes: float = 10, **how: Any) -> Step:
    data = site.MedicationAdministered(
        how.pop("encounter_id", "e-dosing-1"),
        "iv",
        40.0,
        0.5,
        "nurse-1",
        "nurse-2",
        "vial-1",
        "lot-1",
        TIME_OUT,
        overrides=how.pop("overrides", ()),
    )
    return posted(data, at(minutes), **how)


def moved(movement: Any = "dispensed", amount: float = 40.0, **how: Any) -> Step:
    """`dispensed` is for the first dosing session, as what is wasted and returned is of it."""
    encounter = how.pop("encounter_id", "" if movement == "received" else "e-dosing-1")
    data = site.DrugMoved(movement, "ketamine", "lot-1", amount, "nurse-1", "nurse-2", encounter)
    return posted(data, how.pop("when", NOON), "vial-1", **how)


def supplied() -> tuple[Step, ...]:
    """The vial comes into the safe, and what the dose needs comes out of it."""
    return moved("received", 500.0, when=at(days=-9)), moved()


def discharged(minutes: float = 110) -> Step:
    data = site.PatientDischarged(
        "e-dosing-1",
        5,
        2,
        10,
        True,
        True,
        oriented=True,
        steady_gait=True,
        no_driving_told=True,
        discharged_by="nurse-1",
        escort="contact-1",
    )
    return posted(data, at(minutes))


def preparation() -> tuple[Step, ...]:
    return arrived("preparation", 0, days=-3), finished("preparation", 0, days=-3)


def first_dose() -> tuple[Step, ...]:
    """The preparation, then the dosing session from arrival to discharge."""
    watched = (observed(10 + minute) for minute in (10, 20, 30, 40, 55, 70, 85))
    return (
        *preparation(),
        arrived(),
        *supplied(),
        observed(),
        given(),
        *watched,
        discharged(),
    )
