"""The policy in force, printed for people: what `make policy` shows, with every source.

Reads the file as the services do, so nothing has to run for it.
"""

from collections.abc import Iterable
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shared.kernel.policy import Measure, Policy, VitalsSchedule

WIDTH = 100
UNITS = {"d": "days", "h": "hours", "wk": "weeks", "a": "years", "1": "", "{score}": "points"}
UNITS |= {"mm[Hg]": "mmHg"}
"""UCUM, for people."""


def print_policy(network: Policy, clinic: str, console: Console) -> None:
    """The network's policy, or, where `clinic` is not empty, the one in force there."""
    console.width = max(console.width, WIDTH)
    policy = network.of(clinic) if clinic else network
    _print_head(policy, network, clinic, console)
    tables = [_values(policy, network), _protocols(policy), _schedules(policy), _consents(policy)]
    tables += [_staffing(policy), _resources(policy), _certificates(policy)]
    tables += [_drugs(policy), _antidepressants(policy), _measures(policy), _regions(policy)]
    if network.clinics and not clinic:
        tables.insert(1, _clinics(network))
    for table in tables:
        console.print(f"\n{table.title}")
        table.title = None
        console.print(table, soft_wrap=False)


def _print_head(policy: Policy, network: Policy, clinic: str, console: Console) -> None:
    console.print(
        f"[bold]Policy {escape(policy.id)} {escape(policy.version)}[/],"
        f" in effect from {policy.effective_from}, approved by: {escape(policy.approved_by)}"
    )
    if clinic and policy is network:
        console.print(f"{clinic} has no values of its own: this is the network's.", markup=False)
    elif clinic:
        console.print(f"In force at {clinic}; the network's value is beside each that differs.")
    console.print(
        "[dim]tighter: the direction in which a clinic may move a value. Sources: ref. is the"
        " clinical reference;\nPUB published, label or law, P network policy, M not yet verified,"
        " V:Sn verified in its source n.[/]"
    )


def _table(title: str, source: str, *columns: str) -> Table:
    name = f"[bold]{title}[/]" + (f"  {_source(source)}" if source else "")
    table = Table(title=name, box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, justify="right" if column in ("value", "mg") else "left")
    return table


def _values(policy: Policy, network: Policy) -> Table:
    table = _table("Values", "", "key", "value", "unit", "tighter", "source")
    table.columns[0].no_wrap = True
    for _, keys in groupby(policy.values, lambda key: key.partition(".")[0]):
        for place, key in enumerate(keys):
            term = network.meta(key)
            table.add_row(
                _key(key, is_first=place == 0),
                _in_force(policy[key], network[key]),
                UNITS.get(term.unit, term.unit),
                term.tighter,
                _source(term.source),
            )
    return table


def _key(key: str, *, is_first: bool) -> str:
    family, dot, rest = key.partition(".")
    return f"[{'bold' if is_first else 'dim'}]{family}[/]{dot}{rest}"


def _source(source: str) -> str:
    return f"[dim]{escape(source.replace('clinical reference', 'ref.'))}[/]"


def _in_force(value: float, network: float) -> str:
    return f"{value:g}" if value == network else f"[bold yellow]{value:g}[/] [dim]({network:g})[/]"


def _clinics(network: Policy) -> Table:
    columns = ("clinic", "version", "from", "approved by", "key", "value", "network's")
    table = _table("Clinics that are stricter", "", *columns)
    for clinic, own in network.clinics.items():
        for key, value in own.values.items():
            signed = (own.version, str(own.effective_from), own.approved_by)
            strict = f"[bold yellow]{value:g}[/]"
            table.add_row(clinic, *signed, key, strict, f"{network[key]:g}")
    return table


def _protocols(policy: Policy) -> Table:
    columns = ("protocol", "version", "route", "sessions", "gap", "minutes of each session")
    table = _table("Protocols", policy.sources.get("protocols", ""), *columns)
    for each in policy.protocols.values():
        table.add_row(
            each.code,
            each.version,
            each.route,
            f"{each.preparations} preparation, {each.doses} dosing",
            f"{each.dose_gap_h} h",
            f"{each.preparation_min}, {each.dosing_min}, {each.integration_min}",
        )
    return table


