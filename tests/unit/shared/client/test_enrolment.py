"""A site's way in: one address and one code, then its own key; and what a bad link does to it."""

from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from shared.client.calls import Calls, Patience
from shared.client.enrolment import Sites, enrol, new_key, rotate
from shared.client.errors import NotAllowed, NotAnswering, Refused
from shared.client.tokens import PrivateKey, TokenSource
from tests.kit.issuer import URL, World


@dataclass
class Link:
    """A way to the issuer that loses answers: the request arrives, the answer does not."""

    world: World
    loses: int = 0
    seen: list[httpx2.Request] = field(default_factory=list)

    def calls(self, attempts: int = 3) -> Calls:
        transport = httpx2.MockTransport(self._through)
        return Calls(httpx2.Client(transport=transport), Patience(attempts, wait=lambda _s: None))

    def _through(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        if request.url.host == "intake.test":
            return httpx2.Response(200, json={"items": []})
        answer = self.world.calls().http.send(request)
        if request.method != "GET" and self.loses:
            self.loses -= 1
            raise httpx2.ReadError("the answer is lost")
        return answer


@pytest.fixture
def link(tmp_path: Path) -> Link:
    return Link(World(tmp_path))


def test_a_site_needs_one_address_and_one_code(link: Link) -> None:
    enrolled = enrol(URL, link.world.code(), link.calls())

    assert enrolled.source == "/clinics/riverside/sites/annex"
    assert enrolled.site_client(link.calls()).get("intake", "patients") == {"items": []}


def test_the_private_key_never_leaves_the_site(link: Link) -> None:
    enrolled = enrol(URL, link.world.code(), link.calls())
    rotated = rotate(enrolled, link.calls())
    rotated.site_client(link.calls()).get("intake", "patients")

    sent = b"".join(each.content for each in link.seen).decode()
    assert enrolled.key["x"] in sent
    assert enrolled.key["d"] not in sent
    assert rotated.key["d"] not in sent
    shown = repr(rotated)
    assert not [
        each for each in (rotated.key["d"], rotated.registration_access_token) if each in shown
    ]


def test_a_lost_answer_does_not_use_up_the_code(link: Link) -> None:
    code = link.world.code()
    link.loses = 2

    enrolled = enrol(URL, code, link.calls())

    link.loses = 1
    assert rotate(enrolled, link.calls()).registration_access_token
    assert len(link.world.issuer.revocations.sites()["items"]) == 1


def test_after_a_break_the_same_key_goes_on_with_the_same_code(link: Link) -> None:
    code, key = link.world.code(), new_key()
    link.loses = 1
    with pytest.raises(NotAnswering):
        enrol(URL, code, link.calls(attempts=1), key)

    assert enrol(URL, code, link.calls(), key).client_id


def test_a_token_whose_answer_was_lost_is_asked_for_with_a_new_assertion(link: Link) -> None:
    enrolled = enrol(URL, link.world.code(), link.calls())
    tokens = TokenSource(f"{URL}/token", PrivateKey(enrolled.client_id, enrolled.key), link.calls())
    link.loses = 1

    assert tokens.token()


def test_a_rotated_key_is_the_only_one(link: Link) -> None:
    enrolled = enrol(URL, link.world.code(), link.calls())
    rotated = rotate(enrolled, link.calls())

    assert rotated.site_client(link.calls()).get("intake", "patients")
    with pytest.raises(NotAllowed, match=r"enrol again: `kap site enrol CODE`"):
        enrolled.site_client(link.calls()).get("intake", "patients")


def test_operations_invites_lists_and_revokes(link: Link) -> None:
    sites = Sites(link.world.network, calls=link.calls())
    told = sites.invite("riverside", "annex", valid_min=5)
    enrolled = enrol(URL, told["code"], link.calls())

    revoked = sites.revoke(enrolled.client_id)

    assert told["expires_at"] == int(link.world.clock.now) + 300
    assert sites.enrolled()[0]["revoked"] == revoked["before"]
    with pytest.raises(NotAllowed, match="revoked: ask operations"):
        enrolled.site_client(link.calls()).get("intake", "patients")


@pytest.mark.parametrize("code", ["ABCD-EFGH", "", "a b", "é", "x\r\nHost: attacker"])
def test_a_wrong_code_says_what_to_do(link: Link, code: str) -> None:
    with pytest.raises(NotAllowed, match=r"ask operations for a new one|a bearer token is needed"):
        enrol(URL, code, link.calls())


def test_what_operations_may_not_is_told(link: Link) -> None:
    with pytest.raises(NotAllowed, match="needs the scope ops:write"):
        Sites(link.world.network, "analyst", link.calls()).invite("riverside", "annex")
    with pytest.raises(Refused, match="lower case"):
        Sites(link.world.network, calls=link.calls()).invite("River Side", "annex")
    with pytest.raises(Refused, match="no such client: `kap ops sites list`"):
        Sites(link.world.network, calls=link.calls()).revoke("nobody")


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b"7", b'{"services": {}}'])
def test_an_address_that_is_no_network_is_told_at_once(body: bytes) -> None:
    def elsewhere(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=body)

    calls = Calls(httpx2.Client(transport=httpx2.MockTransport(elsewhere)), Patience(1))

    with pytest.raises(Refused, match="no network's address: ask operations"):
        enrol("http://elsewhere.test", "ABCD-EFGH", calls)
