"""`kap ops …`: what operations does."""

import typer

from services.site.cli.ops_sites import sites

ops = typer.Typer(help="For operations: sites, lanes, replay, audit, verify.", no_args_is_help=True)
ops.add_typer(sites, name="sites")
