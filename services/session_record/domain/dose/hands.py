"""Who gives it, who checked it, the time-out, and the vial it comes from (SES-3, SES-9)."""

from dataclasses import fields

from services.session_record.domain.dose.asked import Asked
from services.session_record.domain.ledger.container import exact
from services.session_record.domain.rule import Rule
from shared.contracts.site import TimeOut
from shared.kernel.policy import Policy

MEDICAL = ("nurse", "prescriber")
"""Who may give a dose, and check one."""


def not_checked_by_two(asked: Asked, _policy: Policy) -> str:
    giver, checker = asked.command.administered_by, asked.command.checked_by
    if not giver or not checker:
        return "two people must be named: who gives the dose and who checked it"
    return "" if giver != checker else "the dose must be checked by another person"


def not_credentialed(asked: Asked, _policy: Policy) -> str:
    named = (asked.command.administered_by, asked.command.checked_by)
    unknown = [each for each in named if each and not asked.staff.is_credentialed(each, MEDICAL)]
    if not unknown:
        return ""
    return f"no valid credential as nurse or prescriber on that day: {', '.join(unknown)}"


def no_time_out(asked: Asked, _policy: Policy) -> str:
    said = asked.command.time_out
    if said is None:
        return "the time-out was not held"
    missing = [each.name for each in fields(TimeOut) if not getattr(said, each.name)]
    return f"the time-out lacks: {', '.join(missing)}" if missing else ""


def no_container(asked: Asked, _policy: Policy) -> str:
    command, container = asked.command, asked.container
    if container is None:
        name = command.container
        return f"the ledger has no container {name}" if name else "name the container of the dose"
    drug = "esketamine" if command.route == "esketamine" else "ketamine"
    if container.drug != drug:
        return f"container {container.container_id} holds {container.drug}, not {drug}"
    if command.lot != container.lot:
        return f"container {container.container_id} is of lot {container.lot}; read the label again"
    return ""


def not_dispensed(asked: Asked, _policy: Policy) -> str:
    if asked.container is None:
        return ""
    left = asked.container.share(asked.encounter.encounter_id).unaccounted
    if exact(asked.command.dose_mg) <= left:
        return ""
    return f"{left:f} mg of the container are dispensed for this session and not yet used"


RULES: tuple[Rule[Asked], ...] = (
    Rule("not-checked-by-two", "SES-3; Sanacora 2017 time-out", not_checked_by_two),
    Rule("not-credentialed", "SES-3, SCH-6; clinical reference 3.6", not_credentialed),
    Rule("time-out-incomplete", "SES-3; Sanacora 2017 time-out", no_time_out),
    Rule("wrong-container", "SES-9; clinical reference 5, lot number", no_container),
    Rule("not-dispensed", "SES-9; DEA records", not_dispensed),
)
