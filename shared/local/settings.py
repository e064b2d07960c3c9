"""What the caller's environment says about the local network, read once; and its map of ports."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.local.engines import EnginePorts, Problem

ROOT = Path(__file__).parents[2]
PORT = 8100
PORTS = range(1024, 44_001)  # The engines lie above and move along.
KAFKA_PORT = 29092
MONGOD_PORT = 27117


@dataclass(frozen=True)
class Settings:
    port: int = PORT
    home: Path = ROOT / ".run"
    log_level: str = "INFO"
    existing_kafka: str | None = None
    existing_mongodb: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def engine_ports(self) -> EnginePorts:
        moved = self.port - PORT
        return EnginePorts(KAFKA_PORT + moved, KAFKA_PORT + 1 + moved, MONGOD_PORT + moved)

    @property
    def issuer_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def console_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 6}"


def from_environment() -> Settings:
    given = dict(os.environ)  # noqa: TID251  # handed on whole to the service processes
    port = given.get("KAP_PORT") or str(PORT)
    if not (port.isascii() and port.isdigit() and int(port) in PORTS):
        raise Problem(f"KAP_PORT must be between {PORTS[0]} and {PORTS[-1]}, not {port!r}.")
    return Settings(
        port=int(port),
        log_level=given.get("LOG_LEVEL") or "INFO",
        existing_kafka=given.get("KAFKA_BOOTSTRAP_SERVERS") or None,
        existing_mongodb=given.get("MONGODB_URI") or None,
        environment=given,
    )
