"""What the demo came to, and what its clinics achieve, told at the end of every start."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from shared.client.enrolment import Sites
from shared.client.errors import ClientError
from shared.client.outcomes import network_report

if TYPE_CHECKING:
    from shared.local.demo.door import Summary

CAPTION = (
    "n: patients who had a dose. Of those assessed after one, at the latest: response, at least\n"
    "half of the symptoms gone; remission, PHQ-9 below 5 (none for PCL-5, by which PTSD is\n"
    "measured). doses: the median number until the first response. Demo data: nobody is real."
)
NEW_SITE = ("riverside", "annex")
NEXT_STEPS = """Three things to try next:
  1. Post an event of your own and follow it:   docs/guides/site.md
  2. Read the analysts' stream into a table:    docs/guides/analyst.md
  3. See every process, address and credential: make status
"""


def print_fed(fed: "Summary", console: Console) -> None:
    verdicts = ", ".join(f"{count} {name}" for name, count in sorted(fed.verdicts.items()))
    console.print(
        f"[green]ready[/] Demo network [dim]({fed.seconds:.1f} s)[/]: {fed.patients} patients,"
        f" {fed.doses} doses, {fed.events} events ({verdicts})"
    )
    for each in fed.surprises:
        console.print(f"unexpected: {each}", style="yellow", markup=False)


def print_outcomes(network: Mapping[str, Any], console: Console) -> None:
    """As operations sees them; what cannot be read now is no reason to fail a start."""
    try:
        rows = network_report(network, "operations", "clinic,indication")
    except ClientError as error:
        console.print(f"No outcomes yet: {error}", style="yellow", markup=False)
        return
    table = Table(
        title="Outcomes per clinic and indication", caption=CAPTION, box=None, pad_edge=False
    )
    table.title_justify = table.caption_justify = "left"
    for name in ("clinic", "indication"):
        table.add_column(name, no_wrap=True)
    for name in ("n", "response", "remission", "doses"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row))
    console.print(table)


def print_code(network: Mapping[str, Any], console: Console) -> None:
    """A code with which a new site of the demo can come at once."""
    try:
        code = Sites(network).invite(*NEW_SITE)["code"]
    except ClientError as error:
        console.print(f"No code for a new site: {error}", style="yellow", markup=False)
        return
    place = "/".join(NEW_SITE)
    console.print(f"A new site, {place}? Within an hour:  kap site enrol {code}\n", markup=False)


def print_next_steps(console: Console) -> None:
    console.print(NEXT_STEPS, markup=False)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    latest = row["windows"][0]
    to_response = row["sessions_to_response"]["value"]
    return (
        row["clinic"],
        row["indication"],
        str(row["patients"]["value"]),
        _rate(latest["response"]["observed"]),
        _rate(latest["remission"]["observed"]),
        "-" if to_response is None else f"{to_response:g}",
    )


def _rate(rate: Mapping[str, Any]) -> str:
    """Never without its denominator; a dash where nobody is in it."""
    if not rate["denominator"]:
        return "-"
    return f"{rate['percent']:.0f} % ({rate['numerator']}/{rate['denominator']})"