def _schedules(policy: Policy) -> Table:
    columns = ("route", "vital signs", "CADSS", "mandatory", "source")
    table = _table("Measured after the dose", "minutes from first administration", *columns)
    for route, each in policy.schedules.items():
        table.add_row(
            route,
            _points(each),
            f"{_list(each.cadss_min)}, end",
            _list(each.mandatory_min),
            _source(each.source),
        )
    return table


def _points(schedule: VitalsSchedule) -> str:
    return f"{_list(schedule.vitals_min)}, then every {schedule.then_every_min}"


def _consents(policy: Policy) -> Table:
    columns = ("text", "route", "indication", "from")
    table = _table("Consent texts", policy.sources.get("consents", ""), *columns)
    for each in policy.consents:
        table.add_row(each.version, each.route, each.indication, str(each.effective_from))
    return table


def _staffing(policy: Policy) -> Table:
    columns = ("route", "must be there")
    table = _table("Staff at a dose", policy.sources.get("staffing", ""), *columns)
    for route, roles in policy.staffing.items():
        table.add_row(route, ", ".join(" or ".join(each) for each in roles))
    return table


def _resources(policy: Policy) -> Table:
    columns = ("session", "takes")
    table = _table("What a session takes", policy.sources.get("resources", ""), *columns)
    for session, kinds in policy.resources.items():
        table.add_row(session, ", ".join(" or ".join(each) for each in kinds))
    return table


def _certificates(policy: Policy) -> Table:
    columns = ("role", "holds")
    table = _table(
        "Certificates beside the licence", policy.sources.get("certificates", ""), *columns
    )
    for role, codes in policy.certificates.items():
        table.add_row(role, ", ".join(codes))
    return table


def _drugs(policy: Policy) -> Table:
    table = _table("Drugs that a patient takes", "", "class", "level", "what it means")
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for code, each in policy.drugs.items():
        table.add_row(code, each.level, f"{escape(each.words)} {_source(each.source)}")
    return table


def _antidepressants(policy: Policy) -> Table:
    source = policy.sources.get("antidepressants", "")
    table = _table("Least daily dose of an adequate trial", source, "drug", "class", "mg")
    for drug, each in policy.antidepressants.items():
        table.add_row(drug, each.drug_class, f"{each.min_mg:g}")
    return table


def _measures(policy: Policy) -> Table:
    columns = ("instrument", "rules", "SD", "r", "noticed", "worse", "ill; healthy", "source")
    table = _table("What a change means", "points; worse: than the baseline; the best", *columns)
    table.columns[0].no_wrap = True
    for instrument, each in policy.measures.items():
        table.add_row(
            instrument,
            each.rules.removeprefix(f"{instrument}/"),
            f"{each.sd:g}",
            f"{each.r:g}",
            _points_or_none(each.meaningful),
            _worse(each),
            _norms(each),
            _source(each.source),
        )
    return table


def _points_or_none(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _worse(measure: Measure) -> str:
    """Than the baseline; with a second number, also by so much than the best score since."""
    points = _points_or_none(measure.deteriorated)
    best = measure.deteriorated_from_best
    return points if best is None else f"{points}; {best:g}"


def _norms(measure: Measure) -> str:
    if measure.clinical_mean is None or measure.healthy_mean is None:
        return "-"
    ill = f"{measure.clinical_mean:g} ({measure.clinical_sd:g})"
    return f"{ill}\n{measure.healthy_mean:g} ({measure.healthy_sd:g})"


def _regions(policy: Policy) -> Table:
    table = _table("Where clinics are", policy.sources.get("regions", ""), "region", "clinics")
    clinics: dict[str, list[str]] = {}
    for clinic, region in policy.regions.items():
        clinics.setdefault(region, []).append(clinic)
    for region, there in clinics.items():
        table.add_row(region, ", ".join(there))
    return table


def _list(items: Iterable[object]) -> str:
    return ", ".join(str(each) for each in items)
