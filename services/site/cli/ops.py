"""`kap ops …`: what operations does."""

import typer

from services.site.cli.ops_audit import audit, verify
from services.site.cli.ops_lanes import lanes
from services.site.cli.ops_replay import replay
from services.site.cli.ops_sites import sites

ops = typer.Typer(help="For operations: sites, lanes, replay, audit, verify.", no_args_is_help=True)
ops.add_typer(sites, name="sites")
ops.add_typer(lanes, name="lanes")
ops.command()(replay)
ops.add_typer(audit, name="audit")
ops.command("verify")(verify)
