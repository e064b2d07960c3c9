"""`kap ops replay`: the projection of outcomes once more from the topics' beginning."""

from threading import Event
from typing import Annotated, Any

import typer

from services.site.cli.ops_lanes import Why, Yes, known, sure
from services.site.cli.ops_sites import OPERATIONS, RUNNING, As, Network, network_of
from services.site.cli.output import PEOPLE, AsJson, Exit, show, tell
from shared.client.operations import Operations
from shared.contracts.topics import OUTCOMES

LOOK_S = 1.0
NO_PROJECTION = (
    "{0} has no projection to replay: its state is decided step by step, and each step is in its"
    " journal together with what it changed. To see that they agree: kap ops verify"
)


def replay(
    service: Annotated[str, typer.Option("--service", help="outcomes")],
    reason: Why = "looked whether the projection is what the topics say",
    swap: Annotated[bool, typer.Option("--swap", help="take the new one if it is equal")] = False,
    even_if_different: Annotated[
        bool, typer.Option("--even-if-different", help="with --swap: take it in any case")
    ] = False,
    yes: Yes = False,
    network: Network = RUNNING,
    client: As = OPERATIONS,
    as_json: AsJson = False,
) -> None:
    """Builds the projection beside the one at work and compares both; says nothing to anybody."""
    if known(service) != OUTCOMES:
        PEOPLE.print(NO_PROJECTION.format(service), markup=False)
        raise typer.Exit(Exit.REFUSED)
    if even_if_different and not swap:
        raise typer.BadParameter("--even-if-different goes with --swap")
    if swap:
        words = "even if it differs" if even_if_different else "if it is equal"
        sure(f"Let the replayed projection take the place of the one at work, {words}?", yes=yes)
    asked = Operations.of(network_of(network), client)
    wanted = ("any" if even_if_different else "equal") if swap else "no"
    begun = asked.replay(wanted, reason)
    ended = asked.replayed(begun["id"], lambda found: _wait(found, quiet=as_json))
    if as_json:
        tell(ended)
    else:
        _print(ended)
    if ended["state"] == "failed" or ended["half"] or not ended["equal"]:
        raise typer.Exit(Exit.LOOK)


def _wait(found: dict[str, Any], *, quiet: bool) -> None:
    if not quiet:
        far = ", ".join(f"{e['topic']} {e['read']}/{e['of']}" for e in found["progress"])
        typer.echo(far or "begun", err=True)
    Event().wait(LOOK_S)


def _print(ended: dict[str, Any]) -> None:
    rows = [
        {
            "table": each["table"],
            "at work": f"{each['live']['rows']} {each['live']['sha256'][:12]}",
            "replayed": f"{each['replayed']['rows']} {each['replayed']['sha256'][:12]}",
            "equal": "yes" if each["equal"] else "NO",
        }
        for each in ended["tables"]
    ]
    if rows:
        show(rows, ["table", "at work", "replayed", "equal"], as_json=False)
    PEOPLE.print(_sentence(ended), markup=False)


def _sentence(ended: dict[str, Any]) -> str:
    if ended["state"] == "failed":
        return f"The replay came to no end: {ended['fault']}."
    if ended["half"]:
        gone = "; ".join(ended["half"])
        return f"The topics do not have everything any more, so nothing is swapped: {gone}."
    if ended["swapped"]:
        return "The replayed projection is at work now."
    if ended["equal"]:
        return "Both are equal."
    return (
        "They differ. Look which table; if the replayed one is right:"
        " kap ops replay --service outcomes --swap --even-if-different"
    )
