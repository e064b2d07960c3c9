"""Tokens: only the issuer's, only fresh, only for us; everything else is 401 in one shape."""

import base64
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import OctKey, RSAKey

from tests.kit.door import KEY, Toy, bearer, claims, token

OTHER = RSAKey.generate_key(2048, {"kid": "test-key"})
STRANGER = RSAKey.import_key(OTHER.as_dict(private=True) | {"kid": "other"})


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return Toy(tmp_path_factory.mktemp("door")).app().test_client()


def unsigned(header: dict[str, Any], **changes: Any) -> str:
    parts = [header, claims(**changes)]
    coded = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in parts]
    return ".".join([*(each.rstrip("=") for each in coded), ""])


def as_secret() -> str:
    public = KEY.as_pem(private=False)
    return token({"alg": "HS256"}, OctKey.import_key(public.hex()))


ATTACKS = {
    "nothing": "",
    "not a token": "a",
    "three dots": "...",
    "bad base64": "%%.%%.%%",
    "alg none": unsigned({"alg": "none", "kid": "test-key"}),
    "alg none in capitals": unsigned({"alg": "NONE", "kid": "test-key"}),
    "RS256 without signature": unsigned({"alg": "RS256", "kid": "test-key"}),
    "HS256 with the public key": as_secret(),
    "signed by a stranger under our key's name": token(key=OTHER),
    "an unknown key": token({"kid": "other"}, STRANGER),
    "a key in the header": token({"jwk": KEY.as_dict(private=False)}),
    "a key's address in the header": token({"jku": "https://attacker.example/keys"}),
    "a certificate's address in the header": token({"x5u": "https://attacker.example/x"}),
    "an ID token's type": token({"typ": "id+jwt"}),
    "expired": token(exp=1),
    "not yet valid": token(nbf=4_000_000_000),
    "no expiry": token(exp=None),
    "another audience": token(aud="somebody"),
    "another issuer": token(iss="https://other.example"),
    "no subject": token(sub=None),
    "no scope (an ID token)": token(scope=None),
    "9 KiB": token(extra="x" * 9000),
    "not ASCII": "é" * 20,
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_token_that_proves_nothing_is_401(client: FlaskClient, attack: str) -> None:
    headers = {"Authorization": f"Bearer {ATTACKS[attack]}"}

    answer = client.get("/v1/events/e", headers=headers)

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_no_header_and_two_headers_are_401(client: FlaskClient) -> None:
    twice = [("Authorization", f"Bearer {token()}")] * 2

    assert client.get("/v1/events/e").status_code == 401
    assert client.get("/v1/events/e", headers=twice).status_code == 401


def test_a_good_token_without_the_scope_is_403(client: FlaskClient) -> None:
    answer = client.get("/v1/events/e", headers=bearer(scope="records:read"))

    assert answer.status_code == 403


def test_a_good_token_is_let_in(client: FlaskClient) -> None:
    assert client.get("/v1/events/e", headers=bearer()).status_code == 404


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/openapi.json"])
def test_health_metrics_and_descriptions_need_no_token(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/v1/events", 405), ("GET", "/v1/lanes", 403)],
)
def test_errors_of_every_kind_have_one_shape(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method, headers=bearer())

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json
    assert answer.json["status"] == status
