"""`kap site enrol` and `rotate`: who this site is to the network."""

import json
from pathlib import Path
from typing import Annotated

import typer

from services.site.agent import enrolment
from services.site.agent.home import Home
from services.site.cli.at_site.opening import HomeFolder, opened
from services.site.cli.output import AsJson, show
from shared.client.calls import Calls
from shared.client.errors import ClientError, Refused

_LOCAL = Path(".run/network.json")
_COLUMNS = ("source", "client_id", "network", "home")


def enrol(
    code: Annotated[str, typer.Argument(help="the one-time code that operations gave you")],
    network: Annotated[
        str, typer.Option(envvar="KAP_NETWORK", help="the network's address (default: as before)")
    ] = "",
    as_json: AsJson = False,
    home: HomeFolder = None,
) -> None:
    """Make this folder a site of the network: a key is made here and never leaves."""
    place = Home.at(home)
    identity = enrolment.enrol(place, network or _known_network(place), code, Calls())
    _go_on_with_numbers(home)
    line = {"source": identity.source, "client_id": identity.client_id}
    where = {"network": identity.network, "home": str(place.folder)}
    show([line | where], _COLUMNS, as_json=as_json)


def rotate(as_json: AsJson = False, home: HomeFolder = None) -> None:
    """A new key for this site; the old one is refused from now on."""
    place = Home.at(home)
    identity = enrolment.rotate(place, Calls())
    line = {"source": identity.source, "client_id": identity.client_id}
    show([line | {"key": "new"}], ("source", "client_id", "key"), as_json=as_json)


def _known_network(home: Home) -> str:
    """Where the site was enrolled before, or the network that runs here."""
    if home.identity_file.exists():
        return home.identity().network
    if _LOCAL.exists():
        return str(json.loads(_LOCAL.read_text(encoding="utf-8"))["issuer"])
    raise Refused(0, "Which network? Give --network with the address that came with your code.")


def _go_on_with_numbers(home: Path | None) -> None:
    """A site that is enrolled again goes on where it was: its numbers are not given twice."""
    with opened(home) as agent:
        try:
            agent.align()
        except ClientError as error:
            typer.echo(
                f"Enrolled. Whether the network has numbers of this site already is not known yet"
                f" ({error}): run `kap site doctor` before the first post.",
                err=True,
            )
