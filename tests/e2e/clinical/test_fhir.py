"""A whole journey as FHIR R4 over HTTP, judged by a validator that is not ours."""

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from shared.client.connection import connect
from shared.codec.fhir import MEDIA_TYPE, Resource
from shared.codec.questionnaires.fhir import questionnaire
from shared.contracts import site
from shared.contracts.instruments import INSTRUMENTS
from tests.e2e.clinical import written
from tests.e2e.clinical.asked import start_of
from tests.e2e.site_day import C_SSRS_HIGH, SiteDay, a_while_ago
from tests.kit.fhir.judge import faults

DEFINITIONS = [questionnaire(each, None) for each in INSTRUMENTS.values()]
ADVERSE = {"term": "nausea", "grade": 1, "serious": False, "relation": "probable"}


@pytest.fixture(scope="module")
def canary() -> str:
    return f"Canary-{uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def patient(riverside: SiteDay, canary: str) -> str:
    """Dosed once, integrated, written up, corrected and then held."""
    patient = riverside.admitted(a_while_ago(180), given_name=canary, family_name=f"{canary}-Smith")
    preparation, dosing, integration = riverside.appointments(patient)[:3]
    riverside.attend(patient, preparation)
    dosed = riverside.attend(patient, dosing)
    at = start_of(dosing, 150)
    nausea = {**ADVERSE, "encounter_id": dosed, "action": "none", "outcome": "resolved"}
    riverside.taken(site.AdverseEventReported, patient, at, **nausea)
    written.note(riverside, patient, dosed, at)
    integrated = riverside.attend(patient, integration)
    at = start_of(integration, 55)
    written.integration(riverside, patient, integrated, dosed, at)
    corrected = {"instrument": "phq-9", "answers": [3] * 9, "amends": f"phq-9-{patient}"}
    riverside.taken(site.ScreeningAnswered, patient, at, **corrected)
    high = {"instrument": "c-ssrs-screener", "answers": C_SSRS_HIGH}
    riverside.taken(site.ScreeningAnswered, patient, at, **high)
    return patient


def exported(day: SiteDay, service: str, patient: str) -> Resource:
    answer = day.client.connection.send(service, "GET", f"patients/{patient}/fhir")
    assert answer.headers["Content-Type"].partition(";")[0] == MEDIA_TYPE
    bundle: Resource = answer.json()
    return bundle


def kinds(bundle: Resource) -> Counter[str]:
    return Counter(each["resource"]["resourceType"] for each in bundle["entry"])


def test_the_judge_accepts_what_intake_exports(riverside: SiteDay, patient: str) -> None:
    bundle = exported(riverside, "intake", patient)

    assert faults([bundle], DEFINITIONS) == []
    assert {
        *("Patient", "Condition", "Consent", "QuestionnaireResponse", "Observation"),
        *("MedicationStatement", "Flag", "Provenance"),
    } <= kinds(bundle).keys()


def test_the_judge_accepts_what_session_record_exports(riverside: SiteDay, patient: str) -> None:
    bundle = exported(riverside, "session-record", patient)

    assert faults([bundle], DEFINITIONS) == []
    found = kinds(bundle)
    assert (found["Encounter"], found["MedicationAdministration"], found["AdverseEvent"]) == (
        3,
        1,
        1,
    )
    assert found["Goal"] == found["DocumentReference"] == 1


def test_names_are_in_the_export_of_intake_alone_and_only_for_who_may_read_them(
    network: dict[str, Any], riverside: SiteDay, patient: str, canary: str
) -> None:
    path = f"patients/{patient}/fhir"
    without_names = connect(network, "riverside-therapist")  # `records:read` alone

    assert canary in riverside.client.connection.send("intake", "GET", path).text
    assert canary not in riverside.client.connection.send("session-record", "GET", path).text
    answer = without_names.send("intake", "GET", path)
    assert answer.status_code == 200
    assert canary not in answer.text
