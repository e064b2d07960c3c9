"""Signing in: a code for whoever asked for it and nobody else, and tokens that are renewed once."""

import hashlib
from base64 import urlsafe_b64encode
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from joserfc import jwt

from shared.local.issuer.web.answers import Answer
from shared.local.issuer.web.asked import Asked
from tests.kit.door import KEY
from tests.kit.issuer import CONSOLE, URL, World

VERIFIER = "v" * 64
CALLBACK = f"{CONSOLE}/signin/done"
WISH = {
    "response_type": "code",
    "client_id": "console",
    "redirect_uri": CALLBACK,
    "code_challenge": urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    .decode()
    .rstrip("="),
    "code_challenge_method": "S256",
    "state": "state-1",
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def page(world: World, **changes: str) -> Answer:
    return world.desk.answer(Asked("GET", "/authorize", urlencode(WISH | changes)))


def sent_back(answer: Answer) -> dict[str, str]:
    place = urlsplit(answer.headers["Location"])
    assert (answer.status, f"{place.scheme}://{place.netloc}{place.path}") == (303, CALLBACK)
    return dict(parse_qsl(place.query))


def code_for(world: World, person: str = "riverside-nurse") -> str:
    return sent_back(world.form("/authorize", **WISH, person=person))["code"]


def exchange(world: World, code: str, **changes: str) -> tuple[int, dict[str, str]]:
    usual = {"client_id": "console", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return world.token(grant_type="authorization_code", code=code, **{**usual, **changes})


def renew(world: World, token: str) -> tuple[int, dict[str, str]]:
    return world.token(grant_type="refresh_token", client_id="console", refresh_token=token)


def test_one_click_signs_in_and_the_token_says_who_it_is(world: World) -> None:
    back = sent_back(world.form("/authorize", **WISH, person="riverside-nurse"))

    status, granted = exchange(world, back["code"])

    claims = jwt.decode(granted["access_token"], KEY, algorithms=["RS256"]).claims
    assert (back["state"], back["iss"], status) == ("state-1", URL, 200)
    assert (claims["sub"], claims["clinic"]) == ("riverside-nurse", "riverside")
    assert (claims["roles"], claims["client_id"]) == (["nurse"], "console")
    assert claims["scope"] == "events:read records:read identity:read"


@pytest.mark.parametrize(
    ("person", "scope"),
    [
        ("operations", "network:read ops:read ops:write events:read"),
        ("analyst", "network:read stream:read"),
        ("medical-director", "network:read records:break-glass"),
    ],
)
def test_people_of_the_network_have_no_clinic(world: World, person: str, scope: str) -> None:
    _, granted = exchange(world, code_for(world, person))

    claims = jwt.decode(granted["access_token"], KEY, algorithms=["RS256"]).claims
    assert granted["scope"] == scope
    assert not {"clinic", "site"} & claims.keys()


def test_the_page_is_for_development_only_and_reads_without_script(world: World) -> None:
    answer = page(world, state='"><script>alert(1)</script>')

    html = answer.body.decode()
    assert answer.status == 200
    assert "Development only." in html
    assert html.count("<h1>") == html.count("<main>") == 1
    assert 'lang="en"' in html
    assert "<script" not in html
    assert "style=" not in html
    assert html.count('<button name="person"') == 12
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert f"form-action 'self' {CONSOLE}" in policy


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://attacker.example/signin/done"},
        {"redirect_uri": f"{CALLBACK}/../../elsewhere"},
        {"redirect_uri": f"{CALLBACK}?next=https://attacker.example"},
        {"redirect_uri": f"{CONSOLE}.attacker.example/signin/done"},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": ""},
        {"client_id": "riverside-main"},
        {"client_id": ""},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    world: World, change: dict[str, str]
) -> None:
    shown = page(world, **change)
    clicked = world.form("/authorize", **{**WISH, **change}, person="operations")

    for answer in (shown, clicked):
        assert answer.status == 400
        assert "Location" not in answer.headers
        assert b"attacker" not in answer.body


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_a_wish_without_pkce_goes_back_with_its_error(
    world: World, change: dict[str, str], error: str
) -> None:
    back = sent_back(page(world, **change))

    assert (back["error"], back["state"], back["iss"]) == (error, "state-1", URL)


@pytest.mark.parametrize("person", ["", "riverside-main", "somebody"])
def test_only_the_people_on_the_page_sign_in(world: World, person: str) -> None:
    back = sent_back(world.form("/authorize", **WISH, person=person))

    assert back["error"] == "access_denied"


@pytest.mark.parametrize(
    "change",
    [
        {"code_verifier": "w" * 64},
        {"code_verifier": ""},
        {"code_verifier": WISH["code_challenge"]},
        {"redirect_uri": "https://attacker.example"},
    ],
)
def test_a_code_is_worth_nothing_to_who_did_not_ask_for_it(
    world: World, change: dict[str, str]
) -> None:
    code = code_for(world)

    status, problem = exchange(world, code, **change)

    assert (status, problem["error"]) == (400, "invalid_grant")
    assert exchange(world, code)[0] == 400, "and it is used up by the attempt"


def test_a_code_lives_a_minute(world: World) -> None:
    code, late = code_for(world), code_for(world)
    world.clock.now += 59
    in_time = exchange(world, code)
    world.clock.now += 1

    assert in_time[0] == 200
    assert exchange(world, late)[1]["error"] == "invalid_grant"


def test_a_code_used_twice_ends_what_it_began(world: World) -> None:
    code = code_for(world)
    _, granted = exchange(world, code)

    status, problem = exchange(world, code)

    assert (status, problem["error"]) == (400, "invalid_grant")
    assert renew(world, granted["refresh_token"])[0] == 400


def test_a_refresh_token_is_renewed_with_each_use(world: World) -> None:
    _, first = exchange(world, code_for(world))
    world.clock.now += 600

    status, second = renew(world, first["refresh_token"])

    assert status == 200
    assert second["refresh_token"] != first["refresh_token"]
    assert renew(world, second["refresh_token"])[0] == 200


def test_requests_that_renew_at_once_get_the_same_next_token(world: World) -> None:
    _, first = exchange(world, code_for(world))

    one, other = (renew(world, first["refresh_token"])[1] for _ in range(2))

    assert one["refresh_token"] == other["refresh_token"]


def test_an_old_refresh_token_ends_the_sign_in(world: World) -> None:
    _, first = exchange(world, code_for(world))
    _, second = renew(world, first["refresh_token"])
    world.clock.now += 31

    assert renew(world, first["refresh_token"])[0] == 400
    assert renew(world, second["refresh_token"])[0] == 400


def test_a_sign_in_ends_after_a_shift_however_often_it_is_renewed(world: World) -> None:
    _, granted = exchange(world, code_for(world))
    world.clock.now += 10 * 3600 - 1
    _, granted = renew(world, granted["refresh_token"])
    world.clock.now += 1

    assert renew(world, granted["refresh_token"])[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "token", ["", "a", "a.0.b", "a.b.c", "..", "a.-1.c", "a.99999999.c", "é.0"]
)
def test_a_made_up_refresh_token_is_refused(world: World, token: str) -> None:
    assert renew(world, token)[1]["error"] == "invalid_grant"


def test_a_refresh_token_of_another_generation_cannot_be_made_from_one(world: World) -> None:
    _, granted = exchange(world, code_for(world))
    key, _, mac = granted["refresh_token"].split(".")

    assert renew(world, f"{key}.1.{mac}")[0] == 400


def test_revoking_a_person_ends_the_sign_in_until_the_next(world: World) -> None:
    _, granted = exchange(world, code_for(world, "analyst"))
    world.revoke("analyst")

    assert renew(world, granted["refresh_token"])[0] == 400
    assert exchange(world, code_for(world, "analyst"))[0] == 200


def test_a_sign_in_outlives_a_restart(world: World) -> None:
    _, granted = exchange(world, code_for(world))

    world.restart()

    assert renew(world, granted["refresh_token"])[0] == 200
