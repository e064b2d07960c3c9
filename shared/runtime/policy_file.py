"""Reads the policy document and refuses to start on one that is not whole or that a clinic loosens.

Every fault is told at once, each in a sentence that says where.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from pathlib import Path
from typing import Any, get_args

from cattrs import Converter, transform_error
from cattrs.v import format_exception

from shared.contracts.instruments import INSTRUMENTS
from shared.contracts.scheduling import SessionKind
from shared.contracts.shapes import Id
from shared.contracts.site import Indication, ResourceKind, Route
from shared.contracts.site.words import Role
from shared.kernel.policy import (
    Antidepressant,
    ClinicPolicy,
    ConsentText,
    CourseTemplate,
    DrugClass,
    Measure,
    Policy,
    Term,
    VitalsSchedule,
)

APPROVER = "medical-director"
ROUTES = frozenset(get_args(Route))
SESSIONS = frozenset(get_args(SessionKind))
INDICATIONS = frozenset(get_args(Indication)) | {"any"}
ORDERED = (
    ("bp.predose_review_systolic", "bp.predose_hold_systolic"),
    ("bp.predose_review_diastolic", "bp.predose_hold_diastolic"),
    ("bp.session_alert_systolic", "bp.session_stop_systolic"),
    ("bp.session_alert_diastolic", "bp.session_stop_diastolic"),
    ("spo2.stop_below", "spo2.alert_below"),
    ("hr.alert_below", "hr.alert_above"),
    ("vitals.late_warn_min", "vitals.late_alert_min"),
    ("integration.window_from_h", "integration.window_to_h"),
    ("clearance.max_age_first_d", "clearance.max_age_course_d"),
    ("dose.iv.start_mg_per_kg", "dose.iv.soft_mg_per_kg"),
    ("dose.iv.soft_mg_per_kg", "dose.iv.hard_mg_per_kg"),
    ("dose.im.start_mg_per_kg", "dose.im.soft_mg_per_kg"),
    ("dose.im.soft_mg_per_kg", "dose.im.hard_mg_per_kg"),
    ("dose.sl.start_mg", "dose.sl.soft_mg"),
    ("dose.sl.soft_mg", "dose.sl.hard_mg"),
    ("dose.esketamine.start_mg", "dose.esketamine.hard_mg"),
    ("rems.warn_d", "rems.due_d"),
    ("windows.end_from_d", "windows.end_to_d"),
    ("horizon.24h_from_h", "horizon.24h_to_h"),
    ("horizon.7d_from_d", "horizon.7d_to_d"),
    ("horizon.30d_from_d", "horizon.30d_to_d"),
    ("windows.week4_tolerance_d", "windows.week4_d"),
    ("windows.month3_tolerance_d", "windows.month3_d"),
    ("windows.month6_tolerance_d", "windows.month6_d"),
)
"""The first is never above the second: at the network, nor at any clinic."""


class PolicyError(Exception):
    """The policy document cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Document:
    """The file, member by member."""

    id: str
    version: str
    effective_from: date
    approved_by: str
    values: dict[str, Term]
    clinics: dict[str, ClinicPolicy]
    sources: dict[str, str]
    protocols: tuple[CourseTemplate, ...]
    schedules: dict[str, VitalsSchedule]
    consents: tuple[ConsentText, ...]
    staffing: dict[str, tuple[tuple[Role, ...], ...]]
    resources: dict[str, tuple[tuple[ResourceKind, ...], ...]]
    certificates: dict[str, tuple[str, ...]]
    drugs: dict[str, DrugClass]
    antidepressants: dict[str, Antidepressant]
    measures: dict[str, Measure]
    regions: dict[str, str]


def load(path: Path) -> Policy:
    """The policy in force. Raises PolicyError if one word of it cannot be relied on."""
    try:
        document = _CONVERTER.structure(json.loads(path.read_bytes()), Document)
    except (OSError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"policy {path.name}: {error!r}") from error
    except Exception as error:
        found = transform_error(error, "policy", _in_words)
        raise PolicyError(f"policy {path.name}: {'; '.join(found)}") from error
    if faults := [*_tables(document), *_clinics(document), *_orders(document)]:
        raise PolicyError(f"policy {path.name}: {'; '.join(faults)}")
    return _policy(document)


def _policy(document: Document) -> Policy:
    return Policy(
        id=document.id,
        version=document.version,
        effective_from=document.effective_from,
        approved_by=document.approved_by,
        values={key: term.value for key, term in document.values.items()},
        terms=document.values,
        protocols={template.code: template for template in document.protocols},
        schedules=document.schedules,
        consents=document.consents,
        staffing=document.staffing,
        resources=document.resources,
        certificates=document.certificates,
        drugs=document.drugs,
        antidepressants=document.antidepressants,
        measures=document.measures,
        regions=document.regions,
        sources=document.sources,
        clinics=document.clinics,
    )


