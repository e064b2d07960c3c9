"""What the issuer must not forget: codes, sites, revocations, sign-ins. One file, whole or not."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock

import cattrs

from shared.local.issuer.clients import write_private

FILE = "ledger.json"


@dataclass
class Code:
    """A one-time enrolment code, known by its digest. `client_id`: who has used it."""

    clinic: str
    site: str
    until: float
    client_id: str = ""


@dataclass
class Site:
    """A registered client. `jwk`: the public half; the private one never leaves the site.

    `rotated_from` and `rotated_at`: the key before, by its thumbprint, and until when it counted.
    """

    client_id: str
    client_name: str
    clinic: str
    site: str
    since: int
    jwk: dict[str, str]
    rotated_from: str = ""
    rotated_at: float = 0


@dataclass
class SignIn:
    """An authorization code, known by its digest. A used one is kept, to notice who reuses it."""

    person: str
    redirect_uri: str
    challenge: str
    until: float
    is_used: bool = False


@dataclass
class Session:
    """A person at the console. `generation` counts the refresh tokens; only the last one counts."""

    person: str
    until: float
    generation: int = 0
    renewed_at: float = 0


@dataclass
class State:
    """Everything that changes. `secret` derives and hides what must not stand here in clear."""

    secret: str = field(default_factory=lambda: secrets.token_hex(32))
    codes: dict[str, Code] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    revoked: dict[str, int] = field(default_factory=dict)
    used_assertions: dict[str, float] = field(default_factory=dict)
    sign_ins: dict[str, SignIn] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)


class Ledger:
    """One change at a time: on disk before anybody hears of it, or, if anything fails, not at all.

    Whoever issues a token reads the clock before and looks here: so what a revocation has not
    stopped is issued at or before it.
    """

    def __init__(self, home: Path) -> None:
        self._file, self._lock = home / FILE, Lock()
        self._state = _read(self._file)
        self._write(self._state)

    @contextmanager
    def change(self) -> Iterator[State]:
        with self._lock:
            draft = deepcopy(self._state)
            yield draft
            self._write(draft)
            self._state = draft

    @contextmanager
    def look(self) -> Iterator[State]:
        with self._lock:
            yield self._state

    def mac(self, purpose: str, *values: object) -> str:
        """What only this issuer can say, and says again to a retry."""
        said = json.dumps([purpose, *map(str, values)]).encode()
        return hmac.new(self._state.secret.encode(), said, hashlib.sha256).hexdigest()

    def slow_digest(self, text: str) -> str:
        """For what people type: so short that a quick digest could be tried out."""
        salt = self._state.secret.encode()
        return hashlib.scrypt(text.encode(), salt=salt, n=2**12, r=8, p=1, dklen=32).hex()

    def _write(self, state: State) -> None:
        write_private(self._file, json.dumps(asdict(state), indent=1))


def _read(file: Path) -> State:
    if not file.exists():
        return State()
    return cattrs.structure(json.loads(file.read_text(encoding="utf-8")), State)
