"""`kap site tray …`: what was refused, and what a person decides about it."""

import json
from typing import Annotated, Any

import typer

from services.site.agent.agent import SiteAgent
from services.site.agent.spool import Spooled
from services.site.cli.at_site.opening import HomeFolder, described, opened
from services.site.cli.output import AsJson, show, tell
from shared.client.errors import BadEvent
from shared.codec import strict_json
from shared.kernel.errors import Malformed

tray = typer.Typer(help="What the network refused: look, fix, resend, dismiss.")
_LISTED = ("id", "type", "subject", "verdict", "code", "why")
_CHANGED = ("id", "service", "sequence", "state", "amends", "note")

EventId = Annotated[str, typer.Argument(help="the id of an event in the tray")]


@tray.command("list")
def list_(as_json: AsJson = False, home: HomeFolder = None) -> None:
    """Everything in the tray, with the reason."""
    with opened(home) as agent:
        show([described(each) for each in agent.tray().rows()], _LISTED, as_json=as_json)


@tray.command("show")
def show_(event_id: EventId, as_json: AsJson = False, home: HomeFolder = None) -> None:
    """One event whole: what it says, and what the network answered."""
    with opened(home) as agent:
        row = agent.tray().get(event_id)
        whole = described(row) | {"event": row.event, "answer": row.verdict}
        if as_json:
            tell(whole)
        else:
            typer.echo(json.dumps(whole, indent=2, ensure_ascii=False))


@tray.command()
def fix(
    event_id: EventId,
    fields: Annotated[
        list[str] | None, typer.Argument(help="field=value of its data; null takes one out")
    ] = None,
    data: Annotated[str, typer.Option(help="fields of its data as one JSON object")] = "{}",
    time: Annotated[str, typer.Option(help="when it happened")] = "",
    subject: Annotated[str, typer.Option(help="whom it is about")] = "",
    as_json: AsJson = False,
    home: HomeFolder = None,
) -> None:
    """Spool a mended event in its place; it names the one that it replaces."""
    changes = _object(data) | dict(_pair(each) for each in fields or ())
    given = {"time": time, "subject": subject}
    attributes = {name: value for name, value in given.items() if value}
    if not changes and not attributes:
        raise BadEvent("Say what to change: field=value, --data, --time or --subject.")
    with opened(home) as agent:
        _told(agent, agent.tray().fix(event_id, changes, **attributes), as_json)


@tray.command()
def resend(event_id: EventId, as_json: AsJson = False, home: HomeFolder = None) -> None:
    """Send it again as it is, once the reason is gone."""
    with opened(home) as agent:
        _told(agent, agent.tray().resend(event_id), as_json)


@tray.command()
def dismiss(
    event_id: EventId,
    reason: Annotated[str, typer.Option(help="why it need not reach the network")],
    as_json: AsJson = False,
    home: HomeFolder = None,
) -> None:
    """Give it up; the event and the reason stay on record."""
    with opened(home) as agent:
        show([described(agent.tray().dismiss(event_id, reason))], _CHANGED, as_json=as_json)


def _told(agent: SiteAgent, spooled: Spooled, as_json: bool) -> None:
    show([described(each) for each in agent.rows([spooled])], _CHANGED, as_json=as_json)


def _object(text: str) -> dict[str, Any]:
    try:
        found = strict_json.loads(text.encode())
    except Malformed as fault:
        raise BadEvent(f"--data is {fault.reason}: give one JSON object.") from fault
    if not isinstance(found, dict):
        raise BadEvent("--data is no JSON object: write {...}.")
    return found


def _pair(text: str) -> tuple[str, Any]:
    """The value is JSON, or text where it is none."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise BadEvent(f"{text!r} is no change: write field=value, such as total=10.")
    try:
        return name, strict_json.loads(value.encode())
    except Malformed:
        return name, value
