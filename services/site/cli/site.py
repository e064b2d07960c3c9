"""`kap site …`: what a clinic site does."""

import typer

from services.site.cli.at_site import identity, looking, sending
from services.site.cli.at_site.tray import tray

site = typer.Typer(help="For a clinic site: enrol, post, import, sync.", no_args_is_help=True)
for command in (
    *(identity.enrol, identity.rotate),
    *(sending.post, sending.sync),
    *(looking.status, looking.doctor, looking.journey),
):
    site.command()(command)
site.add_typer(tray, name="tray", no_args_is_help=True)
