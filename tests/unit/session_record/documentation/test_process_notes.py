"""SES-8 (45 CFR 164.501): a process note is its author's alone, and nowhere in clear."""

import base64
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_smorest import Api

from services.session_record.adapters.http import blueprint
from services.session_record.application.process_notes import ACCESSES, COLLECTIONS, KEYS, NOTES
from services.session_record.main import SERVICE, configured
from services.session_record.settings import Settings
from shared.codec.sealing import Keyring
from shared.kernel.errors import Conflict
from shared.kernel.sealing import Unreadable
from shared.runtime import metrics
from shared.runtime.environment import SettingsError
from shared.web import problems
from shared.web.identity import Principal
from tests.kit.documentation import CLINIC, DOSE, POLICY, Clinic, noted

CANARY = "canary-in-the-mine-0451"
PATH = f"/v1/encounters/{DOSE}/process-note"
KEY, OTHER_KEY = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


def a_person(subject: str = "therapist-1", clinic: str = CLINIC, scope: str = "") -> Principal:
    scopes = frozenset((scope or "process-notes:author records:read events:read").split())
    return Principal(subject, clinic, "main", frozenset({"therapist"}), scopes)


def a_client(clinic: Clinic, who: Principal | None = None, key: str = KEY) -> FlaskClient:
    app = Flask("session-record")
    app.config.update(API_TITLE="x", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    app.config.update(OPENAPI_URL_PREFIX="/", OPENAPI_JSON_PATH="openapi.json")
    Api(app).register_blueprint(blueprint(clinic.store, POLICY, Keyring(key)))
    problems.register(app)
    app.before_request(lambda: setattr(g, "principal", who or a_person()))
    return app.test_client()


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


@pytest.fixture
def written(clinic: Clinic) -> Clinic:
    answer = a_client(clinic).put(PATH, json={"text": CANARY})
    assert answer.status_code == 200, answer.get_json()
    return clinic


def test_ses_8_its_author_reads_it_back(written: Clinic) -> None:
    answer = a_client(written).get(PATH)

    body = answer.get_json()
    assert (body["text"], body["version"]) == (CANARY, 1)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (a_person("therapist-2"), 404),
        (a_person(clinic="harbor"), 404),
        (a_person(scope="records:read"), 403),
        (a_person(scope="network:read"), 403),
        (a_person(clinic=""), 403),
    ],
    ids=["another author", "another clinic", "a reader of records", "the network", "no clinic"],
)
def test_ses_8_nobody_else_finds_it(written: Clinic, who: Principal, status: int) -> None:
    answer = a_client(written, who).get(PATH)

    assert answer.status_code == status
    assert CANARY.encode() not in answer.data


def test_two_authors_have_two_notes_of_one_session(written: Clinic) -> None:
    other = a_client(written, a_person("therapist-2"))

    other.put(PATH, json={"text": "mine"})

    assert (other.get(PATH).get_json()["text"], other.get(PATH).get_json()["version"]) == (
        "mine",
        1,
    )
    assert a_client(written).get(PATH).get_json()["text"] == CANARY


def test_ses_7_every_version_is_kept(written: Clinic) -> None:
    client = a_client(written)
    client.put(PATH, json={"text": "second"})

    newest, first = client.get(PATH).get_json(), client.get(f"{PATH}?version=1").get_json()

    assert (newest["text"], [each["version"] for each in newest["versions"]]) == ("second", [1, 2])
    assert first["text"] == CANARY
    assert client.get(f"{PATH}?version=3").status_code == 404


def test_a_note_needs_a_session_of_the_clinic(clinic: Clinic) -> None:
    client = a_client(clinic)

    unknown = client.put("/v1/encounters/e-unknown/process-note", json={"text": CANARY})
    elsewhere = a_client(clinic, a_person(clinic="harbor")).put(PATH, json={"text": CANARY})

    assert (unknown.status_code, elsewhere.status_code) == (404, 404)
    assert clinic.store.session().where(NOTES.name, {}) == []


@pytest.mark.parametrize(("length", "status"), [(0, 422), (1, 200), (20_000, 200), (20_001, 422)])
def test_a_note_has_a_longest_length(clinic: Clinic, length: int, status: int) -> None:
    answer = a_client(clinic).put(PATH, json={"text": "x" * length})

    assert answer.status_code == status


