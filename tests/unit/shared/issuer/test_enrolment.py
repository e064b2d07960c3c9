"""A code is good once, for one place, for a while; a key can be exchanged, and then is dead."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shared.client.enrolment import new_key
from shared.local.issuer.enrolment import LETTERS
from tests.kit.issuer import SITE_KEY, World, metadata, public


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_code_gives_a_site_its_identity_and_its_key_a_token(world: World) -> None:
    status, told = world.register(world.code())

    granted_status, granted = world.by_key(told["client_id"])

    assert (status, told["clinic"], told["site"]) == (201, "riverside", "annex")
    assert told["client_id"].startswith("riverside-annex-")
    assert told["token_endpoint_auth_method"] == "private_key_jwt"
    assert told["jwks"]["keys"][0].keys() == {"kty", "crv", "x", "y", "kid"}
    assert (granted_status, granted["scope"]) == (200, told["scope"])


def test_a_code_can_be_read_aloud_and_typed_in_any_case(world: World) -> None:
    code = world.code()

    assert len(code) == 9
    assert set(code.replace("-", "")) <= set(LETTERS)
    assert not set("01IO") & set(LETTERS)
    assert world.register(f" {code.lower().replace('-', ' ')} ")[0] == 201


def test_a_used_code_is_refused_and_says_what_to_do(world: World) -> None:
    code = world.code()
    world.register(code)

    status, problem = world.register(code, new_key())

    assert (status, problem["error"]) == (401, "invalid_token")
    assert "used already: ask operations for a new one" in problem["error_description"]


def test_a_registration_whose_answer_was_lost_is_told_again_to_the_same_key(world: World) -> None:
    code = world.code()

    assert world.register(code) == world.register(code)


def test_what_was_revoked_is_not_told_again(world: World) -> None:
    code = world.code()
    _, told = world.register(code)
    world.revoke(told["client_id"])

    assert world.register(code)[0] == 401


def test_an_expired_code_is_refused_at_its_last_second(world: World) -> None:
    code = world.code(valid_min=5)
    world.clock.now += 299
    in_time = world.register(world.code(valid_min=5))
    world.clock.now += 1

    status, problem = world.register(code)

    assert in_time[0] == 201
    assert status == 401
    assert "has run out: ask operations" in problem["error_description"]


@pytest.mark.parametrize("code", ["ABCD-EFGH", "a", "x" * 5000, "ABCD-EFG0", "é"])
def test_an_unknown_code_is_refused(world: World, code: str) -> None:
    status, problem = world.register(code)

    assert (status, problem["error"]) == (401, "invalid_token")
    assert "unknown: read it again" in problem["error_description"]


def test_of_fifty_at_once_with_one_code_one_is_enrolled(world: World) -> None:
    code, keys = world.code(), [new_key() for _ in range(50)]

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda key: world.register(code, key), keys))

    assert sorted(status for status, _ in answers) == [201] + [401] * 49
    assert len(world.issuer.revocations.sites()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"jwks": None}, "exactly one public key"),
        ({"jwks": {"keys": []}}, "exactly one public key"),
        ({"jwks": {"keys": [public(SITE_KEY)] * 2}}, "exactly one public key"),
        ({"jwks": {"keys": ["key"]}}, "must be an object"),
        ({"jwks": {"keys": [SITE_KEY]}}, "this is a private key"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}, "this is a private key"),
        ({"jwks": {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}}, "EC P-256"),
        ({"jwks": {"keys": [{**public(SITE_KEY), "crv": "P-384"}]}}, "EC P-256"),
        ({"jwks": {"keys": [{**public(SITE_KEY), "x": "AA"}]}}, "EC P-256"),
        ({"jwks": {"keys": [{**public(SITE_KEY), "x": 7}]}}, "EC P-256"),
        ({"jwks": {"keys": [{**public(SITE_KEY), "kty": ["EC"]}]}}, "EC P-256"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "private_key_jwt"),
        ({"client_name": "a\nb"}, "client_name"),
        ({"client_name": 7}, "client_name"),
    ],
)
def test_a_registration_without_a_sound_public_key_is_refused_and_the_code_stays_good(
    world: World, change: dict[str, Any], says: str
) -> None:
    code = world.code()

    status, problem = world.ask("POST", "/register", code, **metadata(SITE_KEY) | change)

    assert (status, problem["error"]) == (400, "invalid_client_metadata")
    assert says in problem["error_description"]
    assert world.register(code)[0] == 201


@pytest.mark.parametrize(
    "change",
    [
        *({"clinic": ""}, {"clinic": "River Side"}, {"site": None}, {"site": "../x"}),
        *({"valid_min": 0}, {"valid_min": 10_081}, {"valid_min": True}, {"valid_min": "5"}),
    ],
)
def test_a_code_for_no_place_or_for_ever_is_refused(world: World, change: dict[str, Any]) -> None:
    wanted = {"clinic": "riverside", "site": "annex"} | change

    status, problem = world.ask("POST", "/codes", world.operations(), **wanted)

    assert (status, problem["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/codes", "/revocations"])
def test_only_operations_invites_and_revokes(world: World, path: str) -> None:
    assert world.ask("POST", path, "", a=1)[0] == 401
    assert world.ask("POST", path, "forged", a=1)[0] == 401
    assert world.ask("POST", path, world.token_of("riverside-main"), a=1)[0] == 403
    assert world.ask("POST", path, world.token_of("analyst"), a=1)[0] == 403


def test_a_rotated_key_counts_at_once_and_the_old_one_no_more(world: World) -> None:
    _, told = world.register(world.code())
    client_id, path = told["client_id"], f"/register/{told['client_id']}"
    changed = new_key()

    status, _ = world.ask("PUT", path, told["registration_access_token"], **metadata(changed))

    old_status, problem = world.by_key(client_id)
    assert (status, old_status) == (200, 401)
    assert "was it rotated?" in problem["error_description"]
    assert world.by_key(client_id, changed)[0] == 200


def test_a_rotation_whose_answer_was_lost_may_be_asked_again(world: World) -> None:
    _, told = world.register(world.code())
    path, token = f"/register/{told['client_id']}", told["registration_access_token"]
    changed = metadata(new_key())

    first, again = (world.ask("PUT", path, token, **changed) for _ in range(2))

    assert first == again
    assert (first[0], first[1]["jwks"] == told["jwks"]) == (200, False)
    world.clock.now += 24 * 3600
    assert world.ask("PUT", path, token, **changed)[0] == 401


def test_who_has_a_copy_of_the_old_key_and_token_has_nothing_after_a_rotation(world: World) -> None:
    _, told = world.register(world.code())
    path, token = f"/register/{told['client_id']}", told["registration_access_token"]
    _, rotated = world.ask("PUT", path, token, **metadata(new_key()))

    assert world.ask("GET", path, token)[0] == 401
    assert world.ask("PUT", path, token, **metadata(SITE_KEY))[0] == 401
    assert world.ask("PUT", path, token, **metadata(new_key()))[0] == 401
    assert world.ask("GET", path, rotated["registration_access_token"])[0] == 200


def test_a_registration_opens_to_its_own_token_alone(world: World) -> None:
    _, mine = world.register(world.code())
    _, theirs = world.register(world.code("other"), new_key())
    path, changed = f"/register/{mine['client_id']}", metadata(new_key())

    for token in ("", "x", theirs["registration_access_token"], world.operations()):
        assert world.ask("GET", path, token)[0] == 401
        assert world.ask("PUT", path, token, **changed)[0] == 401
    assert world.by_key(mine["client_id"])[0] == 200


def test_a_revoked_site_gets_no_token_and_cannot_rotate(world: World) -> None:
    _, told = world.register(world.code())
    client_id, path = told["client_id"], f"/register/{told['client_id']}"

    status, revoked = world.revoke(client_id)

    assert (status, revoked) == (200, {"client_id": client_id, "before": int(world.clock.now)})
    assert "revoked: ask operations" in world.by_key(client_id)[1]["error_description"]
    token = told["registration_access_token"]
    assert world.ask("PUT", path, token, **metadata(new_key()))[0] == 401
    assert world.ask("GET", "/revocations.json")[1] == {
        "revoked": [{"sub": client_id, "before": int(world.clock.now)}]
    }


def test_a_client_by_secret_is_revoked_too_and_nobody_unknown_is(world: World) -> None:
    world.revoke("riverside-main")
    secret = world.network["clients"]["riverside-main"]["client_secret"]
    given = {"client_id": "riverside-main", "client_secret": secret}

    status, problem = world.token(grant_type="client_credentials", **given)

    assert (status, problem["error"]) == (401, "invalid_client")
    assert world.revoke("nobody")[0] == 404
    assert world.revoke("")[0] == 400


def test_a_restart_keeps_everything_and_nothing_that_opens_a_door_is_written(world: World) -> None:
    code, used = world.code(), world.code()
    _, told = world.register(used)
    assertion = world.assertion(told["client_id"])
    world.asserted(assertion)
    _, gone = world.register(world.code("other"), new_key())
    world.revoke(gone["client_id"])
    kept = (world.home / "ledger.json").read_text()

    world.restart()

    assert world.asserted(assertion)[0] == 401
    assert world.by_key(told["client_id"], jti="assertion-2")[0] == 200
    assert world.register(used, new_key())[0] == 401
    assert world.register(code)[0] == 201
    assert world.ask("GET", "/revocations.json")[1]["revoked"][0]["sub"] == gone["client_id"]
    assert not [each for each in (code, used, told["registration_access_token"]) if each in kept]
    assert (world.home / "ledger.json").stat().st_mode & 0o777 == 0o600


def test_a_change_that_cannot_be_kept_did_not_happen(world: World) -> None:
    code, draft = world.code(), world.home / "ledger.draft"
    draft.mkdir()

    with pytest.raises(OSError, match="directory"):
        world.register(code)
    draft.rmdir()

    assert world.issuer.revocations.sites()["items"] == []
    assert world.register(code)[0] == 201
