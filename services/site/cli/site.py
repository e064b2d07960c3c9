"""`kap site …`: what a clinic site does."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from services.site.agent.agent import SiteAgent
from services.site.agent.drafts import read
from services.site.agent.faults import SpoolBusy
from services.site.agent.home import Home
from services.site.agent.spool import TRAY, WAITING, Row, Spooled
from services.site.cli.output import AsJson, Exit, explain, show
from shared.client.errors import BadEvent, ClientError, NotAnswering
from shared.client.events import SERVICE_OF
from shared.codec import strict_json
from shared.kernel.errors import Malformed

site = typer.Typer(help="For a clinic site: enrol, post, import, sync.", no_args_is_help=True)

HomeFolder = Annotated[
    Path | None,
    typer.Option("--home", envvar="KAP_SITE_HOME", help="the site's folder"),
]
_VERDICT = ("id", "service", "sequence", "state", "verdict", "code", "reason")


@contextmanager
def opened(folder: Path | None) -> Iterator[SiteAgent]:
    """The agent; a spool that had to be repaired is said, and ends in LOOK."""
    with SiteAgent.open(Home.at(folder)) as agent:
        yield agent
        salvage = agent.spool.salvage
    if salvage:
        typer.echo(str(salvage), err=True)
        raise typer.Exit(Exit.LOOK)


def _types(incomplete: str) -> list[str]:
    return [each for each in SERVICE_OF if each.startswith(incomplete)]


@site.command()
def post(
    what: Annotated[str, typer.Argument(help="a file, - or a type", autocompletion=_types)],
    subject: Annotated[str, typer.Option(help="whom it is about, with a type")] = "",
    data: Annotated[str, typer.Option(help="the data as JSON, with a type")] = "{}",
    offline: Annotated[bool, typer.Option("--offline", help="spool only")] = False,
    as_json: AsJson = False,
    home: HomeFolder = None,
) -> None:
    """Spool events, then try to send them at once."""
    with opened(home) as agent:
        spooled = agent.post(_drafts(what, subject, data))
        rows = _sent(agent, spooled, offline)
        show([verdict_line(each) for each in rows], _VERDICT, as_json=as_json)
        if any(each.state == TRAY for each in rows):
            raise typer.Exit(Exit.LOOK)


def _drafts(what: str, subject: str, data: str) -> list[Any]:
    if what in SERVICE_OF:
        try:
            content = strict_json.loads(data.encode())
        except Malformed as fault:
            raise BadEvent(f"--data is {fault.reason}: give one JSON object.") from fault
        return [{"type": what, "subject": subject, "data": content}]
    try:
        text = sys.stdin.buffer.read() if what == "-" else Path(what).read_bytes()
    except OSError as error:
        raise BadEvent(
            f"{what!r} is no type that sites post and no file that can be read"
            f" ({error.strerror}): give one of these, or - for standard input."
        ) from error
    return read(text)


def _sent(agent: SiteAgent, spooled: Sequence[Spooled], offline: bool) -> list[Row]:
    """The rows after one try. What does not go now is kept, which is no failure of the post."""
    if offline or all(each.state != WAITING for each in spooled):
        return agent.rows(spooled)
    try:
        return agent.send(spooled)
    except (NotAnswering, SpoolBusy) as why:
        explain(ClientError(f"Kept in the spool. {why}"))
        return agent.rows(spooled)


def verdict_line(row: Row) -> dict[str, Any]:
    """What became of a row, for a table or JSON."""
    said = {name: row.verdict.get(name, "") for name in ("verdict", "code", "reason", "path")}
    where = {name: getattr(row, name) for name in ("id", "type", "service", "sequence", "state")}
    return where | said | {"blockers": row.verdict.get("blockers", [])}


@site.command()
def sync(as_json: AsJson = False, home: HomeFolder = None) -> None:
    """Send what waits in the spool."""
    with opened(home) as agent:
        done = agent.sync()
        show([{"done": done.done, **done.verdicts}], ["done", *done.verdicts], as_json=as_json)
