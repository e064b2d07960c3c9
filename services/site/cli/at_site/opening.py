"""What every command of a site begins with: the folder, the agent, and what a row looks like."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from services.site.agent.agent import SiteAgent
from services.site.agent.home import Home
from services.site.agent.spool import Row
from services.site.cli.output import Exit

HomeFolder = Annotated[
    Path | None,
    typer.Option("--home", envvar="KAP_SITE_HOME", help="the site's folder"),
]


@contextmanager
def opened(folder: Path | None) -> Iterator[SiteAgent]:
    """The agent. That a damaged spool had to be repaired is said, and ends in LOOK."""
    with SiteAgent.open(Home.at(folder)) as agent:
        salvage = agent.spool.salvage
        if salvage:
            typer.echo(str(salvage), err=True)
        yield agent
    if salvage:
        raise typer.Exit(Exit.LOOK)


def described(row: Row) -> dict[str, Any]:
    """A row for a table or JSON: what it is, where it stands, what the network said."""
    said = row.verdict
    words = [str(said.get(name, "")) for name in ("reason", "path")]
    words += [f"{each['code']}: {each['words']}" for each in said.get("blockers", ())]
    names = ("id", "type", "service", "subject", "sequence", "lane", "state", "attempts")
    return {
        **{name: getattr(row, name) for name in names},
        "verdict": said.get("first") or said.get("verdict", ""),
        "code": said.get("code", ""),
        "why": " ".join(filter(None, words)),
        "amends": row.amends,
        "note": row.note,
    }
