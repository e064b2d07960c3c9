"""`kap ops lanes …`: what waits because it cannot be applied, and what may be done with it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.site.cli.ops_sites import OPERATIONS, RUNNING, As, Network, network_of
from services.site.cli.output import PEOPLE, AsJson, show, tell
from shared.client.operations import Operations
from shared.codec import strict_json
from shared.contracts.topics import SERVICES
from shared.kernel.errors import Malformed

lanes = typer.Typer(
    help="Dead-letter lanes: list, show, repair, replay, discard.", no_args_is_help=True
)
Of = Annotated[str, typer.Option("--service", help=f"one of {', '.join(SERVICES)}")]
Lane = Annotated[str, typer.Argument(metavar="LANE", help="as `list` names it")]
Why = Annotated[str, typer.Option("--reason", help="why; it is kept in the audit trail")]
Yes = Annotated[bool, typer.Option("--yes", help="do not ask before it is done")]


@lanes.command("list")
def listed(
    service: Annotated[str, typer.Option(help="one of them; without it: all")] = "",
    network: Network = RUNNING,
    client: As = OPERATIONS,
    as_json: AsJson = False,
) -> None:
    """The parked lanes: since when, and why."""
    asked = Operations.of(network_of(network), client)
    wanted = [known(service)] if service else list(SERVICES)
    rows = [{"service": each, **row} for each in wanted for row in asked.lanes(each)]
    if not rows and not as_json:
        return PEOPLE.print("No lane is parked: nothing waits for a person.")
    return show(rows, ["service", "lane", "code", "reason", "since"], as_json=as_json)


@lanes.command("show")
def shown(
    lane: Lane,
    service: Of,
    body: Annotated[bool, typer.Option("--body", help="with what the events say")] = False,
    network: Network = RUNNING,
    client: As = OPERATIONS,
    as_json: AsJson = False,
) -> None:
    """A lane's letters in order. All wait for the first: that one is repaired or given up."""
    found = Operations.of(network_of(network), client).lane(known(service), lane)
    letters = found["letters"] if body else [_without_body(each) for each in found["letters"]]
    if as_json:
        return tell(found | {"letters": letters})
    columns = ["id", "type", "code", "reason", "since", *(["body"] if body else [])]
    return show(letters, columns, as_json=False)


@lanes.command()
def repair(
    lane: Lane,
    service: Of,
    value: Annotated[Path, typer.Option("--value", help="a file: the whole value as JSON")],
    reason: Why,
    letter: Annotated[str, typer.Option(help="the letter looked at; without it: the first")] = "",
    yes: Yes = False,
    network: Network = RUNNING,
    client: As = OPERATIONS,
    as_json: AsJson = False,
) -> None:
    """Puts another value into the first letter. If that would not get it out of the lane,
    nothing is changed and you are told why. The original bytes are kept."""
    content, asked = _json(value), Operations.of(network_of(network), client)
    if not letter:
        letters = asked.lane(known(service), lane)["letters"]
        letter = str(letters[0]["id"]) if letters else ""
    sure(f"Replace the value of {letter} in {service} by {value}, and apply it?", yes=yes)
    told = asked.repair(known(service), lane, letter, content, reason)
    if as_json:
        return tell(told)
    return PEOPLE.print(
        f"Repaired: {told['verdict']}; {told['applied']} letters got out of the lane. "
        f"Is something left? kap ops lanes list --service {service}",
        markup=False,
    )


@lanes.command()
def replay(
    lane: Lane,
    service: Of,
    yes: Yes = False,
    network: Network = RUNNING,
    client: As = OPERATIONS,
    as_json: AsJson = False,
) -> None:
    """Tries every letter of the lane again. What takes effect does so once."""
    sure(f"Try the lane {lane} of {service} again?", yes=yes)
    applied = Operations.of(network_of(network), client).try_again(known(service), lane)
    if as_json:
        return tell({"applied": applied})
    return PEOPLE.print(f"{applied} letters were applied.", markup=False)


@lanes.command()
def discard(
    lane: Lane,
    service: Of,
    reason: Why,
    yes: Yes = False,
    network: Network = RUNNING,
    client: As = OPERATIONS,
    as_json: AsJson = False,
) -> None:
    """Gives the lane's letters up: this service will never act on them. Their bytes are kept."""
    sure(f"Give up everything in the lane {lane} of {service}, for good?", yes=yes)
    given_up = Operations.of(network_of(network), client).discard(known(service), lane, reason)
    if as_json:
        return tell({"discarded": given_up})
    return PEOPLE.print(f"{given_up} letters were given up; their bytes are kept.", markup=False)


def known(service: str) -> str:
    if service not in SERVICES:
        raise typer.BadParameter(f"one of {', '.join(SERVICES)}", param_hint="--service")
    return service


def sure(question: str, *, yes: bool) -> None:
    """Ends the command unless somebody says yes."""
    if not yes:
        typer.confirm(question, abort=True, err=True)


def _json(file: Path) -> object:
    try:
        content: object = strict_json.loads(file.read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read", param_hint="--value") from error
    except Malformed as fault:
        raise typer.BadParameter(f"{file} is no JSON: {fault}", param_hint="--value") from fault
    return content


def _without_body(letter: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in letter.items() if not name.startswith("body")}
