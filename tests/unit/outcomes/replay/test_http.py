"""Who may start a replay and who may ask; every start is in the audit trail, refused ones too."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask_smorest import Api

from services.outcomes.analytics.columns.live import Columns
from services.outcomes.analytics.replay.http import blueprint
from services.outcomes.analytics.replay.replaying import Replays
from shared.web.identity import Principal
from tests.kit.analytics.columns import NOW
from tests.kit.eventually import eventually
from tests.unit.outcomes.replay.test_replay import KEYS, Topics, at_work, everything

WHY = {"reason": "monthly proof of the projection"}


class Asked:
    """A door for one caller. `notes`: what went into the audit trail."""

    def __init__(self, folder: Path, *scopes: str) -> None:
        self.live, self.notes = at_work(folder, everything()), list[int]()
        app = Flask("analytics")
        app.config.update(API_TITLE="outcomes", API_VERSION="1", OPENAPI_VERSION="3.1.0")
        self.topics = Topics(everything())
        replays = Replays(self.live, self.topics, self._shadow, lambda: NOW)
        Api(app).register_blueprint(blueprint(replays, self.notes.append))
        who = Principal("operations", "", "", frozenset(), frozenset(scopes))
        app.before_request(lambda: setattr(g, "principal", who))
        self.client = app.test_client()

    def _shadow(self) -> Columns:
        return Columns(self.live.archive, KEYS, lambda: NOW, quiet=True)

    def start(self, **asked: Any) -> Any:
        return self.client.post("/v1/replay", json=WHY | asked)


@pytest.fixture
def door(tmp_path: Path) -> Asked:
    return Asked(tmp_path, "ops:read", "ops:write")


def test_a_replay_is_started_and_asked_for_until_its_end(door: Asked) -> None:
    answer = door.start()
    path = f"/v1/replay/{answer.json['id']}"
    eventually(lambda: door.client.get(path).json["state"] == "done")  # type: ignore[index]

    told = door.client.get(path).json
    assert (answer.status_code, door.notes) == (202, [0, 202])
    assert told
    assert (told["equal"], told["swapped"], told["half"]) == (True, False, [])
    assert all(len(each["live"]["sha256"]) == 64 for each in told["tables"])


def test_a_second_one_is_refused_while_the_first_runs(door: Asked) -> None:
    door.topics.may_read.clear()
    door.start()

    answer = door.start(swap="any")
    door.topics.may_read.set()

    assert (answer.status_code, answer.json["code"]) == (409, "running")
    assert door.notes == [0, 202, 0, 409]


@pytest.mark.parametrize("asked", [{"swap": "yes"}, {"reason": ""}, {"reason": None}, {"x": 1}])
def test_what_is_asked_for_wrongly_starts_nothing(door: Asked, asked: dict[str, Any]) -> None:
    assert door.start(**asked).status_code == 422
    assert door.notes == []


def test_who_may_only_look_may_not_start_one(tmp_path: Path) -> None:
    door = Asked(tmp_path, "ops:read")

    assert door.start().status_code == 403
    assert door.client.get("/v1/replay/one").status_code == 404


def test_nobody_else_may_look(tmp_path: Path) -> None:
    assert Asked(tmp_path, "network:read").client.get("/v1/replay/one").status_code == 403
