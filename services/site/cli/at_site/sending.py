"""`kap site post` and `sync`: into the spool, and out of it."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from services.site.agent.agent import SiteAgent
from services.site.agent.drafts import read
from services.site.agent.faults import SpoolBusy
from services.site.agent.spool import TRAY, WAITING, Row, Spooled
from services.site.agent.sync import Progress as Done
from services.site.cli.at_site.opening import HomeFolder, described, opened
from services.site.cli.output import AsJson, Exit, explain, show, tell
from shared.client.errors import BadEvent, ClientError, NotAnswering
from shared.client.events import SERVICE_OF
from shared.codec import strict_json
from shared.kernel.errors import Malformed

_POSTED = ("id", "service", "sequence", "state", "verdict", "code", "why")


class _Rate(ProgressColumn):
    """Events a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.0f}/s" if task.speed else "")


def _types(incomplete: str) -> list[str]:
    return [each for each in SERVICE_OF if each.startswith(incomplete)]


def post(
    what: Annotated[
        str,
        typer.Argument(
            help="a file of events, - for standard input, or a type", autocompletion=_types
        ),
    ],
    subject: Annotated[str, typer.Option(help="with a type: whom it is about")] = "",
    data: Annotated[str, typer.Option(help="with a type: its data, as JSON")] = "{}",
    time: Annotated[str, typer.Option(help="with a type: when it happened (default: now)")] = "",
    offline: Annotated[bool, typer.Option("--offline", help="into the spool only")] = False,
    as_json: AsJson = False,
    home: HomeFolder = None,
) -> None:
    """Check events, spool them, and try to send them at once."""
    with opened(home) as agent:
        spooled = agent.post(_drafts(what, {"subject": subject, "time": time}, data))
        rows = _sent(agent, spooled, offline)
        show([described(each) for each in rows], _POSTED, as_json=as_json)
        if any(each.state == TRAY for each in rows):
            raise typer.Exit(Exit.LOOK)


def sync(
    watch: Annotated[bool, typer.Option("--watch", help="go on until Ctrl-C")] = False,
    as_json: AsJson = False,
    home: HomeFolder = None,
) -> None:
    """Send what waits in the spool, alarms first."""
    with opened(home) as agent:
        trays = len(agent.tray().rows())
        with _progress(agent.spool.waiting()) as told:
            done = agent.watch(told, _now_and_then) if watch else agent.sync(told)
        _tell(done, as_json)
        if len(agent.tray().rows()) > trays:
            typer.echo("Some were refused: `kap site tray list` says why.", err=True)
            raise typer.Exit(Exit.LOOK)


def _drafts(what: str, attributes: dict[str, str], data: str) -> list[Any]:
    if what not in SERVICE_OF:
        return read(_text(what))
    try:
        content = strict_json.loads(data.encode())
    except Malformed as fault:
        raise BadEvent(f"--data is {fault.reason}: give one JSON object.") from fault
    given = {name: value for name, value in attributes.items() if value}
    return [{"type": what, "data": content, **given}]


def _text(what: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if what == "-" else Path(what).read_bytes()
    except OSError as error:
        raise BadEvent(
            f"{what!r} is no type that sites post and no file that can be read"
            f" ({error.strerror}): give one of these, or - for standard input."
        ) from error


def _sent(agent: SiteAgent, spooled: Sequence[Spooled], offline: bool) -> list[Row]:
    """The rows after one try. What does not go now is kept, which is no failure of the post."""
    if offline or all(each.state != WAITING for each in spooled):
        return agent.rows(spooled)
    try:
        return agent.send(spooled)
    except (NotAnswering, SpoolBusy) as why:
        explain(ClientError(f"Spooled, not sent yet: {why}"))
        return agent.rows(spooled)


@contextmanager
def _progress(waiting: int) -> Iterator[Callable[[Done], None]]:
    """A bar with rate and time left for a person; nothing at all for a program."""
    columns = (
        *(TextColumn("sending"), BarColumn(), MofNCompleteColumn()),
        *(_Rate(), TimeRemainingColumn()),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=waiting)

        def told(done: Done) -> None:
            bar.update(task, completed=done.done, total=done.done + done.waiting)

        yield told


def _now_and_then(error: ClientError) -> None:
    explain(ClientError(f"{error} It is tried again."))


def _tell(done: Done, as_json: bool) -> None:
    line = {"sent": done.done, "waiting": done.waiting, **done.verdicts}
    if as_json:
        tell(line)
        return
    show([line], list(line), as_json=False)