def test_ses_8_the_canary_is_nowhere_in_clear(
    written: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    written.take(noted())
    client = a_client(written)
    client.get(PATH)
    refused = client.put(PATH, json={"text": CANARY, "mood": CANARY})
    lists = ("encounters", f"encounters/{DOSE}", f"encounters/{DOSE}/record", "tasks")
    answers = [client.get(f"/v1/{each}").data.decode() for each in lists]

    everywhere = [json.dumps(written.store.collections, default=str), *answers, caplog.text]
    everywhere += [metrics.exposition().decode(), client.get("/openapi.json").data.decode()]
    everywhere += [refused.data.decode(), json.dumps(written.said())]
    found = [text for text in everywhere if CANARY in text or _encoded(CANARY) in text]

    assert (found, refused.status_code) == ([], 422)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode().rstrip("=")[:-1]


def test_ses_8_nothing_of_it_is_an_event_and_no_route_takes_one(written: Clinic) -> None:
    assert written.said() == []
    assert [each for each in SERVICE.routes(POLICY) if "process" in each] == []


def test_the_audit_row_says_who_and_when_and_never_what(written: Clinic) -> None:
    a_client(written).get(PATH)

    rows = [each["state"] for each in written.store.session().where(ACCESSES.name, {})]

    assert sorted((each["action"], each["author"], each["version"]) for each in rows) == [
        ("read", "therapist-1", 1),
        ("written", "therapist-1", 1),
    ]
    [note] = written.store.session().where(NOTES.name, {})
    assert {each["sha256"] for each in rows} == {note["state"]["sha256"]}
    assert all(each["at"] for each in rows)


def test_two_versions_at_the_same_time_are_one_and_a_refusal(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = a_client(clinic)
    client.put(PATH, json={"text": "first"})
    monkeypatch.setattr(clinic.store, "transact", _lost)

    answer = client.put(PATH, json={"text": "second"})

    assert (answer.status_code, CANARY.encode() in answer.data) == (409, False)


def _lost(_work: object) -> Any:
    raise Conflict("somebody was first")


# ---- the key -----------------------------------------------------------------------------------


def test_a_wrong_key_shows_nothing_and_writes_nothing(written: Clinic) -> None:
    client = a_client(written, key=OTHER_KEY)
    before = len(written.store.session().where(NOTES.name, {}))

    answers = client.get(PATH), client.put(PATH, json={"text": "more"})

    assert [each.status_code for each in answers] == [500, 500]
    assert CANARY.encode() not in answers[0].data
    assert len(written.store.session().where(NOTES.name, {})) == before


def test_a_rotated_key_opens_what_the_old_one_sealed(written: Clinic) -> None:
    answer = a_client(written, key=f"{OTHER_KEY}, {KEY}").get(PATH)

    assert answer.get_json()["text"] == CANARY


@pytest.fixture
def tampered(written: Clinic) -> Clinic:
    session = written.store.session()
    [document] = session.where(NOTES.name, {})
    sealed = base64.b64decode(document["state"]["sealed"])
    changed = base64.b64encode(sealed[:-1] + bytes([sealed[-1] ^ 1])).decode()
    state = document["state"] | {"sealed": changed}
    session.replace(NOTES.name, [document | {"state": state, "version": 2}])
    return written


def test_what_was_changed_in_the_store_is_not_shown(tampered: Clinic) -> None:
    assert a_client(tampered).get(PATH).status_code == 500


def test_one_notes_text_cannot_be_put_in_the_place_of_another() -> None:
    vault = Keyring(KEY)
    wrapped, cipher = vault.create("mine")

    with pytest.raises(Unreadable):
        vault.unlock("yours", wrapped)
    with pytest.raises(Unreadable):
        cipher.open("mine/2", cipher.seal("mine/1", "text"))


def settings(key: str) -> Settings:
    return Settings("mongodb://x/y", "kafka:9092", "issuer", "jwks", Path(), process_note_key=key)


def test_the_service_is_put_together_with_its_key_or_says_what_is_wrong_with_it() -> None:
    app = Flask("x")
    app.config.update(API_TITLE="x", API_VERSION="1", OPENAPI_VERSION="3.1.0")

    Api(app).register_blueprint(configured(settings(KEY)).reads(Clinic().store, POLICY))

    rules = [str(rule) for rule in app.url_map.iter_rules()]
    assert "/v1/encounters/<encounter_id>/process-note" in rules
    with pytest.raises(SettingsError, match="PROCESS_NOTE_KEY"):
        configured(settings("short"))


def test_the_key_is_not_shown_where_settings_are() -> None:
    assert KEY not in repr(settings(KEY))


@pytest.mark.parametrize("secret", ["", "short", base64.b64encode(b"x" * 31).decode(), f"{KEY},"])
def test_a_key_that_is_none_is_refused_at_the_start(secret: str) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(secret)


def test_the_keys_of_two_notes_differ_and_none_is_stored_in_clear(written: Clinic) -> None:
    a_client(written, a_person("therapist-2")).put(PATH, json={"text": "mine"})

    wrapped = {each["state"]["wrapped"] for each in written.store.session().where(KEYS.name, {})}

    assert len(wrapped) == 2


def test_the_store_is_prepared_for_process_notes() -> None:
    assert set(COLLECTIONS) <= set(SERVICE.collections)
