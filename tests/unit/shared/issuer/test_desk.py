"""The issuer's addresses: what the standards say is there, and nothing secret is told."""

import json
from pathlib import Path

import httpx2
import pytest

from shared.local.issuer.web.asked import FORM, JSON, Asked
from tests.kit.issuer import CONSOLE, SERVICES, URL, World, on_a_port


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_site_needs_one_address(world: World) -> None:
    status, network = world.ask("GET", "/network.json")

    assert (status, network) == (
        200,
        {
            "services": {name: {"url": url} for name, url in SERVICES.items()},
            "issuer": URL,
            "token_endpoint": f"{URL}/token",
            "registration_endpoint": f"{URL}/register",
            "jwks": f"{URL}/jwks.json",
            "console": {"url": CONSOLE},
        },
    )


def test_what_it_can_do_is_described_as_rfc_8414_wants_it(world: World) -> None:
    _, said = world.ask("GET", "/.well-known/oauth-authorization-server")

    assert said["issuer"] == URL
    assert said["token_endpoint_auth_signing_alg_values_supported"] == ["ES256", "Ed25519"]
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert {"private_key_jwt", "none"} < set(said["token_endpoint_auth_methods_supported"])
    assert "client_credentials" in said["grant_types_supported"]


def test_the_published_keys_have_no_private_part(world: World) -> None:
    _, keys = world.ask("GET", "/jwks.json")

    assert not {"d", "p", "q"} & keys["keys"][0].keys()


def test_operations_sees_who_enrolled_and_nobody_else_does(world: World) -> None:
    _, told = world.register(world.code())

    status, sites = world.ask("GET", "/sites", world.operations())

    assert (status, sites["items"][0]["client_id"]) == (200, told["client_id"])
    assert "registration_access_token" not in sites["items"][0]
    assert world.ask("GET", "/sites")[0] == 401
    assert world.ask("GET", "/sites", world.token_of("analyst"))[0] == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("GET", "/", 404), ("GET", "/register/nobody", 401), ("DELETE", "/register/x", 405)),
        *(("GET", "/token", 405), ("POST", "/network.json", 405), ("PUT", "/codes", 405)),
    ],
)
def test_elsewhere_there_is_nothing(world: World, method: str, path: str, status: int) -> None:
    answer = world.desk.answer(Asked(method, path))

    assert (answer.status, answer.headers["Cache-Control"]) == (status, "no-store")
    assert "error_description" in json.loads(answer.body)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        *((b"{", JSON), (b"[]", JSON), (b"\xff", JSON), (b'{"a":1,"a":2}', JSON)),
        *((b"[" * 100, JSON), (b'{"clinic":"\\ud800"}', JSON), (b"{}", FORM), (b"{}", "")),
    ],
)
def test_a_body_that_can_be_read_in_two_ways_is_refused(
    world: World, body: bytes, content_type: str
) -> None:
    bearer = (f"Bearer {world.operations()}",)

    answer = world.desk.answer(Asked("POST", "/codes", "", body, content_type, bearer))

    assert (answer.status, json.loads(answer.body)["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "form", [b"grant_type=a&grant_type=b", b"&".join(b"%d=1" % n for n in range(20)), b"\xff=1"]
)
def test_a_form_that_can_be_read_in_two_ways_is_refused(world: World, form: bytes) -> None:
    answer = world.desk.answer(Asked("POST", "/token", "", form, FORM))

    assert json.loads(answer.body)["error"] == "invalid_request"


def test_two_authorization_headers_are_refused(world: World) -> None:
    twice = (f"Bearer {world.operations()}",) * 2

    assert world.desk.answer(Asked("GET", "/sites", authorizations=twice)).status == 400


def test_a_token_of_operations_ends_with_its_time_and_with_its_revocation(world: World) -> None:
    token = world.operations()
    world.clock.now += 900
    assert world.ask("GET", "/sites", token)[0] == 401
    again = world.operations()

    assert world.revoke("operations")[0] == 200

    assert world.ask("GET", "/sites", again)[0] == 401


def test_on_the_wire_bodies_are_small_and_have_a_length(world: World) -> None:
    answers: list[httpx2.Response] = []
    with on_a_port(world) as network:
        url = network["issuer"]
        answers.append(httpx2.get(f"{url}/health/live"))
        answers.append(httpx2.post(f"{url}/codes", content=b"x" * 8193))
        answers.append(httpx2.post(f"{url}/codes", content=iter([b"x" * 9])))
        answers.append(httpx2.post(f"{url}/register", json={}, headers={"Authorization": "Basic"}))

    assert [each.status_code for each in answers] == [200, 413, 411, 401]
    assert answers[3].headers["WWW-Authenticate"] == 'Bearer realm="issuer"'
