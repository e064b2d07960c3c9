"""The site's folder: who it is, its key, its spool; nobody but its owner may read it."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from services.site.agent.faults import NeedsALook, NotEnrolled
from shared.client.calls import Calls
from shared.client.connection import Connection
from shared.client.tokens import Credentials, PrivateKey, TokenSource
from shared.codec import strict_json
from shared.kernel.errors import Malformed

_OWNER_ONLY = 0o077


@dataclass(frozen=True)
class Identity:
    """What site.json holds: where the network is, and who this site is there.

    `services`: base URL by service. `client_secret` is for clients that were given one (tests,
    demo); an enrolled site has a key instead.
    """

    network: str
    client_id: str
    clinic: str
    site: str
    token_endpoint: str
    services: Mapping[str, str]
    registration_client_uri: str = ""
    registration_access_token: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)

    @property
    def source(self) -> str:
        return f"/clinics/{self.clinic}/sites/{self.site}"


@dataclass(frozen=True)
class Home:
    """`folder` need not exist yet. Paths and files, no network."""

    folder: Path

    @classmethod
    def at(cls, folder: Path | None = None) -> "Home":
        """The folder given, or the one that this system keeps for a person's programs."""
        return cls(folder or user_data_path("kap", appauthor=False) / "site")

    @property
    def spool(self) -> Path:
        return self.folder / "spool.db"

    @property
    def identity_file(self) -> Path:
        return self.folder / "site.json"

    @property
    def key_file(self) -> Path:
        return self.folder / "key.json"

    @property
    def next_key_file(self) -> Path:
        """A key that was made and perhaps registered, until it is the key."""
        return self.folder / "key.next.json"

    def identity(self) -> Identity:
        """Raises NotEnrolled, NeedsALook."""
        content = self._read(self.identity_file)
        try:
            known = {each.name for each in fields(Identity)}
            return Identity(**{name: value for name, value in content.items() if name in known})
        except (TypeError, AttributeError) as fault:
            raise self._unreadable(self.identity_file, str(fault)) from fault

    def key(self) -> dict[str, Any]:
        """The private JWK. Raises NotEnrolled, NeedsALook."""
        return self._read(self.key_file)

    def keep(self, identity: Identity, key: Mapping[str, Any] | None = None) -> None:
        """The key first: a new identity never stands beside an old key."""
        if key is not None:
            write_private(self.key_file, strict_json.dumps(key))
        write_private(self.identity_file, strict_json.dumps(asdict(identity)))

    def tokens(self, calls: Calls) -> TokenSource:
        """Raises NotEnrolled, NeedsALook."""
        identity = self.identity()
        secret = identity.client_secret
        client: Credentials = (identity.client_id, secret)
        if not secret:
            client = PrivateKey(identity.client_id, self.key())
        return TokenSource(identity.token_endpoint, client, calls)

    def connection(self, calls: Calls) -> Connection:
        """Raises NotEnrolled, NeedsALook."""
        return Connection(self.identity().services, self.tokens(calls), calls)

    def open_to_others(self) -> list[Path]:
        """The files that somebody beside the owner could read."""
        files = (self.identity_file, self.key_file, self.spool)
        return [each for each in files if each.exists() and each.stat().st_mode & _OWNER_ONLY]

    def _read(self, file: Path) -> dict[str, Any]:
        if not file.exists():
            raise NotEnrolled(
                f"No site is enrolled in {self.folder} ({file.name} is missing): run"
                " `kap site enrol CODE` with the code that operations gave you, or name another"
                " folder with --home."
            )
        try:
            content: dict[str, Any] = strict_json.loads(file.read_bytes())
        except (OSError, Malformed) as error:
            raise self._unreadable(file, str(error)) from error
        return content

    def _unreadable(self, file: Path, why: str) -> NeedsALook:
        return NeedsALook(
            f"{file} cannot be read ({why}). The spool is untouched. Put the file back from a"
            " copy, or ask operations for a new code and run `kap site enrol CODE`."
        )


def write_private(file: Path, content: bytes) -> None:
    """The whole file or the old one, on the disk when this returns, and the owner's alone."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = file.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)
