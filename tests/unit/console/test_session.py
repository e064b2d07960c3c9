"""Who is signed in: nobody by a cookie that was made up, changed, or is over."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from joserfc import jwe
from joserfc.jwk import OctKey
from werkzeug.test import TestResponse

from services.console.signing.provider import challenge
from services.console.signing.session import COOKIE_MAX, Sealer
from tests.kit.console import CSRF, KEY, Console, access_token, cookie, well
from tests.kit.door import ISSUER

OTHER_KEY = "A" * 43 + "="


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path, well())


def changed(text: str, place: int) -> str:
    return f"{text[:place]}{'A' if text[place] != 'A' else 'B'}{text[place + 1 :]}"


def in_clear() -> str:
    """As one would make it who knows the shape but not the key."""
    header = {"alg": "dir", "enc": "A256GCM"}
    return jwe.encrypt_compact(header, b"{}", OctKey.generate_key(256))


def is_sent_to_sign_in(answer: TestResponse) -> bool:
    return answer.status_code == 302 and urlsplit(answer.location).path == "/signin"


BAD: dict[str, str] = {
    "nothing": "",
    "a word": "operations",
    "an access token": access_token("operations"),
    "sealed with a key of one's own": cookie("operations", OTHER_KEY),
    "of the right shape": in_clear(),
    "changed at its end": changed(cookie("operations"), -4),
    "changed in its middle": changed(cookie("operations"), 300),
    "cut short": cookie("operations")[:-20],
    "sealed for another purpose": Sealer(KEY).seal("signing-in", {"state": "s"}),
    "of a session that is over": cookie("operations", ends_at=1.0),
    "with an expired token": cookie("operations", access_token=access_token("operations", exp=1)),
    "with somebody else's token": cookie(
        "operations", access_token=access_token("operations", iss="https://other.example")
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_cookie_that_proves_nothing_leads_to_the_sign_in(console: Console, name: str) -> None:
    client = console.client()
    client.set_cookie("console", BAD[name], domain="localhost")

    answer = client.get("/operations?a=b")

    assert is_sent_to_sign_in(answer)
    assert parse_qs(urlsplit(answer.location).query)["next"] == ["/operations?a=b"]
    assert console.asked == []


def test_a_part_of_a_page_makes_the_whole_page_go_to_the_sign_in(console: Console) -> None:
    answer = console.client().get("/operations/live", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["HX-Refresh"] == "true"


def test_a_reader_is_let_in_and_the_services_are_asked_with_their_own_token(
    console: Console,
) -> None:
    assert console.client_of("operations").get("/operations").status_code == 200

    sent = {each.headers["Authorization"] for each in console.asked}
    assert len(sent) == 1
    assert sent.pop().startswith("Bearer ey")


def test_a_session_fits_into_a_cookie() -> None:
    long_lived = cookie("operations", refresh_token="r" * 400)

    assert len(long_lived) < COOKIE_MAX


def test_a_token_that_runs_out_is_renewed_once_and_the_session_goes_on(console: Console) -> None:
    fresh = {"access_token": access_token("operations"), "refresh_token": "r2", "expires_in": 900}
    console.said["issuer", "refresh_token"] = (200, fresh)
    client = console.client_of("operations", refresh_token="r1", good_until=1.0)

    answer = client.get("/policy")

    assert answer.status_code == 200
    renewals = [each for each in console.asked if each.url.host == "issuer.example"]
    assert [b"refresh_token=r1" in each.content for each in renewals] == [True]
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert client.get("/policy").status_code == 200
    assert len([each for each in console.asked if each.url.host == "issuer.example"]) == 1


def test_two_parts_of_a_page_renew_once_together(console: Console) -> None:
    fresh = {"access_token": access_token("operations"), "refresh_token": "r2", "expires_in": 900}
    console.said["issuer", "refresh_token"] = (200, fresh)
    client = console.client()
    old = cookie("operations", refresh_token="r1", good_until=1.0)

    for _ in range(2):  # both were sent before either was answered
        client.set_cookie("console", old, domain="localhost")
        assert client.get("/policy").status_code == 200

    assert len(console.asked) == 1


def test_a_refused_renewal_ends_the_session(console: Console) -> None:
    console.said["issuer", "refresh_token"] = (400, {"error": "invalid_grant"})
    client = console.client_of("operations", refresh_token="r1", good_until=1.0)

    answer = client.get("/policy")

    assert is_sent_to_sign_in(answer)
    assert client.get_cookie("console") is None


def test_while_the_issuer_is_away_nobody_is_signed_out(console: Console) -> None:
    client = console.client_of("operations", refresh_token="r1", good_until=1.0)

    answer = client.get("/policy")

    assert answer.status_code == 503
    assert "Load the page again in a minute" in answer.text
    assert client.get_cookie("console") is not None


# ---- signing in ------------------------------------------------------------------------------


def begun(client: FlaskClient, onward: str = "/operations") -> dict[str, str]:
    answer = client.post("/signin", data={"next": onward})
    assert answer.status_code == 303
    assert answer.location.startswith(f"{ISSUER}/authorize?")
    query = parse_qs(urlsplit(answer.location).query)
    return {name: values[0] for name, values in query.items()}


def granted(**changes: Any) -> tuple[int, Any]:
    grant = {"access_token": access_token("operations"), "refresh_token": "r", "expires_in": 900}
    return 200, {**grant, **changes}


def test_signing_in_asks_for_a_code_that_only_this_browser_can_redeem(console: Console) -> None:
    console.said["issuer", "authorization_code"] = granted()
    client = console.client()

    asked = begun(client)
    answer = client.get(f"/signin/done?code=c&state={asked['state']}&iss={ISSUER}")

    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://console.example/signin/done"
    sent = dict(each.split("=") for each in console.asked[0].content.decode().split("&"))
    assert challenge(sent["code_verifier"]) == asked["code_challenge"]
    assert (answer.status_code, answer.location) == (303, "/operations")
    assert client.get("/operations").status_code == 200


FORGED = {
    "another state": "code=c&state=guessed",
    "no state": "code=c",
    "no code": "error=access_denied&state={state}",
    "another issuer": "code=c&state={state}&iss=https://other.example",
}


@pytest.mark.parametrize("name", FORGED)
def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in(
    console: Console, name: str
) -> None:
    console.said["issuer", "authorization_code"] = granted()
    client = console.client()
    asked = begun(client)

    answer = client.get(f"/signin/done?{FORGED[name].format(**asked)}")

    assert answer.status_code == 403
    assert console.asked == []
    assert is_sent_to_sign_in(client.get("/policy"))


def test_a_code_that_is_refused_signs_nobody_in(console: Console) -> None:
    console.said["issuer", "authorization_code"] = (400, {"error_description": "Too old."})
    client = console.client()

    answer = client.get(f"/signin/done?code=c&state={begun(client)['state']}")

    assert answer.status_code == 403
    assert "Too old. Sign in again." in answer.text


ELSEWHERE = ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "", "/a\r\nb: c"]


@pytest.mark.parametrize("onward", ELSEWHERE)
def test_signing_in_leads_to_no_other_place(console: Console, onward: str) -> None:
    console.said["issuer", "authorization_code"] = granted()
    client = console.client()

    answer = client.get(f"/signin/done?code=c&state={begun(client, onward)['state']}")

    assert answer.location == "/"


def test_signing_out_leaves_nothing_behind(console: Console) -> None:
    client = console.client_of("operations")

    client.post("/signout", data={"csrf": CSRF})

    assert client.get_cookie("console") is None
    assert is_sent_to_sign_in(client.get("/policy"))


@pytest.mark.parametrize("key", ["", "short", "A" * 44, "%%%", KEY[:-8]])
def test_a_key_of_the_wrong_size_is_refused_at_start(key: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        Sealer(key)
