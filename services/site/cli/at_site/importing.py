"""`kap site import`: a file of another system, row by row, all of it or nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.site.agent.agent import SiteAgent
from services.site.cli.at_site.opening import HomeFolder, opened
from services.site.cli.output import AsJson, Exit, show, tell
from services.site.importing.fhir import BundleImporter
from services.site.importing.mapping import read_mapping
from services.site.importing.patients import KnownPatients
from services.site.importing.plan import Importer, Planned, told
from services.site.importing.table import csv_rows, ndjson_rows, read_bytes, read_text
from shared.client.errors import BadEvent
from shared.runtime.clock import random_token

_PATIENTS = "patients.json"


def import_file(
    file: Annotated[Path, typer.Argument(help=".csv, .ndjson, or a FHIR bundle (.json)")],
    mapping: Annotated[Path | None, typer.Option(help="which columns make which event")] = None,
    encoding: Annotated[str, typer.Option(help="of the file")] = "utf-8",
    ignore: Annotated[list[str] | None, typer.Option(help="a FHIR type to leave behind")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say it, spool nothing")] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="spool the rows that are well")
    ] = False,
    as_json: AsJson = False,
    home: HomeFolder = None,
) -> None:
    """Make events of a file and spool them; `kap site sync` sends them."""
    with opened(home) as agent:
        patients = KnownPatients(agent.home.folder / _PATIENTS, random_token)
        planned = _planned(agent, patients, file, mapping, (encoding, frozenset(ignore or ())))
        bad = [each for each in planned if not each.is_well]
        spools = not dry_run and (partial or not bad)
        fresh = _spool(agent, patients, planned) if spools else 0
        _show(planned, fresh, as_json)
        if bad and not spools:
            said = "Nothing was spooled." if not dry_run else "It was a dry run."
            typer.echo(
                f"{said} Mend these rows, or the mapping; --partial spools the others.", err=True
            )
            raise typer.Exit(Exit.LOOK if dry_run else Exit.REFUSED)
        if bad:
            raise typer.Exit(Exit.LOOK)


def _planned(
    agent: SiteAgent,
    patients: KnownPatients,
    file: Path,
    mapping: Path | None,
    reading: tuple[str, frozenset[str]],
) -> list[Planned]:
    content, (encoding, ignore) = read_bytes(file), reading
    source, now = agent.home.identity().source, agent.now().isoformat()
    if file.suffix == ".json":
        return BundleImporter(source, now, patients, ignore).plan(content)
    if file.suffix not in (".csv", ".ndjson", ".jsonl"):
        raise BadEvent(f"{file.name} is imported as .csv, .ndjson or .json: rename it.")
    if mapping is None:
        raise BadEvent("Say which columns make which event: --mapping (docs/guides/site.md).")
    known = read_mapping(read_bytes(mapping))
    text = read_text(content, encoding)
    columns, rows = csv_rows(text) if file.suffix == ".csv" else ndjson_rows(text)
    known.check(columns)
    return Importer(source, now, known, patients).plan(rows)


def _spool(agent: SiteAgent, patients: KnownPatients, planned: Sequence[Planned]) -> int:
    """How many were not in the spool already: to import a file twice changes nothing."""
    patients.keep()
    return sum(each.fresh for each in agent.post([e for row in planned for e in row.events]))


def _show(planned: Sequence[Planned], fresh: int, as_json: bool) -> None:
    """Every row for a program; for a person the sum, and each row that is not simply ready."""
    rows = [
        {"line": each.line, "verdict": each.verdict, "why": each.why, "events": len(each.events)}
        for each in planned
    ]
    if as_json:
        return tell({"rows": rows, "verdicts": told(planned), "spooled": fresh})
    if telling := [row for row in rows if row["verdict"] != "ready"]:
        show(telling, ("line", "verdict", "why"), as_json=False)
    words = ", ".join(f"{count} {verdict}" for verdict, count in told(planned).items())
    typer.echo(f"{len(rows)} rows: {words or 'none'}. {fresh} events are new in the spool.")
    return None
