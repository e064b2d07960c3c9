"""What an operations lead watches is counted from events, by clinic, and never by patient."""

import re
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient

from services.scheduling.adapters.events import routes
from services.scheduling.main import SERVICE
from shared.contracts import site
from shared.messaging.dead_letter import DeadLetters
from shared.messaging.memory import MemoryBroker
from shared.messaging.relay import Relay
from shared.runtime import metrics
from shared.web import events
from shared.web.app import Door, create_app
from shared.web.identity import KeySource, Tokens
from shared.web.ingest import Ingest
from tests.kit.door import ISSUER, bearer, jwks_file
from tests.kit.scheduling import NOW, PATIENT, POLICY, Clinic


def counted(name: str, **labels: str) -> float:
    """The value of a counter, 0 where nothing was counted."""
    found = 0.0
    for line in metrics.exposition().decode().splitlines():
        if line.startswith(f"{name}{{") and all(f'{k}="{v}"' in line for k, v in labels.items()):
            found += float(line.rsplit(" ", 1)[1])
    return found


def relayed(clinic: Clinic) -> None:
    Relay("scheduling", "me", clinic.store, MemoryBroker(), lambda: NOW).turn()


def told(kind: str, reason: str = "") -> float:
    full = f"scheduling.course.{kind}.v1"
    return counted("events_told_total", clinic="riverside", type=full, reason=reason)


def test_what_is_told_is_counted_by_clinic_type_and_own_reason() -> None:
    clinic = Clinic().staffed().cleared()
    clinic.say(site.CourseBookingRequested(NOW, propose_min=60))
    clinic.struck(NOW + timedelta(hours=1))
    expired, cancelled = (
        told("appointment-cancelled", "proposal-expired"),
        told("appointment-cancelled", ""),
    )

    relayed(clinic)

    gone = len(clinic.course().appointments)
    assert told("appointment-cancelled", "proposal-expired") - expired == gone
    assert told("appointment-cancelled", "") == cancelled


def test_reminders_and_what_patients_missed_are_counted() -> None:
    clinic = Clinic().booked()
    first = clinic.course().appointments[0]
    clinic.struck(first.start - timedelta(minutes=1))
    clinic.now = first.start + timedelta(minutes=20)
    clinic.say(site.AppointmentMissed(first.id, "a-reason-of-the-site"))
    reminders, missed = told("reminder-due"), told("appointment-missed")

    relayed(clinic)

    assert told("reminder-due") > reminders
    assert told("appointment-missed") - missed == 1
    assert "a-reason-of-the-site" not in metrics.exposition().decode()


def test_bookings_that_are_refused_are_counted_by_what_stood_against_them(tmp_path: Path) -> None:
    clinic = Clinic().cleared()
    labels = {"clinic": "riverside", "type": site.CourseBookingRequested.type, "code": "no-room"}
    before = counted("refusals_total", **labels)

    answer = post(door(clinic, tmp_path))

    assert answer["verdict"] == "rejected"
    assert counted("refusals_total", **labels) - before == 1


def test_no_label_names_a_patient() -> None:
    clinic = Clinic().booked()

    relayed(clinic)

    assert PATIENT not in metrics.exposition().decode()
    assert not re.search(r'"[0-9a-f]{32}"', metrics.exposition().decode())


def door(clinic: Clinic, folder: Path) -> FlaskClient:
    run, taken = clinic._runner, routes(POLICY)
    ingest = Ingest("scheduling", run, taken, SERVICE.posted, POLICY, lambda: NOW)
    blueprint = events.blueprint(ingest, clinic.store, DeadLetters("scheduling", run, taken), {})
    tokens = Tokens(ISSUER, "kap", KeySource(str(jwks_file(folder))))
    return create_app(Door("scheduling", tokens, {}, [blueprint])).test_client()


def post(client: FlaskClient) -> dict[str, str]:
    body = {
        "specversion": "1.0",
        "id": "request-1",
        "source": "/clinics/riverside/sites/main",
        "type": site.CourseBookingRequested.type,
        "subject": PATIENT,
        "time": NOW.isoformat(),
        "data": {"earliest": NOW.isoformat()},
    }
    headers = bearer() | {"Content-Type": "application/cloudevents+json"}
    answer: dict[str, str] = client.post("/v1/events", json=body, headers=headers).get_json()
    return answer
