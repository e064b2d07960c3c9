"""`python -m shared.local.compose.mongodb FOLDER`: the replica set, and a user for each service.

Until the first user exists MongoDB obeys whoever comes from its own address (the "localhost
exception"), so this job shares the network of the mongod container. `FOLDER` is that of
`shared.local.compose.secrets`; a password drawn anew there is set here.
"""

import sys
from pathlib import Path
from threading import Event
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure
from pymongo.uri_parser import parse_uri

from shared.local.compose.secrets import ADMIN, FILE

WITHIN_S, LOOK_EVERY_S = 60, 0.2
UNAUTHORIZED, AUTHENTICATION_FAILED, ALREADY_INITIALIZED = 13, 18, 23
_SET = {"_id": "rs0", "members": [{"_id": 0, "host": "mongodb:27017"}]}
_LOCKED_OUT = (
    "mongod knows another administrator's password than the volume of secrets: the one was "
    "removed without the other. Restore it, or remove both (docker compose down --volumes)."
)


def main() -> None:
    folder = Path(sys.argv[1])
    admin = folder / ADMIN / FILE
    _found(_login(admin))
    with MongoClient[dict[str, Any]](admin.read_text()) as client:
        logins = [_login(file) for file in folder.glob(f"*/{FILE}") if file.parent.name != ADMIN]
        try:
            for login in logins:
                _grant(client, login)
        except OperationFailure as failure:
            sys.exit(_LOCKED_OUT if failure.code == AUTHENTICATION_FAILED else str(failure))


def _found(login: dict[str, Any]) -> None:
    """The replica set and its administrator; both calls are refused once a user exists."""
    (host, port), *_ = login["nodelist"]
    with MongoClient[dict[str, Any]](host, port, directConnection=True) as client:
        try:
            client.admin.command("replSetInitiate", _SET)
        except OperationFailure as failure:
            if failure.code not in (UNAUTHORIZED, ALREADY_INITIALIZED):
                raise
        _await_primary(client)
        try:
            _create(client, login, ["root"])
        except OperationFailure as failure:
            if failure.code != UNAUTHORIZED:
                raise


def _await_primary(client: MongoClient[dict[str, Any]]) -> None:
    for _ in range(int(WITHIN_S / LOOK_EVERY_S)):
        if client.admin.command("hello")["isWritablePrimary"]:
            return
        Event().wait(LOOK_EVERY_S)
    sys.exit(f"mongod has not become primary within {WITHIN_S} s")


def _grant(client: MongoClient[dict[str, Any]], login: dict[str, Any]) -> None:
    database, user = client[login["database"]], login["username"]
    roles = [{"role": "readWrite", "db": database.name}]
    if database.command("usersInfo", user)["users"]:
        database.command("updateUser", user, pwd=login["password"], roles=roles)
    else:
        _create(client, login, roles)


def _create(client: MongoClient[dict[str, Any]], login: dict[str, Any], roles: list[Any]) -> None:
    database = client[login["database"]]
    database.command("createUser", login["username"], pwd=login["password"], roles=roles)


def _login(file: Path) -> dict[str, Any]:
    return parse_uri(file.read_text())


if __name__ == "__main__":
    main()
