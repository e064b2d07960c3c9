"""`kap site status`, `doctor`, `journey`: how the site stands, and where an event has been."""

from datetime import datetime
from typing import Annotated, Any

import typer

from services.site.agent.faults import NotThere
from services.site.agent.health.doctor import Doctor
from services.site.cli.at_site.opening import HomeFolder, described, opened
from services.site.cli.output import PEOPLE, AsJson, Exit, show, tell
from shared.runtime.clock import utc_now


def status(as_json: AsJson = False, home: HomeFolder = None) -> None:
    """What waits, what was refused, and when the last sync was. Asks no network."""
    with opened(home) as agent:
        found = agent.status(utc_now())
        if as_json:
            tell(found)
        else:
            rows = [{"what": name, "is": _plain(value)} for name, value in found.items()]
            show(rows, ("what", "is"), as_json=False)


def doctor(
    mend: Annotated[
        bool, typer.Option("--mend", help="queue again what the network lost; align the numbers")
    ] = False,
    as_json: AsJson = False,
    home: HomeFolder = None,
) -> None:
    """Check everything this site needs, with the remedy for what is wrong."""
    with opened(home) as agent:
        if mend:
            agent.mend()
        found = Doctor(agent).findings()
        rows = [
            {"": "ok" if each.is_well else "LOOK", "check": each.check, "says": each.says}
            | {"remedy": each.remedy}
            for each in found
        ]
        show(rows, ("", "check", "says", "remedy"), as_json=as_json)
        if not all(each.is_well for each in found):
            raise typer.Exit(Exit.LOOK)


def journey(
    event_id: Annotated[str, typer.Argument(help="the event's id")],
    as_json: AsJson = False,
    home: HomeFolder = None,
) -> None:
    """Where an event has been: here, at the network's door, on Kafka, with each consumer."""
    with opened(home) as agent:
        row = agent.spool.get(event_id)
        there = None if row and not row.verdict else agent.client().journey(event_id)
        if row is None and there is None:
            raise NotThere(f"Nobody knows the event {event_id}: check the id (`kap site status`).")
        here = described(row) if row else None
        if as_json:
            return tell({"id": event_id, "here": here, "network": there})
        if here:
            PEOPLE.print(f"spool: {here['state']} {here['verdict']} {here['why']}", markup=False)
        steps = [step for handled in (there or {}).get("handled", ()) for step in _steps(handled)]
        show(steps, ("where", "at", "verdict", "code", "details"), as_json=False)
    return None


def _steps(handled: dict[str, Any]) -> list[dict[str, Any]]:
    """One line for who decided, one for each topic, one for each consumer there."""
    reason = {"where": handled["by"], "at": handled["received_at"], "details": handled["reason"]}
    lines = [reason | {"verdict": handled["verdict"], "code": handled["code"]}]
    for record in handled["published"]:
        place = f"{record.get('partition', '')}/{record.get('offset', '')}"
        sent = f"sent at {place}" if record["sent"] else "not yet sent"
        lines.append({"where": f"  {record['topic']}", "details": sent})
        lines += [
            {
                "where": f"    {each['service']}",
                "at": each.get("received_at", ""),
                "verdict": each["verdict"],
                "code": each.get("code", ""),
            }
            for each in record.get("consumers", ())
        ]
    return lines


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(each)}" for name, each in value.items() if each != "")
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
