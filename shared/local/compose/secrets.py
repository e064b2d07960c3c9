"""`python -m shared.local.compose.secrets FOLDER DATABASE...`: draws passwords at the first start.

One folder per reader, each a volume of its own: a service sees its own password and no other.
A service's user bears the name of its database. Beside it is the key that only this service has.
"""

import base64
import os
import secrets
import sys
from pathlib import Path

ADMIN = "mongodb"
FILE = "mongodb_uri"
KEYS = {
    "intake": "identity_key",
    "session_record": "process_note_key",
    "outcomes": "stream_key",
    "console": "console_key",
}
"""The own key of a service, in a file of that name beside its password (the console has none)."""
DASHBOARDS, DASHBOARD_SECRETS = "grafana", ("admin_password", "secret_key")
_OWNER, _GROUP = 0o400, 0o440
_ADMIN_URI = "mongodb://admin:{password}@127.0.0.1:27017/admin?directConnection=true"
_SERVICE_URI = "mongodb://{name}:{password}@mongodb:27017/{name}?replicaSet=rs0&authSource={name}"


def main() -> None:
    folder, databases = Path(sys.argv[1]), sys.argv[2:]
    for name in databases:
        write_once(folder / name / FILE, _SERVICE_URI.format(name=name, password=_password()))
    for name, key in KEYS.items():
        write_once(folder / name / key, encryption_key())
    for name in DASHBOARD_SECRETS:  # it runs as a user of its own, in our group
        write_once(folder / DASHBOARDS / name, _password(), _GROUP)
    write_once(folder / ADMIN / FILE, _ADMIN_URI.format(password=_password()))


def write_once(file: Path, content: str, mode: int = _OWNER) -> None:
    """Whole or not at all, readable by nobody else; what is there already stays."""
    if file.exists():
        return
    draft = file.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def encryption_key() -> str:
    """32 bytes in base64, as the services' settings want it."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _password() -> str:
    return secrets.token_urlsafe(32)


if __name__ == "__main__":
    main()
