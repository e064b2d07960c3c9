"""Can this value be what it says it is: units mixed up, values swapped, a weight that jumps.

Refused with what it looks like, so that the site can send it right; nothing is ever converted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.session_record.domain.monitoring.samples import Sample
from services.session_record.domain.weights import Weight, newest
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy


@dataclass(frozen=True, slots=True)
class Span:
    """What a living adult can have, in the measure's own UCUM unit."""

    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Unit:
    """Another unit a measure is told in: own value = value * factor + offset."""

    code: str
    factor: float
    offset: float = 0


SPANS: Mapping[str, Span] = {
    "systolic": Span("mm[Hg]", 40, 300),
    "diastolic": Span("mm[Hg]", 20, 200),
    "heart-rate": Span("/min", 20, 250),
    "oxygen-saturation": Span("%", 50, 100),
    "respiratory-rate": Span("/min", 0, 80),
    "moaas": Span("{score}", 0, 5),
    "body-weight": Span("kg", 25, 350),
    "body-temperature": Span("Cel", 30, 44),
}
_KPA, _HERTZ = Unit("kPa", 7.50062), Unit("/s", 60)
OTHER_UNITS: Mapping[str, tuple[Unit, ...]] = {
    "systolic": (_KPA,),
    "diastolic": (_KPA,),
    "heart-rate": (_HERTZ,),
    "oxygen-saturation": (Unit("1", 100),),
    "respiratory-rate": (_HERTZ,),
    "body-weight": (Unit("[lb_av]", 0.45359237), Unit("g", 0.001)),
    "body-temperature": (Unit("[degF]", 5 / 9, -160 / 9), Unit("K", 1, -273.15)),
}
POUND = OTHER_UNITS["body-weight"][0]


def check_unit(measure: str, value: float, unit: str) -> None:
    span = SPANS[measure]
    if unit == span.unit:
        return
    other = next((each for each in OTHER_UNITS.get(measure, ()) if each.code == unit), None)
    what = f" ({_converted(value, other):g} {span.unit})" if other else ""
    words = f"{measure} came as {value:g} {unit}{what}; send it in {span.unit}"
    raise Rejected("wrong-unit", words)


def check_values(found: Iterable[Sample]) -> None:
    """Each by itself, and systolic above diastolic where both were taken together."""
    together = {each.measure: each.value for each in found}
    for measure, value in together.items():
        _check_span(measure, value)
    systolic, diastolic = together.get("systolic"), together.get("diastolic")
    if systolic is not None and diastolic is not None and systolic <= diastolic:
        words = f"systolic {systolic:g} is not above diastolic {diastolic:g}: they look swapped"
        raise Rejected("impossible-value", words)


def check_weight(weight: Weight, known: Iterable[Weight], policy: Policy) -> None:
    """Against the newest one before it, if that is recent enough to say anything."""
    last = newest(known, weight.at)
    if last is None or weight.at - last.at > policy.days("weight.max_age_d"):
        return
    if _is_near(weight.kg, last.kg, policy):
        return
    looks = ""
    if _is_near(_converted(weight.kg, POUND), last.kg, policy):
        looks = f"; it looks like pounds ({_converted(weight.kg, POUND):.1f} kg)"
    words = f"{weight.kg:g} kg is far from the {last.kg:g} kg of {last.at:%Y-%m-%d}{looks}"
    raise Rejected("weight-jump", words)


def _check_span(measure: str, value: float) -> None:
    span = SPANS[measure]
    if span.low <= value <= span.high:
        return
    for unit in OTHER_UNITS.get(measure, ()):
        if span.low <= _converted(value, unit) <= span.high:
            own = f"{_converted(value, unit):.0f} {span.unit}"
            words = f"{measure} {value:g} {span.unit} looks like {unit.code} ({own})"
            raise Rejected("looks-like-other-unit", words)
    words = f"{measure} {value:g} {span.unit} is not between {span.low:g} and {span.high:g}"
    raise Rejected("impossible-value", f"{words}: measure again")


def _is_near(kg: float, other: float, policy: Policy) -> bool:
    return abs(kg - other) * 100 <= policy["weight.jump_percent"] * other


def _converted(value: float, unit: Unit | None) -> float:
    return round(value * unit.factor + unit.offset, 3) if unit else value
