"""The lanes over HTTP: who sees what, every act with its reason, and each in the audit trail."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from shared.contracts import intake
from shared.storage.lanes import LANES, LETTERS
from shared.storage.memory import MemoryStore
from shared.storage.store import Store
from tests.contract.catalogue import service_named
from tests.contract.lanes.test_repair import LANE, parked_lane
from tests.kit.audit.door import CALLERS, NURSE, OPERATIONS, by, client, rows
from tests.kit.toy import NOW

READER = "watcher"
WHY = {"reason": "the producer left a field out"}
SEALED = b'{"jwe":"eyJhbGciOiJkaXIifQ..iv.sealed.tag"}'


@pytest.fixture
def door(store: Store) -> FlaskClient:
    parked_lane(store)
    return client(service_named("outcomes"), store)


def first(door: FlaskClient) -> str:
    answer = door.get(f"/v1/lanes/{LANE}", headers=by(OPERATIONS)).json
    assert answer
    return str(answer["letters"][0]["id"])


def test_a_lane_shows_its_letters_in_order_with_where_they_are_and_why(door: FlaskClient) -> None:
    answer = door.get(f"/v1/lanes/{LANE}", headers=by(OPERATIONS)).json

    assert answer
    assert (answer["lane"], answer["code"], answer["more"]) == (LANE, "malformed", False)
    codes = [(each["offset"], each["code"]) for each in answer["letters"]]
    assert codes == [(0, "malformed"), *((n, "behind-a-parked-event") for n in (1, 2))]
    letter = answer["letters"][0]
    assert letter["type"] == intake.PatientRegistered.type
    assert (letter["topic"], letter["partition"]) == ("intake.patient", 0)


def test_what_an_event_says_is_shown_to_those_alone_who_may_change_it(
    door: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = replace(OPERATIONS, subject=READER, scopes=frozenset({"ops:read"}))
    monkeypatch.setitem(CALLERS, READER, watcher)

    may_write = door.get(f"/v1/lanes/{LANE}", headers=by(OPERATIONS)).json
    may_read = door.get(f"/v1/lanes/{LANE}", headers=by(watcher)).json

    assert may_write
    assert may_read
    assert may_write["letters"][0]["body"] == '{"indication": 7}'
    assert not [each for each in may_read["letters"] if "body" in each]


@pytest.mark.parametrize("value", [SEALED, b"\xff\xfe", b""])
def test_a_body_is_shown_as_it_was_on_kafka_sealed_or_not_even_text(value: bytes) -> None:
    store = MemoryStore()
    parked_lane(store, value)

    answer = client(service_named("outcomes"), store).get(
        f"/v1/lanes/{LANE}", headers=by(OPERATIONS)
    )

    assert answer.json
    letter = answer.json["letters"][0]
    shown = {"body": None, "body_base64": "//4="} if value == b"\xff\xfe" else {}
    assert shown.items() <= letter.items()
    assert shown or letter["body"] == value.decode()


def test_a_repair_is_done_and_written_down_with_who_and_why(
    door: FlaskClient, store: Store
) -> None:
    asked = WHY | {"letter": first(door), "value": {"indication": "ptsd"}}

    answer = door.post(f"/v1/lanes/{LANE}/repair", headers=by(OPERATIONS), json=asked)

    assert answer.json == {"verdict": "accepted", "applied": 3}
    acts = [each for each in rows(store) if each["act"] == "repair"]
    assert [each["status"] for each in acts] == [0, answer.status_code]
    assert {(each["who"], each["subject"], each["reason"]) for each in acts} == {
        ("operations", LANE, WHY["reason"])
    }


def test_a_repair_that_would_make_it_worse_is_answered_with_why(door: FlaskClient) -> None:
    asked = WHY | {"letter": first(door), "value": {"indication": 8}}

    answer = door.post(f"/v1/lanes/{LANE}/repair", headers=by(OPERATIONS), json=asked)

    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert answer.json
    assert answer.json["code"] == "malformed"
    assert "nothing was changed" in answer.json["detail"]


@pytest.mark.parametrize("act", ["repair", "discard"])
@pytest.mark.parametrize("reason", [{}, {"reason": ""}, {"reason": "why"}, {"reason": 7}])
def test_no_act_is_done_without_a_reason(
    door: FlaskClient, store: Store, act: str, reason: dict[str, object]
) -> None:
    asked = {"letter": first(door), "value": {"indication": "ptsd"}} | reason

    answer = door.post(f"/v1/lanes/{LANE}/{act}", headers=by(OPERATIONS), json=asked)

    assert answer.status_code == 422
    assert len(store.session().where(LETTERS, {"status": "parked"})) == 3


@pytest.mark.parametrize("act", ["", "/replay", "/repair", "/discard"])
def test_a_lane_of_another_service_is_not_here_and_that_is_said(act: str, store: Store) -> None:
    parked_lane(store)
    neighbour = client(service_named("intake"), MemoryStore())
    asked = WHY | {"letter": "a", "value": {}}

    answer = neighbour.open(
        f"/v1/lanes/{LANE}{act}",
        method="POST" if act else "GET",
        headers=by(OPERATIONS),
        json=asked if act else None,
    )

    assert answer.status_code == 404
    assert answer.json
    assert "each service has its own" in answer.json["detail"]


@pytest.mark.parametrize("act", ["", "/replay", "/repair", "/discard"])
def test_nobody_but_operations_comes_near_a_lane(door: FlaskClient, act: str) -> None:
    method = "POST" if act else "GET"

    answer = door.open(f"/v1/lanes/{LANE}{act}", method=method, headers=by(NURSE), json=WHY)

    assert answer.status_code == 403


def test_a_lane_named_by_its_place_is_found_as_well(store: Store) -> None:
    """A record without a key is a lane of its own: topic/partition/offset."""
    place = "intake.patient/0/7"
    fields = {"version": 1, "parked": True, "code": "malformed", "reason": "no key"}
    lane = fields | {"_id": place, "since": NOW}
    store.session().insert(LANES, [lane])

    answer = client(service_named("outcomes"), store).get(
        f"/v1/lanes/{quote(place, safe='')}", headers=by(OPERATIONS)
    )

    assert answer.json
    assert (answer.json["lane"], answer.json["letters"]) == (place, [])
