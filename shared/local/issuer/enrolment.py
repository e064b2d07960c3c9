"""A site becomes known: a one-time code, then its public key (RFC 7591), rotated (RFC 7592)."""

import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.local.issuer.assertions import public_key
from shared.local.issuer.clients import SITE_ROLES, SITE_SCOPES, Client
from shared.local.issuer.ledger import Code, Ledger, Site, State
from shared.local.issuer.refusal import Refused, must

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Nobody can take one for another: no O and 0, no I and 1."""
VALID_MIN, VALID_MIN_MAX = 60, 7 * 24 * 60
KEPT_S = 7 * 24 * 3600
"""How long a code that has run out is remembered, to be told from one that never was."""
RETRY_S = 24 * 3600
ASK = "ask operations for a new one (`kap ops sites invite CLINIC/SITE`)"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_NOT_OURS = re.compile(r"[\s-]")


@dataclass(frozen=True)
class Enrolment:
    """`url` is the issuer's; `now` in seconds since 1970."""

    url: str
    ledger: Ledger
    now: Callable[[], float]

    def invite(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """A code for `clinic` and `site`, good for `valid_min` minutes. It is told this once."""
        clinic, site = (_name(wanted, each) for each in ("clinic", "site"))
        minutes = wanted.get("valid_min", VALID_MIN)
        is_valid = type(minutes) is int and 1 <= minutes <= VALID_MIN_MAX
        must(is_valid, "invalid_request", f"valid_min: whole minutes, 1 to {VALID_MIN_MAX}")
        code = "".join(secrets.choice(LETTERS) for _ in range(8))
        now = self.now()
        digest, until = self.ledger.slow_digest(code), now + 60 * minutes
        with self.ledger.change() as state:
            _forget_old_codes(state, now)
            state.codes[digest] = Code(clinic, site, until)
        return {"code": f"{code[:4]}-{code[4:]}", "clinic": clinic, "site": site} | {
            "expires_at": int(until)
        }

    def register(self, code: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The site's registration. Asked again with the same key, because the answer was lost on
        its way, it is told again; anybody else finds the code used."""
        name, jwk = _client_name(wanted), _only_key(wanted)
        digest = self.ledger.slow_digest(_NOT_OURS.sub("", code).upper()[:64])
        with self.ledger.change() as state:
            invited = self._invited(state, digest)
            if not invited.client_id:
                client_id = f"{invited.clinic}-{invited.site}-{secrets.token_hex(4)}"
                place, since = (invited.clinic, invited.site), int(self.now())
                state.sites[client_id] = Site(client_id, name, *place, since, jwk)
                invited.client_id = client_id
            site = state.sites[invited.client_id]
            is_same = site.jwk == jwk and site.client_id not in state.revoked
            must(is_same, "invalid_token", f"this code was used already: {ASK}", 401)
        return self._told(site)

    def read(self, client_id: str, token: str) -> dict[str, Any]:
        with self.ledger.look() as state:
            return self._told(self._registered(state, client_id, token, {}))

    def rotate(self, client_id: str, token: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The new key counts from now on, and the old one and `token` no more. For a day, `token`
        still tells the outcome to who brings the same new key: the answer was lost on its way."""
        jwk = _only_key(wanted)
        named = wanted.get("client_id", client_id)
        must(named == client_id, "invalid_client_metadata", "client_id is of another registration")
        with self.ledger.change() as state:
            site = self._registered(state, client_id, token, jwk)
            site.client_name = _client_name(wanted, site.client_name)
            if site.jwk != jwk:
                site.rotated_from, site.rotated_at = site.jwk["kid"], self.now()
                site.jwk = jwk
        return self._told(site)

    def _invited(self, state: State, digest: str) -> Code:
        invited = state.codes.get(digest)
        if invited is None:
            wrong = f"this code is unknown: read it again, letter by letter, or {ASK}"
            raise Refused("invalid_token", wrong, 401)
        is_late = self.now() >= invited.until
        must(not is_late, "invalid_token", f"this code has run out: {ASK}", 401)
        return invited

    def _registered(
        self, state: State, client_id: str, token: str, brought: Mapping[str, str]
    ) -> Site:
        site = state.sites.get(client_id)
        kids = [site.jwk["kid"]] if site else []
        if site and brought == site.jwk and self.now() < site.rotated_at + RETRY_S:
            kids.append(site.rotated_from)
        rights = [self._registration_token(client_id, kid) for kid in kids]
        is_right = any(hmac.compare_digest(token.encode(), each.encode()) for each in rights)
        if site is None or not is_right or client_id in state.revoked:
            no = f"this registration is unknown or was revoked: {ASK} and enrol again"
            raise Refused("invalid_token", no, 401)
        return site

    def _registration_token(self, client_id: str, kid: str) -> str:
        """Another one with each key, so that who has a copy of the old ones has nothing."""
        return f"reg-{self.ledger.mac('registration', client_id, kid)}"

    def _told(self, site: Site) -> dict[str, Any]:
        return {
            "client_id": site.client_id,
            "client_id_issued_at": site.since,
            "client_name": site.client_name,
            "clinic": site.clinic,
            "site": site.site,
            "jwks": {"keys": [site.jwk]},
            "token_endpoint_auth_method": "private_key_jwt",
            "grant_types": ["client_credentials"],
            "response_types": [],
            "scope": " ".join(SITE_SCOPES),
            "registration_client_uri": f"{self.url}/register/{site.client_id}",
            "registration_access_token": self._registration_token(site.client_id, site.jwk["kid"]),
        }


def as_client(site: Site) -> Client:
    """What a registered site may do: as every site."""
    return Client(site.client_id, "", SITE_ROLES, SITE_SCOPES, site.site, site.clinic)


def _name(wanted: Mapping[str, Any], field: str) -> str:
    name = wanted.get(field)
    is_name = isinstance(name, str) and _NAME.fullmatch(name) is not None
    must(is_name, "invalid_request", f"{field}: lower case, digits and hyphens, 40 at most")
    return str(name)


def _client_name(wanted: Mapping[str, Any], usual: str = "kap site") -> str:
    name = wanted.get("client_name", usual)
    is_name = isinstance(name, str) and name.isprintable() and 0 < len(name) <= 100
    must(is_name, "invalid_client_metadata", "client_name: text of 1 to 100 characters")
    return str(name)


def _only_key(wanted: Mapping[str, Any]) -> dict[str, str]:
    method = wanted.get("token_endpoint_auth_method", "private_key_jwt")
    is_ours = method == "private_key_jwt"
    must(is_ours, "invalid_client_metadata", "token_endpoint_auth_method is private_key_jwt")
    jwks = wanted.get("jwks")
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    is_one = isinstance(keys, list) and len(keys) == 1
    must(is_one, "invalid_client_metadata", "jwks needs exactly one public key")
    assert isinstance(keys, list)
    return public_key(keys[0])


def _forget_old_codes(state: State, now: float) -> None:
    state.codes = {key: code for key, code in state.codes.items() if now < code.until + KEPT_S}
