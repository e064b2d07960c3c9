"""The policy as tables for people: every value with its unit and source, and who is stricter."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from shared.kernel.policy import Measure, Policy

UNITS = {"d": "days", "h": "hours", "wk": "weeks", "a": "years", "1": "", "{score}": "points"}
UNITS |= {"mm[Hg]": "mmHg"}
"""UCUM, for people."""
TIGHTER = {
    "lower": "a clinic may lower it",
    "higher": "a clinic may raise it",
    "fixed": "everywhere so",
}
"""What a clinic may do with a value."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value in force. `network`: the network's own, where a clinic has tightened it."""

    key: str
    value: str
    unit: str
    tighter: str
    source: str
    network: str = ""
    stricter: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """`source`: of all its rows, where they name none themselves."""

    title: str
    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def anchor(self) -> str:
        return self.title.lower().replace(" ", "-")


def values_of(policy: Policy, network: Policy) -> list[tuple[str, list[Value]]]:
    """By family, in the order of the document."""
    families = groupby(policy.values, lambda key: key.partition(".")[0])
    return [(name, [_value(key, policy, network) for key in keys]) for name, keys in families]


def tightened(policy: Policy, network: Policy) -> int:
    """How many values are stricter here than in the network."""
    return sum(policy[key] != network[key] for key in policy.values)


def tables_of(policy: Policy) -> list[Table]:
    return [
        _protocols(policy),
        _schedules(policy),
        _consents(policy),
        _one_of("Staff at a dose", "staffing", "route", "must be there", policy),
        _one_of("What a session takes", "resources", "session", "takes", policy),
        _certificates(policy),
        _drugs(policy),
        _antidepressants(policy),
        _measures(policy),
    ]


def _value(key: str, policy: Policy, network: Policy) -> Value:
    term = network.meta(key)
    stricter = tuple(_stricter(key, policy)) if policy is network else ()
    return Value(
        key,
        f"{policy[key]:g}",
        UNITS.get(term.unit, term.unit),
        TIGHTER[term.tighter],
        term.source,
        "" if policy[key] == network[key] else f"{network[key]:g}",
        stricter,
    )


def _stricter(key: str, network: Policy) -> Iterator[tuple[str, str]]:
    for clinic, own in network.clinics.items():
        if key in own.values:
            yield clinic, f"{own.values[key]:g}"


def _protocols(policy: Policy) -> Table:
    return Table(
        "Protocols",
        policy.sources.get("protocols", ""),
        ("protocol", "version", "route", "sessions", "gap", "minutes of each"),
        tuple(
            (
                each.code,
                each.version,
                each.route,
                f"{each.preparations} preparation, {each.doses} dosing",
                f"{each.dose_gap_h} h",
                f"{each.preparation_min}, {each.dosing_min}, {each.integration_min}",
            )
            for each in policy.protocols.values()
        ),
    )


def _schedules(policy: Policy) -> Table:
    return Table(
        "Measured after the dose",
        "minutes from the first administration",
        ("route", "vital signs", "CADSS", "mandatory", "source"),
        tuple(
            (
                route,
                f"{_list(each.vitals_min)}, then every {each.then_every_min}",
                f"{_list(each.cadss_min)}, end",
                _list(each.mandatory_min),
                each.source,
            )
            for route, each in policy.schedules.items()
        ),
    )


def _consents(policy: Policy) -> Table:
    rows = ((t.version, t.route, t.indication, str(t.effective_from)) for t in policy.consents)
    source = policy.sources.get("consents", "")
    return Table("Consent texts", source, ("text", "route", "indication", "from"), tuple(rows))


def _one_of(title: str, name: str, first: str, second: str, policy: Policy) -> Table:
    """Of each row several things are needed, and of each of those one of several will do."""
    needed = getattr(policy, name).items()
    rows = ((key, ", ".join(" or ".join(each) for each in wanted)) for key, wanted in needed)
    return Table(title, policy.sources.get(name, ""), (first, second), tuple(rows))


def _certificates(policy: Policy) -> Table:
    rows = ((role, ", ".join(codes)) for role, codes in policy.certificates.items())
    source = policy.sources.get("certificates", "")
    return Table("Certificates beside the licence", source, ("role", "holds"), tuple(rows))


def _drugs(policy: Policy) -> Table:
    rows = ((code, each.level, each.words, each.source) for code, each in policy.drugs.items())
    columns = ("class", "level", "what it means", "source")
    return Table("Drugs that a patient takes", "", columns, tuple(rows))


def _antidepressants(policy: Policy) -> Table:
    known = policy.antidepressants.items()
    rows = ((drug, each.drug_class, f"{each.min_mg:g} mg") for drug, each in known)
    source = policy.sources.get("antidepressants", "")
    columns = ("drug", "class", "a day")
    return Table("Least dose of an adequate trial", source, columns, tuple(rows))


def _measures(policy: Policy) -> Table:
    rows = (
        (
            instrument,
            each.rules.removeprefix(f"{instrument}/"),
            f"{each.sd:g}",
            f"{each.r:g}",
            _points(each.meaningful),
            _worse(each),
            _norms(each),
            each.source,
        )
        for instrument, each in policy.measures.items()
    )
    columns = ("instrument", "rules", "SD", "r", "noticed", "worse", "ill; healthy", "source")
    source = "in points; worse: than the baseline; than the best since"
    return Table("What a change means", source, columns, tuple(rows))


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _worse(measure: Measure) -> str:
    best = measure.deteriorated_from_best
    points = _points(measure.deteriorated)
    return points if best is None else f"{points}; {best:g}"


def _norms(measure: Measure) -> str:
    if measure.clinical_mean is None or measure.healthy_mean is None:
        return "–"
    ill = f"{measure.clinical_mean:g} ({measure.clinical_sd:g})"
    return f"{ill}; {measure.healthy_mean:g} ({measure.healthy_sd:g})"


def _list(items: Iterable[object]) -> str:
    return ", ".join(str(each) for each in items)
