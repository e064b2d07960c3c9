"""The reads over HTTP: a clinic sees its own courses, appointments, resources and days."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, g
from flask_smorest import Api

from services.scheduling.adapters.gauges import gauges
from services.scheduling.adapters.http import blueprint
from services.scheduling.domain.resources.resource import Site, SiteCertificate
from shared.contracts import site as contracts
from shared.runtime import metrics
from shared.storage.operations.sightings import Sightings
from shared.storage.store import SIGHTINGS
from shared.web.identity import Principal
from tests.kit.scheduling import (
    CERTIFICATES,
    CLINIC,
    NEW_YORK,
    NOW,
    PATIENT,
    POLICY,
    Clinic,
    a_resource,
    a_roster,
    completed,
    dosed,
    hours,
)

READS = frozenset({"records:read"})
OPERATIONS = Principal("o", "", "", frozenset({"operations"}), frozenset({"ops:read"}))
SITE = Principal("s", CLINIC, "main", frozenset({"nurse"}), READS)
HARBOR = Principal("s", "harbor", "main", frozenset({"nurse"}), READS)


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return Clinic().booked()


def ask(clinic: Clinic, path: str, principal: Principal = SITE) -> tuple[int, Any, str]:
    app = Flask("scheduling")
    app.config.update(API_TITLE="scheduling", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    Api(app).register_blueprint(blueprint(clinic.store, POLICY))
    app.before_request(lambda: setattr(g, "principal", principal))
    answer = app.test_client().get(f"/v1{path}")
    return answer.status_code, answer.get_json(), answer.headers.get("ETag", "")


def test_a_course_shows_its_appointments_and_its_version(clinic: Clinic) -> None:
    course = clinic.course()

    status, shown, etag = ask(clinic, f"/courses/{course.id}")

    assert (status, shown["status"], shown["protocol"], etag) == (200, "active", "iv-6", '"2"')
    assert [each["appointment_id"] for each in shown["appointments"]] == [
        each.id for each in course.appointments
    ]


def test_groups_show_how_many_seats_are_taken_and_not_by_whom() -> None:
    clinic = Clinic().staffed(a_roster(a_resource("room", places=6)))
    opened = contracts.GroupOpened(NOW + timedelta(days=3, hours=2), 90, 4)
    assert clinic.say(opened, subject="circle").verdict == "accepted"

    [shown] = ask(clinic, "/groups")[1]["items"]

    assert (shown["group_id"], shown["status"], shown["seats"], shown["taken"]) == (
        "circle",
        "open",
        4,
        0,
    )
    assert ask(clinic, "/groups", HARBOR)[1]["items"] == []


def test_courses_are_found_by_patient(clinic: Clinic) -> None:
    assert len(ask(clinic, f"/courses?patient_id={PATIENT}")[1]["items"]) == 1
    assert ask(clinic, "/courses?patient_id=nobody")[1] == {"items": [], "next": ""}


def test_another_clinic_sees_nothing(clinic: Clinic) -> None:
    assert ask(clinic, f"/courses/{clinic.course().id}", HARBOR)[0] == 404
    assert ask(clinic, "/appointments", HARBOR)[1]["items"] == []
    assert ask(clinic, "/resources", HARBOR)[1]["items"] == []


def test_appointments_are_found_by_patient_and_day(clinic: Clinic) -> None:
    [first, second] = ask(clinic, f"/appointments?patient_id={PATIENT}&day=2026-03-02")[1]["items"]

    assert {first["session"], second["session"]} == {"preparation", "dosing"}
    assert ask(clinic, "/appointments?day=2026-03-01")[1]["items"] == []
    assert ask(clinic, "/appointments?day=today")[0] == 422


def test_resources_come_page_by_page(clinic: Clinic) -> None:
    _, first, _ = ask(clinic, "/resources?limit=3")
    _, rest, _ = ask(clinic, f"/resources?limit=4&after={first['next']}")

    names = [each["resource_id"] for each in (*first["items"], *rest["items"])]
    assert names == ["chair-1", "monitor-1", "nurse-1", "prescriber-1", "room-1", "therapist-1"]
    assert first["items"][0]["hours"][0] == {"weekday": 0, "opens": "09:00", "closes": "17:00"}


def test_the_calendar_says_what_is_taken_and_not_who_comes(clinic: Clinic) -> None:
    status, shown, _ = ask(clinic, "/calendar/2026-03-02")

    busy = {each["resource_id"]: len(each["busy"]) for each in shown["resources"]}
    assert status == 200
    assert busy == {
        "chair-1": 1,
        "monitor-1": 1,
        "nurse-1": 1,
        "prescriber-1": 1,
        "room-1": 2,
        "therapist-1": 2,
    }
    assert PATIENT not in str(shown)


def test_a_day_without_appointments_is_free_and_no_day_is_not_found(clinic: Clinic) -> None:
    assert ask(clinic, "/calendar/2026-03-01")[1] == {"day": "2026-03-01", "resources": []}
    assert ask(clinic, "/calendar/someday")[0] == 404


def test_a_resource_is_shown_as_declared_with_what_keeps_it_from_being_booked() -> None:
    roster = replace(
        a_roster(a_resource("nurse", also=("sitter",), certificates=CERTIFICATES[:1])),
        sites=(Site("main", NEW_YORK, hours()),),
        certified=(SiteCertificate("main", NOW),),
    )
    clinic = Clinic().staffed(roster)

    items = {each["resource_id"]: each for each in ask(clinic, "/resources")[1]["items"]}

    nurse = items["nurse-1"]
    assert (nurse["also"], nurse["certificates"]) == (
        ["sitter"],
        [{"code": "acls", "valid_until": "2040-12-31"}],
    )
    assert nurse["licences"][0] == {
        "role": "nurse",
        "valid_from": "2025-01-01",
        "valid_until": "2040-12-31",
    }
    assert nurse["unbookable_because"] == [
        {
            "kind": "sitter",
            "code": "no-certificate",
            "words": "the certificate basic-life-support is not on record: declare the person with"
            " the new certificate",
            "since": None,
        }
    ]
    assert items["room-1"]["unbookable_because"] == []
    [place] = ask(clinic, "/sites")[1]["items"]
    assert (place["site_id"], place["zone"], place["certified_until"]) == (
        "main",
        NEW_YORK,
        "2026-03-02T12:00:00Z",
    )
    assert ask(clinic, "/sites?after=main")[1] == {"items": [], "next": ""}
    assert ask(clinic, "/sites", HARBOR)[1]["items"] == []


def one_overdue() -> Clinic:
    """The first dose was given eight days ago, and nobody has integrated it."""
    clinic = Clinic().booked()
    clinic.hear(completed(clinic, "preparation-1"))
    dose = clinic.course().appointment("dosing-1")
    assert dose
    clinic.now = dose.start
    clinic.hear(dosed(clinic, 1))
    clinic.strike(dose.start + timedelta(days=8))
    return clinic


def test_a_dose_that_nobody_has_integrated_in_time_is_told_until_somebody_has() -> None:
    clinic = one_overdue()

    (late,) = ask(clinic, "/integrations/overdue")[1]["items"]
    elsewhere = ask(clinic, "/integrations/overdue", HARBOR)[1]["items"]
    clinic.hear(completed(clinic, "integration-1"))
    after = ask(clinic, "/integrations/overdue")[1]["items"]

    assert (late["patient_id"], late["dose_number"]) == (PATIENT, 1)
    assert (elsewhere, after) == ([], [])


def test_the_gauge_counts_what_the_list_tells() -> None:
    clinic = one_overdue()
    clinic.store.session().insert(SIGHTINGS, [{"_id": "main", "clinic": CLINIC}])

    told = gauges(clinic.store.session(), POLICY, clinic.now)
    counted = [value for metric, _, value in told if metric is metrics.INTEGRATIONS_OVERDUE]

    assert counted == [1]


def test_operations_are_told_of_every_clinic_that_was_seen_whether_it_is_open() -> None:
    clinic = Clinic().booked()
    for name in (CLINIC, "without-hours"):
        sightings = Sightings(clinic.store.session, lambda: NOW)
        sightings.note(f"/clinics/{name}/sites/main", name, 1)

    status, told, _ = ask(clinic, "/openings", OPERATIONS)

    assert status == 200
    assert [each["clinic"] for each in told["items"]] == [CLINIC]
    assert all(type(each["open"]) is bool for each in told["items"])


def test_a_clinic_is_not_told_who_else_is_open(clinic: Clinic) -> None:
    assert ask(clinic, "/openings")[0] == 403
