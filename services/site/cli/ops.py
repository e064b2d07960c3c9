"""`kap ops …`: what operations does."""

import typer

ops = typer.Typer(help="For operations: lanes, replay, audit, verify.", no_args_is_help=True)
