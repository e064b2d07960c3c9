"""`kap`: one command for clinic sites and for operations. Exit codes: services/site/README.md."""

import sys

import typer

from services.site.cli.ops import ops
from services.site.cli.output import Exit, explain
from services.site.cli.site import site
from shared.client.errors import ClientError

app = typer.Typer(
    name="kap",
    help="Events of a clinic that are never lost, and a network that can be looked after.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(site, name="site")
app.add_typer(ops, name="ops")


def main() -> None:
    """Runs one command; a failure is one sentence that says what to do, and an exit code."""
    try:
        app(prog_name="kap")
    except ClientError as error:
        explain(error)
        sys.exit(Exit.of(error))
