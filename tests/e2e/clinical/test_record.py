"""The written record: documented, signed, locked, amended; the note that is its author's alone."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts import site
from shared.contracts.documentation import EncounterAmended, EncounterSigned, TaskClosed, TaskRaised
from tests.e2e.clinical import written
from tests.e2e.clinical.asked import codes, start_of
from tests.e2e.published import everything, told
from tests.e2e.site_day import SiteDay, a_while_ago, fields_of
from tests.kit.documentation import ANSWERS
from tests.kit.eventually import eventually


@pytest.fixture(scope="module")
def dosed(riverside: SiteDay) -> tuple[str, list[dict[str, Any]], list[str]]:
    """A patient after preparation, dose and integration: patient, appointments, encounters."""
    patient = riverside.admitted(a_while_ago(170))
    appointments = riverside.appointments(patient)[:3]
    return patient, appointments, [riverside.attend(patient, each) for each in appointments]


def test_a_record_is_documented_signed_locked_and_then_only_amended(
    network: dict[str, Any], riverside: SiteDay, dosed: Any
) -> None:
    patient, [_, dosing, _], [_, encounter, _] = dosed
    at, note_id = start_of(dosing, 150), uuid4().hex
    early = riverside.post(
        site.RecordSigned, patient, at, encounter_id=encounter, signer=written.PRESCRIBER
    )
    written.note(riverside, patient, encounter, at, note_id)
    written.therapy(riverside, patient, encounter, at)
    written.signed(riverside, patient, encounter, at)

    vitals = {"systolic": 120, "diastolic": 75, "heart_rate": 66, "oxygen_saturation": 98}
    late = riverside.post(
        site.ObservationRecorded, patient, start_of(dosing, 60), encounter_id=encounter, **vitals
    )
    amended = {"author": "nurse-1", "reason": "the time was wrong", "entry": note_id}
    better = {"section": "session", "text": "Went as planned, but later."}
    at += timedelta(hours=1)
    riverside.taken(
        site.RecordEntryAmended, patient, at, encounter_id=encounter, **amended, note=better
    )

    assert codes(early.blockers) == {"note-missing", "therapy-missing"}
    assert (late.verdict, late.code) == ("rejected", "record-locked")
    record = written.record(riverside, encounter)
    notes = [each for each in record["entries"] if each["kind"] == "chart-note"]
    assert [each["status"] for each in notes] == ["amended", "current"]
    assert record["signature"]["signer"] == written.PRESCRIBER
    kinds = (EncounterSigned, EncounterAmended)
    eventually(lambda: all(_about(network, each, patient, encounter) for each in kinds))


def _about(network: dict[str, Any], what: type, patient: str, encounter: str) -> list[Any]:
    return [each for each in told(network, what, patient) if each["encounter_id"] == encounter]


def test_an_integration_is_linked_to_the_dose_it_integrates(riverside: SiteDay, dosed: Any) -> None:
    patient, [preparation, _, integration], [first, dose, last] = dosed
    at = start_of(integration, 55)
    wrong = {"encounter_id": last, "author": written.THERAPIST}
    refused = riverside.post(
        site.TherapyDocumented, patient, at, **wrong, therapy={"integrates": first}
    )
    written.note(riverside, patient, last, at)
    written.integration(riverside, patient, last, dose, at)
    written.signed(riverside, patient, last, at)
    written.note(riverside, patient, first, start_of(preparation, 55))
    written.setting(riverside, patient, first, start_of(preparation, 55))
    written.signed(riverside, patient, first, start_of(preparation, 55))

    assert refused.code == "not-a-dose-of-the-course"
    told_of = [each["therapy"] for each in written.record(riverside, last)["entries"]]
    assert [each["integrates"] for each in told_of if each] == [dose]
    assert tasks(riverside, patient, "integration-follow-up")


def test_the_rems_form_is_a_task_until_it_was_submitted_whole(
    network: dict[str, Any], riverside: SiteDay
) -> None:
    start = a_while_ago(165)
    patient = riverside.admitted(start, "esketamine-8")
    preparation, dosing, *_ = riverside.appointments(patient)
    riverside.attend(patient, preparation)
    encounter = riverside.attend(patient, dosing, "esketamine")
    at = start_of(dosing, 150)
    submission = {"encounter_id": encounter, "confirmation": "rems-form-1"}

    early = riverside.post(site.RemsSubmitted, patient, at, **submission)
    assert {"record-unsigned", "setting-missing", "prescriber-missing"} <= codes(early.blockers)
    assert tasks(riverside, patient, "rems-form") in ({"open"}, {"due-soon"}, {"overdue"})

    written.note(riverside, patient, encounter, at)
    written.therapy(riverside, patient, encounter, at)
    answers = {"author": "nurse-1", "rems_answers": fields_of(ANSWERS)}
    riverside.taken(site.RemsAnswered, patient, at, encounter_id=encounter, **answers)
    written.signed(riverside, patient, encounter, at)
    form = riverside.client.get("session-record", f"encounters/{encounter}/rems-form")
    assert (form["missing"], form["dose_mg"], form["lot"]) == ([], 56.0, "lot-1")
    assert form["pressure_at_40"]["systolic"] == 124
    riverside.taken(site.RemsSubmitted, patient, at, **submission)

    assert tasks(riverside, patient, "rems-form") == {"completed"}
    raised = [e for e in told(network, TaskRaised, patient) if e["kind"] == "rems-form"]
    closed = eventually(
        lambda: [e for e in told(network, TaskClosed, patient) if e["kind"] == "rems-form"]
    )
    assert [each["task_id"] for each in raised] == [each["task_id"] for each in closed]
    assert closed[0]["outcome"] == "completed"


def tasks(day: SiteDay, patient: str, kind: str) -> set[str]:
    """The status of each task of that kind."""
    found = day.client.items("session-record", "tasks", patient_id=patient, status="all")
    return {each["status"] for each in found if each["kind"] == kind}


def test_a_process_note_is_read_by_its_author_and_is_nowhere_else(
    network: dict[str, Any], riverside: SiteDay, harbor: SiteDay, dosed: Any
) -> None:
    patient, _, [_, encounter, _] = dosed
    canary = f"canary-{uuid4().hex}"
    note = f"encounters/{encounter}/process-note"
    mine, theirs = (written.author(network, each) for each in ("riverside", "harbor"))

    put = mine.send("session-record", "PUT", note, json={"text": f"Felt {canary} today."})
    assert put.status_code == 200, put.text

    assert canary in mine.get("session-record", note)["text"]
    assert theirs.send("session-record", "GET", note).status_code == 404
    for site_token in (riverside, harbor):
        answer = site_token.client.connection.send("session-record", "GET", note)
        assert answer.status_code in (403, 404)
    asked = [
        "encounters",
        f"encounters/{encounter}",
        f"encounters/{encounter}/record",
        f"patients/{patient}/fhir",
        "tasks",
    ]
    for path in asked:
        answer = riverside.client.connection.send("session-record", "GET", path)
        assert answer.status_code == 200
        assert canary not in answer.text, path
    assert encounter.encode() in (topics := everything(network))
    assert canary.encode() not in topics
