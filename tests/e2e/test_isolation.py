"""Two clinics on one network: what is one's does not exist for the other."""

from typing import Any

import httpx2
import pytest

from shared.client.connection import connect
from shared.contracts import site
from tests.e2e.site_day import MOVED, SiteDay, a_while_ago, fields_of
from tests.kit.eventually import eventually
from tests.kit.people import credential

OWN_NURSE, OWN_VIAL = "nurse-of-riverside", "vial-of-riverside"


@pytest.fixture(scope="module")
def patient(riverside: SiteDay) -> str:
    at = a_while_ago(200)
    riverside.taken(site.CredentialRecorded, OWN_NURSE, at, **fields_of(credential("nurse")))
    received = {**MOVED, "movement": "received", "drug": "ketamine", "amount_mg": 500.0}
    riverside.taken(site.DrugMoved, OWN_VIAL, at, **received)
    patient = riverside.admitted(at)
    riverside.attend(patient, riverside.appointments(patient)[0])
    eventually(lambda: list(riverside.client.items("session-record", "tasks", patient_id=patient)))
    eventually(lambda: riverside.get("outcomes", f"trajectories/{patient}"))
    return patient


def paths(day: SiteDay, patient: str) -> list[tuple[str, str]]:
    """Every GET route that leads to one record."""
    course = day.course(patient)
    assert course
    encounters = eventually(
        lambda: day.get("session-record", "encounters", patient_id=patient)["items"]
    )
    encounter = f"encounters/{encounters[0]['encounter_id']}"
    of_the_patient = ("", "/clearance", "/eligibility", "/identity", "/duplicates", "/fhir")
    return [
        *(("intake", f"patients/{patient}{each}") for each in of_the_patient),
        ("intake", f"practitioners/{OWN_NURSE}"),
        ("scheduling", f"courses/{course['course_id']}"),
        ("session-record", encounter),
        ("session-record", f"{encounter}/record"),
        ("session-record", f"patients/{patient}/fhir"),
        ("session-record", f"ledger/{OWN_VIAL}"),
        ("outcomes", f"trajectories/{patient}"),
    ]


def status(day: SiteDay, service: str, path: str, **params: str) -> int:
    return int(day.client.connection.send(service, "GET", path, params=params).status_code)


def test_every_record_of_one_clinic_is_404_for_another(
    riverside: SiteDay, harbor: SiteDay, patient: str
) -> None:
    asked = paths(riverside, patient)

    assert {path: status(riverside, service, path) for service, path in asked} == {
        path: 200 for _, path in asked
    }
    assert {path: status(harbor, service, path) for service, path in asked} == {
        path: 404 for _, path in asked
    }


def test_readiness_at_one_clinic_is_404_for_another(
    riverside: SiteDay, harbor: SiteDay, patient: str
) -> None:
    dosing = riverside.appointments(patient)[1]
    path, asked = f"patients/{patient}/readiness", {"appointment_id": dosing["appointment_id"]}

    eventually(lambda: status(riverside, "session-record", path, **asked) == 200)
    assert status(harbor, "session-record", path, **asked) == 404


def test_a_rems_form_and_a_process_note_of_one_clinic_are_404_for_another(
    network: dict[str, Any], riverside: SiteDay, harbor: SiteDay
) -> None:
    patient = riverside.admitted(a_while_ago(195), "esketamine-8")
    preparation, dosing, *_ = riverside.appointments(patient)
    riverside.attend(patient, preparation)
    encounter = riverside.attend(patient, dosing, "esketamine")
    form, note = (f"encounters/{encounter}/{each}" for each in ("rems-form", "process-note"))
    own, other = (connect(network, f"{each}-therapist") for each in ("riverside", "harbor"))
    own.send("session-record", "PUT", note, json={"text": "mine"})

    assert status(riverside, "session-record", form) == 200
    assert status(harbor, "session-record", form) == 404
    assert own.send("session-record", "GET", note).status_code == 200
    assert other.send("session-record", "GET", note).status_code == 404
    assert other.send("session-record", "PUT", note, json={"text": "no"}).status_code == 404


@pytest.mark.usefixtures("patient")
def test_a_days_ledger_holds_no_container_of_another_clinic(
    riverside: SiteDay, harbor: SiteDay
) -> None:
    day = a_while_ago(200).date().isoformat()

    def held(at: SiteDay) -> set[str]:
        found = at.client.get("session-record", "ledger", day=day)["containers"]
        return {each["container_id"] for each in found}

    assert OWN_VIAL in held(riverside)
    assert OWN_VIAL not in held(harbor)


def test_questionnaires_are_for_everybody_who_reads_records(
    riverside: SiteDay, harbor: SiteDay
) -> None:
    for path in ("questionnaires", "questionnaires/phq-9"):
        assert status(riverside, "intake", path) == status(harbor, "intake", path) == 200


def test_lists_of_one_clinic_hold_nothing_of_another(harbor: SiteDay, patient: str) -> None:
    lists = [
        ("intake", "patients"),
        ("scheduling", "courses"),
        ("scheduling", "appointments"),
        ("session-record", "encounters"),
        ("session-record", "tasks"),
        ("outcomes", "trajectories"),
        ("outcomes", "alerts"),
    ]

    for service, path in lists:
        assert patient not in str(list(harbor.client.items(service, path))), path


def test_an_event_about_another_clinics_patient_finds_no_patient(
    harbor: SiteDay, patient: str
) -> None:
    verdict = harbor.post(site.ConsentWithdrawn, patient, a_while_ago(199), reason="other")

    assert verdict.verdict == "deferred"


def test_an_event_under_another_clinics_source_is_invalid(harbor: SiteDay, patient: str) -> None:
    event = harbor.client.event(
        site.ConsentWithdrawn, patient, time=a_while_ago(199), reason="other"
    )
    event["source"] = "/clinics/riverside/sites/main"

    assert harbor.client.post(event).verdict == "invalid"


def test_people_of_the_network_see_no_patients_and_analysts_no_small_counts(
    network: dict[str, Any], patient: str
) -> None:
    for name in ("operations", "analyst"):
        connection = connect(network, name)
        assert connection.send("intake", "GET", f"patients/{patient}").status_code == 403
        report = connection.get("analytics", "reports/outcomes", by="clinic")
        shown = [row["patients"]["value"] for row in report["items"]]
        assert name == "operations" or all(not 0 < (count or 0) < 11 for count in shown)


@pytest.mark.parametrize("service", ["intake", "scheduling", "session-record", "outcomes"])
def test_every_service_is_described_and_measured(network: dict[str, Any], service: str) -> None:
    url = network["services"][service]["url"]

    assert httpx2.get(f"{url}/docs/").status_code == 200
    assert httpx2.get(f"{url}/openapi.json").json()["openapi"] == "3.1.0"
    assert httpx2.get(f"{url}/asyncapi.json").json()["asyncapi"] == "3.0.0"
    referral = httpx2.get(f"{url}/schemas/intake.referral.received.v1").json()
    assert referral["examples"][0]["indication"] in str(referral["properties"]["indication"])
    assert "event_verdicts_total" in httpx2.get(f"{url}/metrics").text
    assert httpx2.get(f"{url}/health/ready").json() == {"mongodb": "ok"}
