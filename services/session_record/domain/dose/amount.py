"""How much: the route's limits, the weight, the step from the dose before (SES-2, 3.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.session_record.domain.dose.asked import Asked, weight_key
from services.session_record.domain.encounter import Concern
from services.session_record.domain.ledger.container import exact
from services.session_record.domain.rule import Rule
from shared.contracts.site import Route
from shared.kernel.policy import Policy

GRAVE = "adverse.review_grade_min"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The policy keys of a route: iv and im in mg/kg, the others in mg. `soft` None: there is no
    usual range below the ceiling."""

    start: str
    soft: str | None
    hard: str
    step: str


BOUNDS: Mapping[Route, Bounds] = {
    "iv": Bounds(
        "dose.iv.start_mg_per_kg",
        "dose.iv.soft_mg_per_kg",
        "dose.iv.hard_mg_per_kg",
        "dose.iv.step_mg_per_kg",
    ),
    "im": Bounds(
        "dose.im.start_mg_per_kg",
        "dose.im.soft_mg_per_kg",
        "dose.im.hard_mg_per_kg",
        "dose.im.step_mg_per_kg",
    ),
    "sl": Bounds("dose.sl.start_mg", "dose.sl.soft_mg", "dose.sl.hard_mg", "dose.sl.step_mg"),
    "esketamine": Bounds(
        "dose.esketamine.start_mg", None, "dose.esketamine.hard_mg", "dose.esketamine.step_mg"
    ),
}


def keys(asked: Asked) -> tuple[str, ...]:
    bounds = bounds_of(asked)
    used = (bounds.start, bounds.soft, bounds.hard, bounds.step, weight_key(asked.command))
    return (*(key for key in used if key), "dose.weight_tolerance_percent", GRAVE)


def bounds_of(asked: Asked) -> Bounds:
    return BOUNDS[asked.command.route]


def other_route(asked: Asked, _policy: Policy) -> str:
    planned, given = asked.encounter.route, asked.command.route
    return "" if planned == given else f"the appointment is for route {planned}, not {given}"


def no_valid_weight(asked: Asked, policy: Policy) -> str:
    is_by_weight = asked.is_parenteral or asked.command.dose_mg_per_kg is not None
    if asked.weight or not is_by_weight:
        return ""
    days = policy[weight_key(asked.command)]
    return "no weight of the same day" if not days else f"no weight of the last {days:g} days"


def above_the_limit(asked: Asked, policy: Policy) -> str:
    return _above(asked, policy[bounds_of(asked).hard])


def not_what_the_weight_gives(asked: Asked, policy: Policy) -> str:
    """Compares without dividing, so that the bound itself is exact."""
    stated, weight = asked.command.dose_mg_per_kg, asked.weight
    if stated is None or weight is None:
        return ""
    given, expected = exact(asked.command.dose_mg), exact(stated) * exact(weight.kg)
    percent = policy["dose.weight_tolerance_percent"]
    if abs(expected - given) * 100 <= exact(percent) * given:
        return ""
    return f"{stated:g} mg/kg at {weight.kg:g} kg is {expected:f} mg, not {given} mg"


def more_than_a_step(asked: Asked, policy: Policy) -> str:
    rise, step = _rise(asked), policy[bounds_of(asked).step]
    if rise is None or rise <= exact(step):
        return ""
    unit = "mg/kg" if asked.is_parenteral else "mg"
    return f"{rise:f} {unit} more than the dose before; one step is {step:g} {unit}"


def raised_after_trouble(asked: Asked, policy: Policy) -> str:
    """More than before only where the dose before was tolerated."""
    rise, before = _rise(asked), asked.before
    if before is None or rise is None or rise <= 0:
        return ""
    grave = [each.term for each in before.reactions if each.grade >= policy[GRAVE]]
    if grave:
        return f"the dose before led to {', '.join(grave)}; do not give more"
    if not before.recovered:
        return "that the patient recovered from the dose before is not on record; do not give more"
    return ""


RULES: tuple[Rule[Asked], ...] = (
    Rule("other-route", "SES-2; clinical reference 3.1", other_route),
    Rule("weight-missing", "SES-2; clinical reference 2.3", no_valid_weight),
    Rule("dose-above-limit", "SES-2; clinical reference 3.1", above_the_limit),
    Rule("dose-weight-mismatch", "SES-2; clinical reference 7.3", not_what_the_weight_gives),
    Rule("escalation-step", "SES-2; clinical reference 3.1", more_than_a_step),
    Rule("escalation-not-tolerated", "SES-2; clinical reference 3.1", raised_after_trouble),
)


def concerns(asked: Asked, policy: Policy) -> tuple[Concern, ...]:
    """What is unusual and not forbidden: kept on the record with the reason that was given."""
    bounds, found = bounds_of(asked), []
    if bounds.soft and (words := _above(asked, policy[bounds.soft])):
        found.append(("above-usual-range", words))
    if asked.before is None and (words := _above(asked, policy[bounds.start])):
        found.append(("above-start", f"{words}, the usual first dose"))
    return tuple(Concern(code, words, asked.command.weighed) for code, words in found)


def _above(asked: Asked, limit: float) -> str:
    given = exact(asked.command.dose_mg)
    if not asked.is_parenteral:
        return f"{given} mg is above {limit:g} mg" if given > exact(limit) else ""
    if asked.weight is None or given <= exact(limit) * exact(asked.weight.kg):
        return ""
    return f"{given} mg at {asked.weight.kg:g} kg is above {limit:g} mg/kg"


def _rise(asked: Asked) -> Decimal | None:
    """In the unit of the route's step; None where there is no dose before, or nothing to say."""
    before = asked.before
    if before is None:
        return None
    was = before.dose_mg_per_kg if asked.is_parenteral else before.dose_mg
    now = asked.mg_per_kg if asked.is_parenteral else asked.command.dose_mg
    return None if was is None or now is None else exact(now) - exact(was)
