"""How a site becomes known, and gets a new key: the private one is made here and stays here.

And what operations does for it: a code, and the end of a key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from joserfc.jwk import ECKey

from shared.client.calls import Calls
from shared.client.connection import Connection, credentials
from shared.client.errors import NotAllowed, Refused
from shared.client.site import SiteClient
from shared.client.tokens import PrivateKey, TokenSource, said

CLIENT_NAME = "kap site"


@dataclass(frozen=True)
class Enrolled:
    """A site that the network knows. Keep `key` and the token where only the site can read them.

    `network_url`: the one address that a site is told; `network` is what it says (network.json).
    """

    network_url: str
    network: Mapping[str, Any]
    client_id: str
    clinic: str
    site: str
    registration_client_uri: str
    registration_access_token: str = field(repr=False)
    key: Mapping[str, str] = field(repr=False)

    @property
    def source(self) -> str:
        return f"/clinics/{self.clinic}/sites/{self.site}"

    def connection(self, calls: Calls) -> Connection:
        return connect_by_key(self.network, self.client_id, self.key, calls)

    def site_client(self, calls: Calls) -> SiteClient:
        return SiteClient(self.connection(calls), self.source)


def new_key() -> dict[str, str]:
    """A private JWK for ES256. Keep it before it is registered: afterwards it is the only one."""
    return {
        name: str(value)
        for name, value in ECKey.generate_key("P-256").as_dict(private=True).items()
    }


def network_at(url: str, calls: Calls) -> dict[str, Any]:
    """What the network says of itself. `url`: its address, or that of its network.json."""
    address = url if url.endswith(".json") else f"{url.rstrip('/')}/network.json"
    answer = calls.call("GET", address)
    try:
        found: dict[str, Any] = answer.json() if answer.is_success else {}
        is_one = "services" in found and "token_endpoint" in found
    except (ValueError, TypeError):
        is_one = False
    if not is_one:
        raise Refused(
            answer.status_code, f"{address} is no network's address: ask operations for it."
        )
    return found


def enrol(
    network_url: str, code: str, calls: Calls, key: Mapping[str, str] | None = None
) -> Enrolled:
    """Uses up a one-time code. Raises NotAllowed, Refused, NotAnswering.

    With the same `key` it may be tried again after a break: then the code is not used twice.
    """
    network = network_at(network_url, calls)
    key = key or new_key()
    endpoint = network.get("registration_endpoint")
    if not endpoint:
        raise Refused(404, f"{network_url} enrols nobody: operations registers your key there.")
    answer = calls.call("POST", endpoint, json=_metadata(key), headers=_bearer(code))
    told = _told(answer)
    if not {"clinic", "site"} <= told.keys():
        where = "this key is registered, and the network does not say for which clinic and site"
        raise Refused(answer.status_code, f"{endpoint}: {where}: ask operations.")
    return Enrolled(
        network_url,
        network,
        told["client_id"],
        told["clinic"],
        told["site"],
        told["registration_client_uri"],
        told["registration_access_token"],
        key,
    )


def rotate(enrolled: Enrolled, calls: Calls, key: Mapping[str, str] | None = None) -> Enrolled:
    """The site with a new key; the old one is dead at once. As `enrol`, it may be tried again."""
    key = key or new_key()
    metadata = {"client_id": enrolled.client_id, **_metadata(key)}
    headers = _bearer(enrolled.registration_access_token)
    answer = calls.call("PUT", enrolled.registration_client_uri, json=metadata, headers=headers)
    token = _told(answer)["registration_access_token"]
    return replace(enrolled, key=key, registration_access_token=token)


def connect_by_key(
    network: Mapping[str, Any], client_id: str, key: Mapping[str, str], calls: Calls
) -> Connection:
    services = {name: place["url"] for name, place in network["services"].items()}
    tokens = TokenSource(network["token_endpoint"], PrivateKey(client_id, key), calls)
    return Connection(services, tokens, calls)


def _metadata(key: Mapping[str, str]) -> dict[str, Any]:
    public = {name: value for name, value in key.items() if name in ("kty", "crv", "x", "y")}
    return {
        "client_name": CLIENT_NAME,
        "jwks": {"keys": [public]},
        "token_endpoint_auth_method": "private_key_jwt",
    }


def _bearer(token: str) -> dict[str, str]:
    # What somebody typed may hold anything, and a header may not.
    return {"Authorization": f"Bearer {''.join(token.split()).encode('ascii', 'replace').decode()}"}


def _told(answer: httpx2.Response) -> dict[str, Any]:
    if answer.status_code in (401, 403):
        raise NotAllowed(f"{answer.request.url}: {said(answer)}.")
    if not answer.is_success:
        sentence = f"{answer.request.url}: {answer.status_code} {said(answer)}."
        raise Refused(answer.status_code, sentence)
    told: dict[str, Any] = answer.json()
    return told


class Sites:
    """The network's sites as operations sees them: who may come, and who may not any more."""

    def __init__(
        self, network: Mapping[str, Any], client_id: str = "operations", calls: Calls | None = None
    ) -> None:
        self._issuer, self._calls = str(network["issuer"]), calls or Calls()
        client = credentials(network, client_id)
        pair = (client["client_id"], client["client_secret"])
        self._tokens = TokenSource(network["token_endpoint"], pair, self._calls)

    def invite(self, clinic: str, site: str, valid_min: int = 60) -> dict[str, Any]:
        """`code`, told this once, and `expires_at` in seconds since 1970."""
        return self._asked("POST", "codes", clinic=clinic, site=site, valid_min=valid_min)

    def revoke(self, client_id: str) -> dict[str, Any]:
        """No new token from now on; every service refuses the old ones within 60 s."""
        return self._asked("POST", "revocations", client_id=client_id)

    def enrolled(self) -> list[dict[str, Any]]:
        """Who has a key, since when (seconds since 1970), and whether it was revoked."""
        items: list[dict[str, Any]] = self._asked("GET", "sites")["items"]
        return items

    def _asked(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        headers, body = _bearer(self._tokens.token()), content or None
        url = f"{self._issuer}/{path}"
        return _told(self._calls.call(method, url, headers=headers, json=body))
