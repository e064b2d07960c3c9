"""The network's identity provider as the console uses it: authorization code with PKCE, renewal.

The console is a public client: what proves it is the verifier that only its own cookie holds.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx2

from services.console.settings import Settings

WITHIN_S = 5.0


class NotGranted(Exception):
    """The provider gives no token for this. The text is for people."""


class ProviderAway(Exception):
    """The provider does not answer."""


@dataclass(frozen=True, slots=True)
class Grant:
    access_token: str
    refresh_token: str
    lasts_s: float


class Provider:
    def __init__(self, settings: Settings, client: httpx2.Client) -> None:
        self._settings, self._client = settings, client

    @property
    def redirect_uri(self) -> str:
        return f"{self._settings.console_url.rstrip('/')}/signin/done"

    def authorize_url(self, state: str, verifier: str) -> str:
        """Where the browser goes to sign in."""
        query = {
            "response_type": "code",
            "client_id": self._settings.console_client_id,
            "redirect_uri": self.redirect_uri,
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._settings.token_issuer.rstrip('/')}/authorize?{urlencode(query)}"

    def redeemed(self, code: str, verifier: str) -> Grant:
        form = {"code": code, "code_verifier": verifier, "redirect_uri": self.redirect_uri}
        return self._granted({"grant_type": "authorization_code", **form})

    def renewed(self, refresh_token: str) -> Grant:
        return self._granted({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def _granted(self, form: Mapping[str, str]) -> Grant:
        known = {"client_id": self._settings.console_client_id, **form}
        try:
            answer = self._client.post(self._settings.token_endpoint, data=known, timeout=WITHIN_S)
            granted = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderAway from error
        if answer.status_code >= 500:
            raise ProviderAway
        if answer.status_code != 200 or "access_token" not in granted:
            raise NotGranted(str(granted.get("error_description", "The sign-in was refused.")))
        return Grant(
            granted["access_token"],
            granted.get("refresh_token", form.get("refresh_token", "")),
            float(granted.get("expires_in", 60)),
        )


def challenge(verifier: str) -> str:
    """RFC 7636: the S256 challenge of a verifier."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
