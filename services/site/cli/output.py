"""What commands print: tables for people, `--json` for programs, one sentence for a failure."""

import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from services.site.agent.faults import NeedsALook
from shared.client.errors import ClientError, NotAllowed, NotAnswering
from shared.codec import strict_json

AsJson = Annotated[bool, typer.Option("--json", help="one JSON value instead of a table")]
PEOPLE = Console(highlight=False, soft_wrap=True)
_FAULTS = Console(stderr=True, highlight=False, soft_wrap=True)


class Exit(IntEnum):
    """The exit codes of every command; documented in services/site/README.md."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NOT_ALLOWED = 3
    AWAY = 4
    LOOK = 5
    """It worked, and found something that a person must look at."""

    @classmethod
    def of(cls, error: ClientError) -> "Exit":
        if isinstance(error, NotAllowed):
            return cls.NOT_ALLOWED
        if isinstance(error, NeedsALook):
            return cls.LOOK
        return cls.AWAY if isinstance(error, NotAnswering) else cls.REFUSED


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Rows as a table of these columns, or all of each row as JSON."""
    if as_json:
        return tell(list(rows))
    # The first names the row, to be copied whole into the next command; the others may wrap.
    table = Table(*(Column(each, no_wrap=each == columns[0], overflow="fold") for each in columns))
    for row in rows:
        table.add_row(*(_plain(row.get(column, "")) for column in columns))
    PEOPLE.print(table)
    return None


def tell(value: Any) -> None:
    """One JSON value on standard output."""
    sys.stdout.write(strict_json.dumps(value).decode() + "\n")


def explain(error: ClientError) -> None:
    _FAULTS.print(str(error), style="red", markup=False)


def _plain(value: Any) -> str:
    """As text; markup in what came from events is shown, never obeyed."""
    return str(value).replace("[", r"\[")
