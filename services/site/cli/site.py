"""`kap site …`: what a clinic site does."""

import typer

site = typer.Typer(help="For a clinic site: enrol, post, import, sync.", no_args_is_help=True)
