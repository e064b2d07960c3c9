"""Two clinics on one network: what is one's does not exist for the other."""

from typing import Any

import httpx2
import pytest

from shared.client.connection import connect
from shared.contracts import site
from tests.e2e.site_day import SiteDay, a_while_ago
from tests.kit.eventually import eventually


@pytest.fixture(scope="module")
def patient(riverside: SiteDay) -> str:
    patient = riverside.admitted(a_while_ago(200))
    riverside.attend(patient, riverside.appointments(patient)[0])
    eventually(lambda: riverside.get("outcomes", f"trajectories/{patient}"))
    return patient


def paths(day: SiteDay, patient: str) -> list[tuple[str, str]]:
    course = day.course(patient)
    assert course
    encounters = eventually(
        lambda: day.get("session-record", "encounters", patient_id=patient)["items"]
    )
    return [
        ("intake", f"patients/{patient}"),
        ("intake", f"patients/{patient}/clearance"),
        ("intake", f"patients/{patient}/identity"),
        ("scheduling", f"courses/{course['course_id']}"),
        ("session-record", f"encounters/{encounters[0]['encounter_id']}"),
        ("session-record", f"patients/{patient}/readiness"),
        ("outcomes", f"trajectories/{patient}"),
    ]


def status(day: SiteDay, service: str, path: str) -> int:
    return int(day.client.connection.send(service, "GET", path).status_code)


def test_every_record_of_one_clinic_is_404_for_another(
    riverside: SiteDay, harbor: SiteDay, patient: str
) -> None:
    asked = [each for each in paths(riverside, patient) if "readiness" not in each[1]]

    assert {path: status(riverside, service, path) for service, path in asked} == {
        path: 200 for _, path in asked
    }
    assert {path: status(harbor, service, path) for service, path in asked} == {
        path: 404 for _, path in asked
    }


def test_lists_of_one_clinic_hold_nothing_of_another(harbor: SiteDay, patient: str) -> None:
    lists = [
        ("intake", "patients"),
        ("scheduling", "courses"),
        ("scheduling", "appointments"),
        ("session-record", "encounters"),
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
        assert connection.send("outcomes", "GET", "outcomes").status_code == 200


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
