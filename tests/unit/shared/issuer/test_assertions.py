"""Only the key that is registered proves a site, once, for this issuer, now (RFC 7523)."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey

from shared.client.enrolment import new_key
from tests.kit.issuer import SITE_KEY, URL, World, metadata


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def site(world: World) -> str:
    return str(world.register(world.code())[1]["client_id"])


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    coded = [base64.urlsafe_b64encode(json.dumps(each).encode()) for each in (header, claims)]
    return ".".join([*(each.decode().rstrip("=") for each in coded), ""])


def as_secret(world: World, site: str) -> str:
    pem = ECKey.import_key(dict(SITE_KEY)).as_pem(private=False)
    return jwt.encode(
        {"alg": "HS256"}, world.claims(site), OctKey.import_key(pem.hex()), algorithms=["HS256"]
    )


ATTACKS: dict[str, Callable[[World, str], str]] = {
    "nothing": lambda _w, _s: "",
    "not a token": lambda _w, _s: "a.b.c",
    "not ASCII": lambda _w, _s: "é.é.é",
    "5 KB": lambda w, s: w.assertion(s, more="x" * 5000),
    "alg none": lambda w, s: unsigned({"alg": "none"}, w.claims(s)),
    "ES256 without a signature": lambda w, s: unsigned({"alg": "ES256"}, w.claims(s)),
    "HS256 with the public key": as_secret,
    "a foreign key": lambda w, s: w.assertion(s, new_key()),
    "a key in the header": lambda w, s: w.assertion(s, header={"jwk": metadata(SITE_KEY)}),
    "a key's address": lambda w, s: w.assertion(s, header={"jku": "https://attacker.example"}),
    "a type of something else": lambda w, s: w.assertion(s, header={"typ": "at+jwt"}),
    "another audience": lambda w, s: w.assertion(s, aud="https://other.example"),
    "no audience": lambda w, s: w.assertion(s, aud=None),
    "two audiences": lambda w, s: w.assertion(s, aud=[URL, "https://other.example"]),
    "expired": lambda w, s: w.assertion(s, exp=int(w.clock.now) - 61),
    "no expiry": lambda w, s: w.assertion(s, exp=None),
    "good for an hour": lambda w, s: w.assertion(s, exp=int(w.clock.now) + 3600),
    "an expiry in words": lambda w, s: w.assertion(s, exp="soon"),
    "for ever": lambda w, s: w.assertion(s, exp=float("inf")),
    "until no number": lambda w, s: w.assertion(s, exp=float("nan")),
    "from tomorrow": lambda w, s: w.assertion(s, iat=int(w.clock.now) + 86_400),
    "not yet": lambda w, s: w.assertion(s, nbf=int(w.clock.now) + 86_400),
    "no jti": lambda w, s: w.assertion(s, jti=None),
    "a long jti": lambda w, s: w.assertion(s, jti="j" * 129),
    "of somebody else": lambda w, s: w.assertion(s, iss="riverside-main"),
    "of a client by secret": lambda w, _s: w.assertion("riverside-main"),
    "of a person": lambda w, _s: w.assertion("operations"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_assertion_that_proves_nothing_is_refused(world: World, site: str, attack: str) -> None:
    status, problem = world.asserted(ATTACKS[attack](world, site))

    assert (status, problem["error"]) == (401, "invalid_client")
    assert "access_token" not in problem


def test_an_assertion_is_good_once(world: World, site: str) -> None:
    assertion = world.assertion(site)

    first, second = world.asserted(assertion), world.asserted(assertion)

    assert (first[0], second[0]) == (200, 401)
    assert "used already: sign a new one" in second[1]["error_description"]


def test_used_assertions_are_forgotten_when_nobody_could_use_them(world: World, site: str) -> None:
    world.by_key(site)
    world.clock.now += 1000
    world.by_key(site, jti="assertion-2")

    with world.issuer.ledger.look() as state:
        assert len(state.used_assertions) == 1


@pytest.mark.parametrize("audience", [URL, f"{URL}/token", [f"{URL}/token"]])
def test_the_audience_is_the_issuer_or_its_token_endpoint(
    world: World, site: str, audience: Any
) -> None:
    assert world.by_key(site, aud=audience)[0] == 200


@pytest.mark.parametrize(("ahead_s", "status"), [(-59, 200), (360, 200), (361, 401), (-60, 401)])
def test_an_assertion_lives_five_minutes_give_or_take_the_clocks(
    world: World, site: str, ahead_s: int, status: int
) -> None:
    assert world.by_key(site, exp=int(world.clock.now) + ahead_s)[0] == status


def test_a_clock_that_is_a_day_off_is_told_the_time(world: World, site: str) -> None:
    now = int(world.clock.now) - 86_400

    _, problem = world.by_key(site, iat=now, exp=now + 60)

    assert "compare this machine's clock" in problem["error_description"]


def test_an_ed25519_key_is_as_good(world: World) -> None:
    key = OKPKey.generate_key("Ed25519")
    code, jwk = world.code(), dict(key.as_dict(private=False))
    _, told = world.ask("POST", "/register", code, jwks={"keys": [jwk]})
    claims = world.claims(told["client_id"])

    assertion = jwt.encode({"alg": "Ed25519"}, claims, key, algorithms=["Ed25519"])

    assert world.asserted(assertion)[0] == 200


def test_a_client_proves_itself_in_one_way(world: World, site: str) -> None:
    proof = {"client_assertion": world.assertion(site), "grant_type": "client_credentials"}
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    assert world.token(**proof)[1]["error"] == "invalid_request"
    assert world.token(**proof, client_assertion_type="saml")[1]["error"] == "invalid_request"
    both = world.token(**proof, client_assertion_type=kind, client_secret="s")
    assert both[1]["error"] == "invalid_request"
    other = world.token(**proof, client_assertion_type=kind, client_id="riverside-main")
    assert other[1]["error"] == "invalid_client"
