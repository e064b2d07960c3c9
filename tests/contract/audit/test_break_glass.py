"""Breaking the glass: reads of one clinic for a reason, written down, and seen by the clinic."""

import pytest
from flask.testing import FlaskClient

from shared.runtime import metrics
from shared.storage.journal import JOURNAL
from shared.storage.store import Store
from tests.contract.catalogue import service_named
from tests.kit.audit.door import DIRECTOR, GLASS, NEIGHBOUR, NURSE, OPERATIONS, by, client, rows
from tests.kit.clinical.said import PATIENT
from tests.kit.intake import everything_on_file, runner

FILE = f"/v1/patients/{PATIENT}"


@pytest.fixture
def door(store: Store) -> FlaskClient:
    """Intake, where riverside has a patient."""
    for step in everything_on_file():
        runner(store).run([step])
    return client(service_named("intake"), store)


def seen_by(who: str) -> float:
    found = metrics.BREAK_GLASS.labels("intake", who)._value.get()
    return float(found)


def test_without_it_a_person_of_the_network_reads_no_record(door: FlaskClient) -> None:
    assert door.get(FILE, headers=by(DIRECTOR)).status_code == 403


def test_it_opens_the_records_of_the_clinic_and_the_clinic_sees_who_and_why(
    door: FlaskClient,
) -> None:
    before = seen_by("riverside")

    answer = door.get(FILE, headers=by(DIRECTOR, **GLASS))
    seen = door.get("/v1/audit/break-glass", headers=by(NURSE)).json

    assert answer.status_code == 200
    assert seen
    [row] = seen["items"]
    assert (row["who"], row["path"], row["subject"]) == ("medical-director", FILE, PATIENT)
    assert (row["reason"], row["roles"]) == (GLASS["Break-Glass"], ["medical-director"])
    assert seen_by("riverside") == before + 1


def test_another_clinic_neither_sees_it_nor_is_opened_by_it(door: FlaskClient) -> None:
    elsewhere = GLASS | {"Break-Glass-Clinic": "harbor"}

    assert door.get(FILE, headers=by(DIRECTOR, **elsewhere)).status_code == 404
    door.get(FILE, headers=by(DIRECTOR, **GLASS))
    seen = door.get("/v1/audit/break-glass", headers=by(NEIGHBOUR)).json

    assert seen
    assert [each["clinic"] for each in seen["items"]] == ["harbor"]


@pytest.mark.parametrize("path", ["identity", "duplicates"])
def test_names_stay_closed_though_the_caller_has_their_scope(
    door: FlaskClient, store: Store, path: str
) -> None:
    answer = door.get(f"{FILE}/{path}", headers=by(DIRECTOR, **GLASS))

    assert answer.status_code == 403
    assert [(each["act"], each["status"]) for each in rows(store)] == [("break-glass", 403)]


def test_no_name_is_in_the_record_that_it_opens(door: FlaskClient) -> None:
    own = door.get(f"{FILE}/fhir", headers=by(NURSE))
    opened = door.get(f"{FILE}/fhir", headers=by(DIRECTOR, **GLASS))

    assert (b"Family" in own.data, b"Family" in opened.data) == (True, False)


def test_a_process_note_stays_its_authors(store: Store) -> None:
    notes = client(service_named("session-record"), store)

    answer = notes.get("/v1/encounters/one/process-note", headers=by(DIRECTOR, **GLASS))

    assert answer.status_code == 403


def test_nothing_is_written_with_it(door: FlaskClient, store: Store) -> None:
    known = len(store.session().where(JOURNAL, {}))

    answer = door.post("/v1/events", headers=by(DIRECTOR, **GLASS), json={})

    assert answer.status_code == 403
    assert len(store.session().where(JOURNAL, {})) == known
    assert [(each["act"], each["status"]) for each in rows(store)] == [("break-glass", 403)]


@pytest.mark.parametrize("who", [NURSE, OPERATIONS], ids=["of a clinic", "without the scope"])
def test_who_may_not_break_it_is_refused_and_written_down(
    door: FlaskClient, store: Store, who: object
) -> None:
    answer = door.get(FILE, headers=by(who, **GLASS))  # type: ignore[arg-type]

    assert answer.status_code == 403
    assert [(each["act"], each["status"]) for each in rows(store)] == [("break-glass", 403)]


@pytest.mark.parametrize(
    "asked",
    [
        {"Break-Glass": ""},
        {"Break-Glass": "too short"},
        {"Break-Glass": "x" * 201},
        {"Break-Glass": "a%20reason%0Aof%20two%20lines"},
        {"Break-Glass-Clinic": ""},
        {"Break-Glass-Clinic": "River side"},
    ],
)
def test_without_a_reason_and_a_clinic_the_glass_stays_whole(
    door: FlaskClient, store: Store, asked: dict[str, str]
) -> None:
    answer = door.get(FILE, headers=by(DIRECTOR, **GLASS | asked))

    assert answer.status_code == 400
    assert [(each["act"], each["clinic"]) for each in rows(store)] == [("break-glass", "")]


def test_a_reason_may_have_letters_that_a_header_cannot_carry(
    door: FlaskClient, store: Store
) -> None:
    door.get(FILE, headers=by(DIRECTOR, **GLASS | {"Break-Glass": "h%C3%B4pital demande la dose"}))

    assert [each["reason"] for each in rows(store)] == ["hôpital demande la dose"]
