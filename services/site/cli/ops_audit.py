"""`kap ops audit …` and `kap ops verify`: who read what, and whether all is as it must be."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from services.site.cli.ops_sites import OPERATIONS, RUNNING, As, Network
from services.site.cli.output import PEOPLE, AsJson, Exit, show, tell
from shared.client.connection import connect
from shared.client.errors import NotAnswering

audit = typer.Typer(help="The audit: who read what; is it unchanged.", no_args_is_help=True)
SERVICES = ("intake", "scheduling", "session-record", "outcomes")
ROW = ("at", "who", "act", "path", "status", "reason")
FOUND = ("service", "invariant", "checked", "violations")
OF_AUDIT = "I14 "
Of = Annotated[list[str], typer.Option("--service", help="one or more; all of them if none")]


@audit.command("list")
def listed(
    subject: Annotated[str, typer.Option(help="of this patient alone")] = "",
    after: Annotated[str, typer.Option(help="from this moment on: 2026-11-24T08")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="of each service")] = 50,
    service: Of = [],  # noqa: B006 - typer wants a list
    network: Network = RUNNING,
    client: As = OPERATIONS,
    as_json: AsJson = False,
) -> None:
    """Who read what, when, and how it was answered. This is written down as well."""
    connection = connect(_network(network), client)
    asked = {"subject": subject, "after": after, "limit": limit}
    pages = [connection.get(each, "audit", **asked) for each in service or SERVICES]
    rows = [row for page in pages for row in page["items"]]
    if not as_json:
        rows = [{**row, "at": row["at"][:19]} for row in rows]
    show(sorted(rows, key=lambda row: row["id"]), ROW, as_json=as_json)


@audit.command()
def head(
    service: Of = [],  # noqa: B006 - typer wants a list
    network: Network = RUNNING,
    client: As = OPERATIONS,
    as_json: AsJson = False,
) -> None:
    """The last block of each service's chain: compare it with what you wrote down elsewhere."""
    connection = connect(_network(network), client)
    rows = [{"service": each, **connection.get(each, "audit/head")} for each in service or SERVICES]
    show(rows, ("service", "n", "at", "hash"), as_json=as_json)


@audit.command("verify")
def verify_audit(network: Network = RUNNING, as_json: AsJson = False) -> None:
    """The chains against all that they seal and against their anchors, where the stores are."""
    _report(_verified(network), as_json, only=OF_AUDIT)


def verify(network: Network = RUNNING, as_json: AsJson = False) -> None:
    """Every invariant that can be looked at while the network runs; needs its stores' addresses."""
    _report(_verified(network), as_json)


def _verified(network: Path) -> list[dict[str, Any]]:
    """What `python -m shared.local verify` found: it knows the stores, we do not."""
    _network(network)
    home = str(network.resolve().parent)
    command = [sys.executable, "-m", "shared.local", "verify", "--json", "--home", home]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - our own
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)
    except ValueError as error:
        why = (done.stdout + done.stderr).strip().splitlines() or ["it said nothing"]
        raise NotAnswering(
            f"This can only be verified where the services are installed: {why[-1]}"
        ) from error
    return found


def _report(told: list[dict[str, Any]], as_json: bool, only: str = "") -> None:
    """Prints, and leaves with LOOK where anything is not as it must be."""
    rows = [
        {"service": service["service"], **each}
        for service in told
        for each in service["invariants"]
        if each["invariant"].startswith(only)
    ]
    if as_json:
        tell(rows)
    else:
        show(rows, FOUND, as_json=False)
        for row in rows:
            for line in (*row["witnesses"], *row["notes"]):
                PEOPLE.print(
                    f"{row['service']} {row['invariant'].split()[0]}: {line}", markup=False
                )
    if errors := [f"{each['service']}: {each['error']}" for each in told if "error" in each]:
        raise NotAnswering("; ".join(errors))
    if any(row["violations"] for row in rows):
        raise typer.Exit(Exit.LOOK)


def _network(file: Path) -> dict[str, Any]:
    if not file.exists():
        raise NotAnswering(f"There is no {file}: start a network (`make run`), or name its file.")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