def _tables(document: Document) -> Iterator[str]:
    if document.approved_by != APPROVER:
        yield f"it is approved by {document.approved_by}, not by the {APPROVER}"
    if len({each.code for each in document.protocols}) != len(document.protocols):
        yield "two protocols have the same code"
    for name, table in (("schedules", document.schedules), ("staffing", document.staffing)):
        if table.keys() != ROUTES:
            yield f"{name} must have these routes and no others: {', '.join(sorted(ROUTES))}"
    yield from _bookable(document)
    for route, schedule in document.schedules.items():
        if odd := set(schedule.mandatory_min) - {*schedule.vitals_min, *schedule.cadss_min}:
            yield f"{route} has {min(odd)} as mandatory, but nothing is measured then"
    yield from _consents(document.consents)
    yield from _measures(document.measures)
    if unplaced := document.clinics.keys() - document.regions.keys():
        yield f"regions does not say where these clinics are: {', '.join(sorted(unplaced))}"


def _bookable(document: Document) -> Iterator[str]:
    if document.resources.keys() != SESSIONS:
        yield f"resources must have these sessions and no others: {', '.join(sorted(SESSIONS))}"
    if unknown := document.certificates.keys() - set(get_args(Role)):
        yield f"certificates are asked of unknown roles: {', '.join(sorted(unknown))}"


def _consents(texts: Sequence[ConsentText]) -> Iterator[str]:
    for each in texts:
        if each.route not in ROUTES or each.indication not in INDICATIONS:
            yield f"a consent text is for {each.route} and {each.indication}: one is unknown"
    if {each.route for each in texts if each.indication == "any"} != ROUTES:
        yield "every route needs a consent text for any indication"


def _measures(measures: Mapping[str, Measure]) -> Iterator[str]:
    for code, each in measures.items():
        instrument = INSTRUMENTS.get(code)
        if instrument is None:
            yield f"measures has {code}, which is not an instrument"
        elif instrument.measures == "session" or instrument.total_range is None:
            yield f"measures has {code}: of it no change is judged"
        if each.sd <= 0 or not 0 < each.r < 1:
            yield f"measures has {code} with sd {each.sd:g} and r {each.r:g}: sd > 0, 0 < r < 1"
        norms = (each.clinical_mean, each.clinical_sd, each.healthy_mean, each.healthy_sd)
        if any(norm is None for norm in norms) and any(norm is not None for norm in norms):
            yield f"measures has {code} with some norms only: give all four, or none"
        if each.clinical_sd == 0 or each.healthy_sd == 0:
            yield f"measures has {code} with a norm of no spread: it gives no cut-off"
        if not re.fullmatch(rf"{code}/states/[1-9][0-9]*", each.rules):
            yield f"measures has {code} with rules {each.rules}: name them {code}/states/<version>"


def _clinics(document: Document) -> Iterator[str]:
    for clinic, own in document.clinics.items():
        if own.approved_by != APPROVER:
            yield f"clinic {clinic} is approved by {own.approved_by}, not by the {APPROVER}"
        if not _is_id(f"{document.version}.{clinic}-{own.version}"):
            yield f"clinic {clinic} and version {own.version} make no identifier"
        for key, value in own.values.items():
            yield from _override(clinic, key, value, document.values.get(key))


def _override(clinic: str, key: str, value: float, term: Term | None) -> Iterator[str]:
    if term is None:
        yield f"clinic {clinic} sets {key} to {value:g}, which the network does not have"
    elif term.tighter == "fixed":
        yield f"clinic {clinic} sets {key} to {value:g}: the network's {term.value:g} is fixed"
    elif term.is_loosened_by(value):
        yield (
            f"clinic {clinic} loosens {key} to {value:g}: the network has {term.value:g},"
            f" tighter is {term.tighter}"
        )


def _orders(document: Document) -> Iterator[str]:
    network = {key: term.value for key, term in document.values.items()}
    yield from _order("the network", network)
    for clinic, own in document.clinics.items():
        yield from _order(f"clinic {clinic}", network | dict(own.values))


def _order(whose: str, values: Mapping[str, float]) -> Iterator[str]:
    for low, high in ORDERED:
        if low in values and high in values and values[low] > values[high]:
            yield f"{whose} has {low} {values[low]:g} above {high} {values[high]:g}"


def _is_id(text: str) -> bool:
    shape = get_args(Id)[1]
    return len(text) <= shape.longest and bool(re.fullmatch(shape.pattern, text))


def _in_words(error: BaseException, kind: type | None) -> str:
    return str(error) if type(error) is ValueError else format_exception(error, kind)


def _number(value: object, _kind: Any) -> float:
    """A finite number: NaN would make every comparison with it false, and so every rule silent."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < inf:
        raise ValueError(f"{value!r} is not a number from 0")
    return value


def _whole(value: object, _kind: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is not a whole number from 0")
    return value


def _text(value: object, _kind: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{value!r} is not a text")
    return value


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(int, _whole)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    return converter


_CONVERTER = _converter()
