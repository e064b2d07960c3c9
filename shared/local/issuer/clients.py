"""The demo clients: per clinic a site and a therapist, one for operations, one for analysts.

Their secrets are drawn at the first start and kept in a file that only its owner can read. And the
demo people, who sign in to the console with one click: for development only.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

import cattrs

CLINICS = ("riverside", "harbor", "summit")
SITE = "main"
SITE_ROLES = (
    *("coordinator", "prescriber", "psychiatrist", "nurse", "therapist"),
    "medical-director",  # records licences, erases identities
)
SITE_SCOPES = ("events:write", "events:read", "records:read", "identity:read")
AUTHOR = (("therapist",), ("process-notes:author", "records:read"))
CLINIC_PEOPLE = ("coordinator", "nurse", "prescriber")
CLINIC_READS = ("events:read", "records:read", "identity:read")
NETWORK_PEOPLE = {
    "operations": ("network:read", "ops:read", "ops:write", "events:read"),
    "analyst": ("network:read", "stream:read"),
    "medical-director": ("network:read", "records:break-glass"),
}


@dataclass(frozen=True)
class Client:
    client_id: str
    client_secret: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    site: str
    clinic: str | None = None  # None for the roles that see the whole network.


def load_clients(home: Path) -> dict[str, Client]:
    file = home / "clients.json"
    if not file.exists():
        write_private(file, json.dumps([asdict(client) for client in _new_clients()], indent=1))
    clients = cattrs.structure(json.loads(file.read_text()), list[Client])
    return {client.client_id: client for client in clients}


def demo_people() -> dict[str, Client]:
    """By id: the people of each clinic and of the network. They have no secret."""
    at_clinics = [
        Client(f"{clinic}-{role}", "", (role,), CLINIC_READS, "", clinic)
        for clinic in CLINICS
        for role in CLINIC_PEOPLE
    ]
    of_network = [Client(role, "", (role,), scopes, "") for role, scopes in NETWORK_PEOPLE.items()]
    return {person.client_id: person for person in (*at_clinics, *of_network)}


def write_private(file: Path, content: str) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def _new_clients() -> list[Client]:
    sites = [_new(f"{name}-{SITE}", SITE_ROLES, SITE_SCOPES, SITE, name) for name in CLINICS]
    # A process note is a person's: a site, which speaks for all of its people, cannot write one.
    authors = [_new(f"{name}-therapist", *AUTHOR, SITE, name) for name in CLINICS]
    return [
        *sites,
        *authors,
        _new("operations", ("operations",), ("network:read", "ops:read", "ops:write"), "network"),
        _new("analyst", ("analyst",), ("network:read", "stream:read"), "network"),
    ]


def _new(
    name: str,
    roles: tuple[str, ...],
    scopes: tuple[str, ...],
    site: str,
    clinic: str | None = None,
) -> Client:
    return Client(name, secrets.token_urlsafe(18), roles, scopes, site, clinic)
