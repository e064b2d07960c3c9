"""`kap ops lanes` and `kap ops replay` at real doors: what is shown, asked, done and refused."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result
from werkzeug import Request, Response
from werkzeug.serving import make_server

from services.site.cli.ops import ops
from services.site.cli.output import Exit
from shared.client.errors import Refused
from shared.contracts.topics import SERVICES
from shared.messaging.dead_letter import DeadLetters
from shared.runtime.process import background
from shared.storage.lanes import LETTERS
from shared.storage.memory import MemoryStore
from shared.web import events
from shared.web.app import Door, create_app
from shared.web.identity import KeySource, Tokens
from shared.web.ingest import Ingest
from tests.contract.lanes.test_repair import LANE, parked_lane
from tests.contract.test_consumer import heard
from tests.kit.door import ISSUER, POLICY, jwks_file, token
from tests.kit.toy import NOW, ROUTES, runner
from tests.unit.outcomes.replay.test_http import Asked

WHY = ("--reason", "the producer left a field out")


class World:
    """Doors of outcomes and its analytics on one port, with an issuer that lets operations in."""

    def __init__(self, folder: Path) -> None:
        self.store = MemoryStore()
        self.folder, self.file = folder, folder / "network.json"
        run = runner(self.store, service="outcomes")
        ingest = Ingest("outcomes", run, ROUTES, frozenset(), POLICY, lambda: NOW)
        lanes = DeadLetters("outcomes", run, ROUTES)
        blueprint = events.blueprint(ingest, self.store, lanes, {})
        tokens = Tokens(ISSUER, "kap", KeySource(str(jwks_file(folder))))
        self.door = create_app(Door("outcomes", tokens, {}, [blueprint]))
        self.analytics = Asked(folder / "analytics", "ops:read", "ops:write")

    def __call__(self, environ: Any, start: Any) -> Any:
        path = Request(environ).path
        if path == "/token":
            bearer = token(clinic=None, site=None, scope="ops:read ops:write")
            answer = json.dumps({"access_token": bearer, "expires_in": 900})
            return Response(answer, content_type="application/json")(environ, start)
        app = self.analytics.client.application if path.startswith("/v1/replay") else self.door
        return app(environ, start)

    def say_where(self, url: str) -> None:
        secret = {"client_id": "operations", "client_secret": "s"}
        services = {name: {"url": url} for name in (*SERVICES, "analytics")}
        network = {"services": services, "token_endpoint": f"{url}/token"}
        self.file.write_text(json.dumps(network | {"clients": {"operations": secret}}))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path)
    server = make_server("127.0.0.1", 0, found, threaded=True)
    background("doors", server.serve_forever)
    found.say_where(f"http://127.0.0.1:{server.port}")
    yield found
    server.shutdown()
    server.server_close()


def kap(world: World, words: Sequence[str], answer: str = "") -> Result:
    return CliRunner().invoke(ops, [*words, "--network-file", str(world.file)], input=answer)


def lanes(world: World, *words: str, answer: str = "") -> Result:
    return kap(world, ["lanes", *words, "--service", "outcomes"], answer)


def said(result: Result) -> Any:
    """The JSON; the doors' own log lines come before it, as they are in the same process here."""
    return json.loads(result.stdout.splitlines()[-1])


def value(world: World, text: str) -> str:
    file = world.folder / "value.json"
    file.write_text(text)
    return str(file)


def test_a_lane_is_listed_shown_and_repaired(world: World) -> None:
    parked_lane(world.store)

    listed = said(lanes(world, "list", "--json"))
    shown = said(lanes(world, "show", LANE, "--json"))
    with_body = said(lanes(world, "show", LANE, "--body", "--json"))
    mended = value(world, '{"indication": "ptsd"}')
    done = lanes(world, "repair", LANE, "--value", mended, *WHY, "--yes", "--json")

    assert [(each["service"], each["lane"]) for each in listed] == [("outcomes", LANE)]
    assert [each["offset"] for each in shown["letters"]] == [0, 1, 2]
    assert "body" not in shown["letters"][0]
    assert with_body["letters"][0]["body"] == '{"indication": 7}'
    assert said(done) == {"verdict": "accepted", "applied": 3}
    assert heard(world.store) == 3
    assert "No lane is parked" in lanes(world, "list").stdout


def test_a_repair_that_makes_it_no_better_is_a_failure_that_says_why(world: World) -> None:
    parked_lane(world.store)

    done = lanes(world, "repair", LANE, "--value", value(world, '{"indication": 8}'), *WHY, "--yes")

    assert isinstance(done.exception, Refused)
    assert Exit.of(done.exception) == Exit.REFUSED
    assert "nothing was changed" in str(done.exception)


@pytest.mark.parametrize("act", ["repair", "replay", "discard"])
def test_nothing_is_done_that_nobody_said_yes_to(world: World, act: str) -> None:
    parked_lane(world.store)
    mended = value(world, '{"indication": "ptsd"}')
    more = {"repair": ["--value", mended, *WHY], "discard": [*WHY], "replay": []}[act]

    done = lanes(world, act, LANE, *more, answer="n\n")

    assert done.exit_code == 1
    assert len(world.store.session().where(LETTERS, {"status": "parked"})) == 3


def test_a_lane_is_given_up_and_another_services_lane_is_not_there(world: World) -> None:
    parked_lane(world.store)

    elsewhere = lanes(world, "discard", "patient-9", *WHY, "--yes")
    done = lanes(world, "discard", LANE, *WHY, answer="y\n")

    assert "each service has its own" in str(elsewhere.exception)
    assert "3 letters were given up" in done.stdout


@pytest.mark.parametrize("text", ["{", ""])
def test_a_file_that_is_no_json_is_a_slip_of_usage(world: World, text: str) -> None:
    done = lanes(world, "repair", LANE, "--value", value(world, text), *WHY, "--yes")

    assert done.exit_code == 2


def test_a_replay_is_waited_for_and_both_sums_are_shown(world: World) -> None:
    done = kap(world, ["replay", "--service", "outcomes"])

    assert (done.exit_code, world.analytics.notes) == (0, [0, 202])
    assert "Both are equal." in done.stdout


def test_a_replay_is_swapped_in_once_somebody_said_yes(world: World) -> None:
    no = kap(world, ["replay", "--service", "outcomes", "--swap"], "n\n")
    yes = kap(world, ["replay", "--service", "outcomes", "--swap", "--yes", "--json"])

    assert (no.exit_code, world.analytics.notes) == (1, [0, 202])
    assert said(yes)["swapped"] is True


def test_a_replay_of_half_a_topic_wants_a_look(world: World) -> None:
    world.analytics.topics.begin = 3

    done = kap(world, ["replay", "--service", "outcomes", "--swap", "--yes"])

    assert done.exit_code == Exit.LOOK
    assert "begins at 3" in done.stdout


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"outcomes"}))
def test_what_has_no_projection_says_what_can_be_done_instead(world: World, service: str) -> None:
    done = kap(world, ["replay", "--service", service])

    assert done.exit_code == Exit.REFUSED
    assert "verify" in done.stdout
    assert world.analytics.notes == []
