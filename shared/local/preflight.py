"""What must hold before anything is started, so that a start fails at once and says why."""

import shutil
import socket
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from shared.local.engines import Problem
from shared.local.engines.ports import require_free
from shared.local.engines.process import end_leftovers, recorded_process
from shared.local.services import service_processes
from shared.local.settings import Settings

DISK_BYTES_MIN = 2_000_000_000
ANSWER_WITHIN_S = 3


def check(settings: Settings) -> None:
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if recorded_process(settings.home / "network.pid"):
        raise Problem("This network runs already: see `make status`; Ctrl-C in its window ends it.")
    # A killed predecessor leaves its processes behind, on the very ports that we need.
    end_leftovers((settings.home / "pids").glob("*"))
    require_free({"the token issuer": settings.port})
    require_free({process.name: process.port for process in service_processes(settings)})
    _require_disk_space(settings)
    if settings.existing_kafka:
        _require_kafka(settings.existing_kafka)
    if settings.existing_mongodb:
        _require_replica_set(settings.existing_mongodb)


def _require_disk_space(settings: Settings) -> None:
    free = shutil.disk_usage(settings.home).free
    if free < DISK_BYTES_MIN:
        raise Problem(
            f"Only {free / 1e9:.1f} GB are free on the disk of {settings.home}; "
            "the engines need 2 GB: make room and start again."
        )


def _require_kafka(bootstrap_servers: str) -> None:
    for server in bootstrap_servers.split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            socket.create_connection((host, int(port)), ANSWER_WITHIN_S).close()
        except (OSError, ValueError):
            continue
        return
    raise Problem(
        f"No Kafka answers at {bootstrap_servers}: start it, or unset KAFKA_BOOTSTRAP_SERVERS "
        "to use the embedded one."
    )


def _require_replica_set(uri: str) -> None:
    try:
        with MongoClient[dict[str, Any]](
            uri, serverSelectionTimeoutMS=ANSWER_WITHIN_S * 1000
        ) as client:
            hello = client.admin.command("hello")
    except PyMongoError as error:
        raise Problem(
            "No MongoDB answers at MONGODB_URI: start it, or unset it to use the embedded one."
        ) from error
    if "setName" not in hello:
        raise Problem("MONGODB_URI must name a replica set: transactions need one.")
