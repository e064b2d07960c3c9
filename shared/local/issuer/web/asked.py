"""A request to the issuer, read strictly: what could be meant in two ways is refused."""

from base64 import b64decode
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from shared.codec import strict_json
from shared.kernel.errors import Malformed
from shared.local.issuer.refusal import Refused, must

BODY_BYTES_MAX = 8_192
FIELDS_MAX = 16
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query_string: str = ""
    body: bytes = b""
    content_type: str = ""
    authorizations: tuple[str, ...] = ()

    def query(self) -> dict[str, str]:
        return _fields(self.query_string)

    def form(self) -> dict[str, str]:
        """The body's fields, with those of HTTP Basic if it came so."""
        must(self.content_type == FORM, "invalid_request", f"the body must be {FORM}")
        try:
            form, basic = _fields(self.body.decode()), self._basic()
        except ValueError as error:
            raise Refused("invalid_request", "the request cannot be decoded") from error
        return form | basic

    def json(self) -> dict[str, Any]:
        must(self.content_type == JSON, "invalid_request", f"the body must be {JSON}")
        try:
            found = strict_json.loads(self.body)
        except Malformed as error:
            raise Refused("invalid_request", f"the body cannot be read: {error.reason}") from error
        must(isinstance(found, dict), "invalid_request", "the body must be a JSON object")
        return dict(found)

    def bearer(self) -> str:
        scheme, token = self._authorization()
        must(scheme == "bearer" and bool(token), "invalid_token", "a bearer token is needed", 401)
        return token

    def _authorization(self) -> tuple[str, str]:
        must(len(self.authorizations) < 2, "invalid_request", "one Authorization header is enough")
        scheme, _, value = "".join(self.authorizations).partition(" ")
        return scheme.lower(), value.strip()

    def _basic(self) -> dict[str, str]:
        scheme, encoded = self._authorization()
        if scheme != "basic":
            return {}
        name, _, secret = b64decode(encoded, validate=True).decode().partition(":")
        return {"client_id": unquote_plus(name), "client_secret": unquote_plus(secret)}


def _fields(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise Refused("invalid_request", f"more than {FIELDS_MAX} parameters") from error
    must(len(dict(pairs)) == len(pairs), "invalid_request", "a parameter is given twice")
    return dict(pairs)
