"""A FHIR bundle is imported resource by resource; what our own export says comes back as it was."""

import json
from typing import Any

import pytest

from services.site.importing.fhir import BundleImporter
from services.site.importing.plan import Planned
from shared.client.errors import BadEvent
from shared.codec.questionnaires.fhir import answer_coding
from shared.contracts.fhir import questionnaire_url
from shared.contracts.instruments import INSTRUMENTS

PHQ9 = INSTRUMENTS["phq-9"]
ANSWERS = [2, 1, 1, 2, 1, 1, 1, 0, 3]


def a_response(**changes: Any) -> dict[str, Any]:
    items = [
        {"linkId": str(n), "answer": [{"valueCoding": answer_coding(PHQ9, value)}]}
        for n, value in enumerate(ANSWERS, 1)
    ]
    found = {
        "resourceType": "QuestionnaireResponse",
        "id": "response-1",
        "status": "completed",
        "questionnaire": f"{questionnaire_url('phq-9')}|1",
        "subject": {"reference": "Patient/17"},
        "authored": "2026-11-03T09:30:00-05:00",
        "item": items,
    }
    return {name: each for name, each in {**found, **changes}.items() if each is not None}


def planned(*resources: Any, ignore: frozenset[str] = frozenset()) -> list[Planned]:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": each} for each in resources]}
    importer = BundleImporter(
        "/clinics/riverside/sites/main",
        "2026-11-24T12:00:00Z",
        lambda number: f"p-{number}",
        ignore,
    )
    return importer.plan(json.dumps(bundle).encode())


def test_answers_come_back_as_they_were_exported() -> None:
    (found,) = planned(a_response())

    (event,) = found.events
    assert event["data"]["answers"] == ANSWERS
    assert (event["subject"], event["time"]) == ("p-17", "2026-11-03T09:30:00-05:00")


def test_answers_may_be_numbers() -> None:
    (found,) = planned(a_response(item=[{"linkId": "2", "answer": [{"valueInteger": 3}]}]))

    assert found.events[0]["data"]["answers"] == [None, 3, *[None] * 7]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "in-progress"},
        {"questionnaire": "http://elsewhere.example/q"},
        {"subject": None},
        {"authored": None},
        {"item": [{"linkId": "1", "answer": [{"valueString": "often"}]}]},
        {"item": [{"linkId": "77", "answer": [{"valueCoding": {"code": "x"}}]}]},
        {"authored": "yesterday"},
    ],
)
def test_what_cannot_be_an_assessment_says_why(changes: dict[str, Any]) -> None:
    (found,) = planned(a_response(**changes))

    assert (found.verdict, found.events) == ("invalid", ())
    assert found.why


def test_no_resource_is_left_behind_unseen() -> None:
    patient = {"resourceType": "Patient", "id": "17"}

    assert [each.verdict for each in planned(patient, a_response())] == ["unmapped", "ready"]
    assert planned(patient, ignore=frozenset({"Patient"}))[0].verdict == "skipped"
    assert planned("no resource")[0].verdict == "unmapped"


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"resourceType": "Patient"}'])
def test_a_file_that_is_no_bundle_is_refused(content: bytes) -> None:
    importer = BundleImporter("/clinics/a/sites/b", "2026-11-24T12:00:00Z", str)

    with pytest.raises(BadEvent):
        importer.plan(content)
