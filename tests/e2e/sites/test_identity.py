"""A site comes with a code, posts, and is refused within a minute of its revocation: for real."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from shared.client.calls import Calls
from shared.client.enrolment import Enrolled, Sites, enrol, rotate
from shared.client.errors import NotAllowed
from shared.client.tokens import PrivateKey, TokenSource
from shared.runtime.clock import random_token
from tests.e2e.site_day import a_while_ago
from tests.kit.eventually import eventually
from tests.kit.people import credential

PROMISE_S = 60


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def enrolled(network: dict[str, Any], calls: Calls) -> Enrolled:
    code = Sites(network).invite("riverside", f"annex-{random_token()[:6]}")["code"]
    return enrol(network["issuer"], code, calls)


def statuses(network: Mapping[str, Any], token: str) -> dict[str, int]:
    """What every service says to a token, at an address that nobody has."""
    bearer = {"Authorization": f"Bearer {token}"}
    places = {name: place["url"] for name, place in network["services"].items()}
    return {
        name: httpx2.get(f"{url}/v1/nowhere", headers=bearer).status_code
        for name, url in places.items()
    }


def token_of(enrolled: Enrolled, calls: Calls) -> str:
    key = PrivateKey(enrolled.client_id, enrolled.key)
    return TokenSource(enrolled.network["token_endpoint"], key, calls).token()


def test_a_site_that_enrolled_posts_and_is_refused_within_a_minute_once_revoked(
    network: dict[str, Any], enrolled: Enrolled, calls: Calls
) -> None:
    client, token = enrolled.site_client(calls), token_of(enrolled, calls)
    licence, at = credential("nurse"), a_while_ago() - timedelta(days=1)

    posted = client.post(client.event(licence, f"nurse-{random_token()[:8]}", time=at))
    before = statuses(network, token)
    Sites(network).revoke(enrolled.client_id)

    def everywhere_refused() -> bool:
        return set(statuses(network, token).values()) == {401}

    assert posted.verdict == "accepted"
    assert set(before.values()) == {404}
    assert eventually(everywhere_refused, within_s=PROMISE_S, every_s=1)
    with pytest.raises(NotAllowed, match="enrol again"):
        client.post(client.event(licence, "nurse-1", time=at))


def test_others_are_let_in_while_one_is_revoked(network: dict[str, Any], calls: Calls) -> None:
    codes = [Sites(network).invite("harbor", "annex")["code"] for _ in range(2)]
    gone, here = (enrol(network["issuer"], code, calls) for code in codes)
    lost, kept = token_of(gone, calls), token_of(here, calls)

    Sites(network).revoke(gone.client_id)

    assert eventually(lambda: 401 in statuses(network, lost).values(), PROMISE_S, 1)
    assert 401 not in statuses(network, kept).values()


def test_a_rotated_key_works_and_the_old_one_is_dead_at_once(
    enrolled: Enrolled, calls: Calls
) -> None:
    rotated = rotate(enrolled, calls)

    assert token_of(rotated, calls)
    with pytest.raises(NotAllowed, match="was it rotated"):
        token_of(enrolled, calls)


def test_a_code_is_used_up_and_its_reuse_is_told(network: dict[str, Any], calls: Calls) -> None:
    code = Sites(network).invite("riverside", "annex")["code"]
    enrol(network["issuer"], code, calls)

    with pytest.raises(NotAllowed, match="used already: ask operations for a new one"):
        enrol(network["issuer"], code, calls)
