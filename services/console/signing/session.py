"""Who is signed in: the reader's own tokens in a cookie that only this console can open.

Nothing is kept at the server: a console can be started again, or twice, and nobody notices.
"""

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

KEY_BYTES = 32
COOKIE_MAX = 4000
"""Browsers drop a cookie of more than 4096 bytes, its name and attributes included."""
LASTS_S = 12 * 3600
"""Whoever works longer than a day's shift signs in again."""
SESSION, SIGNING_IN = "session", "signing-in"
_HEADER = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True, slots=True)
class Session:
    """`good_until`: of the access token; `ends_at`: of the session. Epoch seconds, both."""

    access_token: str
    refresh_token: str
    good_until: float
    ends_at: float
    csrf: str


class Sealer:
    """JSON to sealed text and back (JWE, dir, A256GCM). Raises ValueError for a wrong key."""

    def __init__(self, key: str) -> None:
        try:
            octets = base64.b64decode(key, validate=True)
        except binascii.Error as error:
            raise ValueError("not base64") from error
        if len(octets) != KEY_BYTES:
            raise ValueError(f"{KEY_BYTES} bytes in base64 are wanted, these are {len(octets)}")
        self._key = OctKey.import_key(octets)

    def seal(self, purpose: str, content: dict[str, Any]) -> str:
        plain = json.dumps({"purpose": purpose, **content}).encode()
        return jwe.encrypt_compact(_HEADER, plain, self._key)

    def opened(self, purpose: str, sealed: str) -> dict[str, Any] | None:
        """The content; None for what was not sealed by this key for this purpose."""
        try:
            plain = jwe.decrypt_compact(sealed, self._key, algorithms=["dir", "A256GCM"]).plaintext
            content: dict[str, Any] = json.loads(plain or b"")
        except (JoseError, ValueError, TypeError, KeyError):
            return None
        return content if content.pop("purpose", "") == purpose else None


def sealed(session: Session, sealer: Sealer) -> str:
    return sealer.seal(SESSION, asdict(session))


def opened(cookie: str, sealer: Sealer, now: float) -> Session | None:
    """The session, or None: there is none, it is not ours, or it is over."""
    content = sealer.opened(SESSION, cookie) if cookie else None
    session = Session(**content) if content else None
    return session if session and now < session.ends_at else None
