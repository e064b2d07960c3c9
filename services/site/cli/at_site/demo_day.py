"""`kap site demo-day`: form after form, each sent as it is filled in, with its verdict."""

from typing import Annotated, Any

import typer

from services.site.agent.agent import SiteAgent
from services.site.cli.at_site.opening import HomeFolder, described, opened
from services.site.cli.output import AsJson, Exit, explain, show, tell
from services.site.day.forms import Form, forms, shown, understood
from shared.client.errors import BadEvent, ClientError, NotAnswering
from shared.runtime.clock import random_token

_SAID = ("type", "service", "verdict", "why")


def demo_day(
    yes: Annotated[bool, typer.Option("--yes", help="take what is proposed, ask nothing")] = False,
    as_json: AsJson = False,
    home: HomeFolder = None,
) -> None:
    """Play a morning at the desk with an invented patient: every form becomes an event."""
    with opened(home) as agent:
        patient, found = random_token(), []
        for number, form in enumerate(day := forms(), 1):
            typer.echo(f"\n{number}/{len(day)} {form.words}", err=True)
            found.append(_sent(agent, form, patient, _data(form, yes or as_json)))
        if as_json:
            return tell(found)
        show(found, _SAID, as_json=False)
        typer.echo(f"Follow the first: kap site journey {found[0]['id']}")
        if any(each["state"] == "tray" for each in found):
            raise typer.Exit(Exit.LOOK)
        return None


def _data(form: Form, as_proposed: bool) -> dict[str, Any]:
    return {
        name: proposed if as_proposed else _asked(name, proposed)
        for name, proposed in form.fields.items()
    }


def _asked(name: str, proposed: Any) -> Any:
    """Asked until it is understood."""
    while True:
        text = typer.prompt(f"  {name.replace('_', ' ')}", default=shown(proposed))
        try:
            return understood(name, text, proposed)
        except BadEvent as fault:
            explain(fault)


def _sent(agent: SiteAgent, form: Form, patient: str, data: dict[str, Any]) -> dict[str, Any]:
    """Its row, sent or still in the spool."""
    spooled = agent.post([{"type": form.type, "subject": patient, "data": data}])
    try:
        (row,) = agent.send(spooled)
    except NotAnswering as away:
        explain(ClientError(f"Spooled, not sent yet: {away}"))
        (row,) = agent.rows(spooled)
    return described(row)
