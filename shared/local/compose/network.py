"""`python -m shared.local.compose.network`: .run/compose-network.json, for programs on this host.

It has the keys of .run/network.json. What Compose does not publish has no address here: MongoDB,
and the probes of consumers and relays (Prometheus reads those).
"""

import json
import subprocess
import sys
from typing import Any

from shared.local.issuer.clients import write_private
from shared.local.services import ANALYTICS, CONSOLE, PACKAGES
from shared.local.settings import ROOT

FILE = ROOT / ".run" / "compose-network.json"
INSIDE = 8080
ISSUER, ISSUER_PORT, CLIENTS = "dev-issuer", 8200, "/var/lib/issuer/clients.json"
KAFKA, KAFKA_PORT = "kafka", 29192


def main() -> None:
    try:
        network = described(_addresses(), _clients())
    except KeyError as missing:
        sys.exit(f"not up, so there is no address: {missing}")
    write_private(FILE, json.dumps(network, indent=2))
    print(FILE.relative_to(ROOT))


def described(
    addresses: dict[tuple[str, int], str], clients: list[dict[str, Any]]
) -> dict[str, Any]:
    issuer = f"http://{addresses[ISSUER, ISSUER_PORT]}"
    return {
        "services": {
            service: {"url": f"http://{addresses[f'{service}-api', INSIDE]}", "probes": {}}
            for service in PACKAGES
        }
        | {
            ANALYTICS: {"url": f"http://{addresses[f'outcomes-{ANALYTICS}', INSIDE]}", "probes": {}}
        },
        CONSOLE: {"url": f"http://{addresses[CONSOLE, INSIDE]}"},
        "kafka": {"bootstrap_servers": addresses[KAFKA, KAFKA_PORT]},
        "mongodb": {},
        "issuer": issuer,
        "token_endpoint": f"{issuer}/token",
        "registration_endpoint": f"{issuer}/register",
        "jwks": f"{issuer}/jwks.json",
        "clients": {client["client_id"]: client for client in clients},
    }


def _addresses() -> dict[tuple[str, int], str]:
    """(service, port inside) -> where this host reaches it."""
    lines = _compose("ps", "--format", "json").splitlines()
    return {
        (container["Service"], each["TargetPort"]): f"{each['URL']}:{each['PublishedPort']}"
        for container in map(json.loads, lines)
        for each in container["Publishers"] or ()
        if each["PublishedPort"]
    }


def _clients() -> list[dict[str, Any]]:
    stored: list[dict[str, Any]] = json.loads(_compose("exec", "-T", ISSUER, "cat", CLIENTS))
    return stored


def _compose(*arguments: str) -> str:
    done = subprocess.run(["docker", "compose", *arguments], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"docker compose {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    main()
