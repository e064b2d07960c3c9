"""Each chart by name: which answer it draws, from what the caller may see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.pictures.specs.comparison import forest, funnel
from services.outcomes.analytics.pictures.specs.people import Records, trajectory, waterfall
from services.outcomes.analytics.pictures.specs.strengths import strengths
from services.outcomes.analytics.pictures.specs.style import Spec
from services.outcomes.analytics.pictures.specs.survival import survival
from services.outcomes.analytics.report.comparison import By, comparison_report
from services.outcomes.analytics.report.integration import integration_report
from services.outcomes.analytics.report.network import network_report
from services.outcomes.analytics.report.shapes import ComparisonReport, SurvivalReport
from services.outcomes.analytics.report.survival import Asked, survival_report
from shared.kernel.policy import Policy

INSTRUMENT = "phq-9"
INTEGRATION = "integration"
BY_INTEGRATION = "integration sessions before it"
ATTENDED = {
    "not-due": "none due yet",
    "none": "attended none",
    "some": "attended some",
    "all": "attended all due",
}
EVERYBODY = "everybody"
Query = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """What the caller may see. `cells_min`: of fewer people nothing is told; 0: every count is.

    `records`: rows of the stream, for those who may read it.
    """

    frames: Frames
    policy: Policy
    cells_min: int
    records: pl.DataFrame | None
    as_of: datetime


@dataclass(frozen=True)
class Drawable:
    """`needs`: what of the caller; `of_clinics`: it shows clinics, `of_records`: single people."""

    draw: Callable[[Seen, Query], Spec]
    words: str
    of_clinics: bool = False
    of_records: bool = False


def _survival(seen: Seen, query: Query) -> Spec:
    return survival(_survival_report(seen, query), seen.cells_min)


def _survival_report(seen: Seen, query: Query) -> SurvivalReport:
    if query["by"] != INTEGRATION:
        asked = Asked(query["of"], query["instrument"], query["unit"], query["censoring"])
        by = tuple(query["by"].split(",")) if query["by"] else ()
        report = survival_report(seen.frames, asked, by, seen.policy)
        named = tuple(replace(each, label=EVERYBODY) for each in report.items)
        return report if by else replace(report, items=named)
    instrument = query["instrument"] or INSTRUMENT
    found = integration_report(seen.frames, seen.policy, instrument, query["censoring"])
    return SurvivalReport(
        as_of=found.as_of,
        by=(BY_INTEGRATION,),
        rules=found.rules,
        definitions=found.definitions,
        warnings=found.warnings,
        of="durability",
        unit="d",
        log_rank=found.log_rank,
        items=tuple(replace(each, label=ATTENDED[each.label]) for each in found.durability),
    )


def _strengths(seen: Seen, query: Query) -> Spec:
    instrument = query["instrument"] or INSTRUMENT
    return strengths(network_report(seen.frames, (), seen.policy, instrument), seen.cells_min)


def _comparison(seen: Seen, query: Query) -> ComparisonReport:
    by = By(query["measure"], query["window"], query["instrument"] or INSTRUMENT)
    return comparison_report(seen.frames, by, seen.policy)


def _records(seen: Seen, query: Query) -> Records:
    rows = pl.DataFrame() if seen.records is None else seen.records
    least = int(seen.policy["cells.min"])
    return Records(rows, query["instrument"] or INSTRUMENT, seen.as_of, least)


CHARTS: Mapping[str, Drawable] = {
    "survival": Drawable(
        _survival, "How soon response comes, how long it lasts, by group or by integration."
    ),
    "strengths": Drawable(_strengths, "Well-being, resilience and purpose beside symptoms."),
    "trajectory": Drawable(
        lambda seen, query: trajectory(_records(seen, query)),
        "Scores over study days: the mean, and some people one by one.",
        of_records=True,
    ),
    "waterfall": Drawable(
        lambda seen, query: waterfall(_records(seen, query)),
        "The change of each person, most improved first.",
        of_records=True,
    ),
    "funnel": Drawable(
        lambda seen, query: funnel(_comparison(seen, query)),
        "Clinics, and what chance explains.",
        of_clinics=True,
    ),
    "forest": Drawable(
        lambda seen, query: forest(_comparison(seen, query)),
        "Clinics with intervals, pooled by random effects.",
        of_clinics=True,
    ),
}
