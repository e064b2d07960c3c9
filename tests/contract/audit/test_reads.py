"""Every read of clinic data leaves one row, refused ones too, and none goes out without it."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.contracts.topics import SERVICES
from shared.kernel.errors import Unavailable
from shared.storage.memory import MemoryStore
from shared.storage.store import AUDIT, LANES, Store
from shared.web.audit.trail import OF_NO_PATIENT
from tests.contract.catalogue import service_named
from tests.kit.audit.door import NEIGHBOUR, NOBODY, NURSE, OPERATIONS, by, client, rows
from tests.kit.toy import NOW

PATIENT = "/v1/patients/patient-1"


def intake(store: Store) -> FlaskClient:
    return client(service_named("intake"), store)


def reads() -> list[tuple[str, str]]:
    """(service, route) of all there are."""
    return [
        (name, rule.rule)
        for name in SERVICES
        for rule in client(service_named(name), MemoryStore()).application.url_map.iter_rules()
        if rule.rule.startswith("/v1/") and "GET" in (rule.methods or ())
    ]


def path_of(route: str) -> str:
    day = route.replace("<day>", "2026-03-02").replace("<token>", "0123456789abcdef")
    return re.sub(r"<[^>]+>", "some-1", day)


@pytest.mark.parametrize(("name", "route"), reads())
def test_every_read_of_a_patient_leaves_one_row_whatever_is_answered(name: str, route: str) -> None:
    store = MemoryStore()

    answer = client(service_named(name), store).get(path_of(route), headers=by(NURSE))

    is_feed = route.endswith(".ics")  # at a secret address: nobody says who asks
    expected = 0 if route in OF_NO_PATIENT or is_feed else 1
    assert [each["route"] for each in rows(store)] == [route] * expected
    assert [each["status"] for each in rows(store)] == [answer.status_code] * expected


def test_what_is_said_to_be_of_no_patient_is_a_route() -> None:
    assert {route for _, route in reads()} >= OF_NO_PATIENT


def test_a_row_says_who_what_when_and_how_it_was_answered(store: Store) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    intake(store).get(f"{PATIENT}/clearance", headers=by(NURSE, traceparent=trace))

    [row] = rows(store)
    assert row == {
        "_id": "2026-03-02T12:00:00.000Z-0000000000000001",
        "at": NOW,
        "service": "intake",
        "who": "riverside-nurse",
        "roles": ["nurse"],
        "clinic": "riverside",
        "act": "read",
        "route": "/v1/patients/<patient_id>/clearance",
        "path": f"{PATIENT}/clearance",
        "subject": "patient-1",
        "status": 404,
        "reason": "",
        "traceid": "0af7651916cd43dd8448eb211c80319c",
        "unsealed": True,
    }


def test_who_is_refused_is_written_down_too(store: Store) -> None:
    answer = intake(store).get(PATIENT, headers=by(NOBODY))

    assert answer.status_code == 403
    assert [(each["who"], each["status"]) for each in rows(store)] == [("visitor", 403)]


def test_the_patient_is_named_by_the_query_as_well() -> None:
    store = MemoryStore()

    client(service_named("scheduling"), store).get(
        "/v1/courses?patient_id=patient-7", headers=by(NURSE)
    )

    assert [each["subject"] for each in rows(store)] == ["patient-7"]


class NotWritten(MemoryStore):
    """It can be read from, but nothing can be written."""

    def session(self) -> Any:
        session = super().session()

        def insert(_collection: str, _documents: object) -> None:
            raise Unavailable("MongoDB is away")

        session.insert = insert  # type: ignore[method-assign,assignment]
        return session


def test_a_read_that_cannot_be_written_down_is_not_answered() -> None:
    answer = intake(NotWritten()).get("/v1/patients", headers=by(NURSE))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert b"items" not in answer.data


def test_an_act_of_operations_is_written_down_before_it_is_done_and_as_it_was_answered(
    store: Store,
) -> None:
    store.session().insert(LANES, [{"_id": "patient-3", "version": 1, "parked": True}])

    answer = intake(store).post("/v1/lanes/patient-3/discard", headers=by(OPERATIONS))

    assert answer.status_code == 200
    told = [(each["who"], each["act"], each["subject"], each["status"]) for each in rows(store)]
    act = ("operations", "discard", "patient-3")
    assert told == [(*act, 0), (*act, 200)]


def test_an_act_that_cannot_be_written_down_is_not_done() -> None:
    store = NotWritten()
    store.collections[LANES] = {"patient-3": {"_id": "patient-3", "version": 1, "parked": True}}

    answer = intake(store).post("/v1/lanes/patient-3/discard", headers=by(OPERATIONS))

    assert answer.status_code == 503
    assert store.collections[LANES]["patient-3"]["parked"]


def test_who_may_not_post_is_written_down_and_who_posts_is_in_the_journal(store: Store) -> None:
    intake(store).post("/v1/events", headers=by(NOBODY), json={})

    assert [(each["act"], each["status"]) for each in rows(store)] == [("post", 403)]


def test_a_clinic_reads_its_own_rows_and_never_a_neighbours(store: Store) -> None:
    door = intake(store)
    for number in range(3):
        door.get(f"/v1/patients/patient-{number}", headers=by(NEIGHBOUR))
        door.get(f"/v1/patients/patient-{number}", headers=by(NURSE))

    own = door.get("/v1/audit", headers=by(NURSE)).json
    one = door.get("/v1/audit?subject=patient-1", headers=by(NURSE)).json

    assert own
    assert one
    assert {each["clinic"] for each in own["items"]} == {"riverside"}
    assert [each["subject"] for each in own["items"]] == ["patient-0", "patient-1", "patient-2"]
    assert [each["path"] for each in one["items"]] == [PATIENT]


def test_operations_reads_all_rows_a_page_at_a_time(store: Store) -> None:
    door = intake(store)
    for who in (NURSE, NEIGHBOUR, NURSE):
        door.get(PATIENT, headers=by(who))

    first = door.get("/v1/audit?limit=2", headers=by(OPERATIONS)).json
    assert first
    rest = door.get(f"/v1/audit?limit=2&after={first['next']}", headers=by(OPERATIONS)).json

    assert rest
    whos = [each["who"] for page in (first, rest) for each in page["items"]]
    assert whos == ["riverside-nurse", "harbor-nurse", "riverside-nurse", "operations"]


def test_who_has_no_clinic_and_is_not_of_operations_reads_no_row(store: Store) -> None:
    assert intake(store).get("/v1/audit", headers=by(NOBODY)).status_code == 403
    assert store.session().where(AUDIT, {"status": 403})


def test_the_head_is_for_operations_and_says_what_is_sealed(store: Store) -> None:
    door = intake(store)

    assert door.get("/v1/audit/head", headers=by(NURSE)).status_code == 403
    assert door.get("/v1/audit/head", headers=by(OPERATIONS)).json == {
        "n": 0,
        "hash": "",
        "at": None,
    }
