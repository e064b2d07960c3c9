"""`kap ops sites …`: which sites may come, and which may not any more."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from services.site.cli.output import PEOPLE, AsJson, show, tell
from shared.client.enrolment import Sites
from shared.client.errors import NotAnswering

sites = typer.Typer(help="Sites: invite, list, revoke.", no_args_is_help=True)
Network = Annotated[
    Path,
    typer.Option(
        "--network-file",
        envvar="KAP_NETWORK_FILE",
        help="the network.json with operations' credentials",
    ),
]
As = Annotated[str, typer.Option("--client", envvar="KAP_OPS_CLIENT", help="who asks")]
RUNNING, OPERATIONS = Path(".run/network.json"), "operations"


@sites.command()
def invite(
    place: Annotated[str, typer.Argument(metavar="CLINIC/SITE", help="such as riverside/annex")],
    valid_min: Annotated[int, typer.Option(help="minutes for which the code is good")] = 60,
    network: Network = RUNNING,
    client: As = OPERATIONS,
    as_json: AsJson = False,
) -> None:
    """A one-time code, with which a site gets its own key. It is shown this once."""
    clinic, slash, site = place.partition("/")
    if not (clinic and slash and site) or "/" in site:
        raise typer.BadParameter("write it as CLINIC/SITE, such as riverside/annex")
    known = network_of(network)
    told = Sites(known, client).invite(clinic, site, valid_min)
    if as_json:
        return tell({**told, "network": known["issuer"]})
    PEOPLE.print(
        f"Code for {place}, for one use until {_at(told['expires_at'])}: {told['code']}\n"
        f"At the site: kap site enrol {told['code']} --network {known['issuer']}",
        markup=False,
    )
    return None


@sites.command("list")
def listed(network: Network = RUNNING, client: As = OPERATIONS, as_json: AsJson = False) -> None:
    """The sites that enrolled: since when, and whether it was revoked."""
    rows = Sites(network_of(network), client).enrolled()
    columns = ["client_id", "clinic", "site", "since", "revoked"]
    if not as_json:
        rows = [{**row, **{name: _at(row[name]) for name in ("since", "revoked")}} for row in rows]
    show(rows, columns, as_json=as_json)


@sites.command()
def revoke(
    client_id: Annotated[str, typer.Argument(metavar="CLIENT_ID", help="as `list` names it")],
    network: Network = RUNNING,
    client: As = OPERATIONS,
    as_json: AsJson = False,
) -> None:
    """Ends a site's key, at once and for good: the device was stolen, or is no longer used."""
    told = Sites(network_of(network), client).revoke(client_id)
    if as_json:
        return tell(told)
    PEOPLE.print(
        f"{client_id} gets no token any more; its last one is refused everywhere within 60 s.\n"
        "What it has not sent stays there: to go on, it needs a code (kap ops sites invite).",
        markup=False,
    )
    return None


def network_of(file: Path) -> dict[str, Any]:
    if not file.exists():
        raise NotAnswering(f"There is no {file}: start a network (`make run`), or name its file.")
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise NotAnswering(f"{file} is no network.json: name the file `make run` wrote.") from error
    return found


def _at(seconds: int | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(" ")[:16] + "Z"
