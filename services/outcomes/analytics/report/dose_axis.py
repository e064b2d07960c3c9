"""Relief on the dose axis: change a day, a week and a month after dose number k, with its n.

Suicidal thoughts are an ordinal, of an item or of the C-SSRS: counted, never averaged.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

import polars as pl

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.report.counting.people import dosed, grouped, whose
from services.outcomes.analytics.report.counting.tally import added_up, hundredths
from services.outcomes.analytics.report.counts import DIMENSIONS, Dimension
from services.outcomes.analytics.report.shapes import (
    AfterDose,
    DoseAxisReport,
    MeanChange,
    Moved,
    Topic,
)
from services.outcomes.analytics.report.statistics.change import Sums, changes, direction
from services.outcomes.analytics.report.statistics.proportions import mcnemar
from services.outcomes.analytics.report.statistics.rounding import half_up
from services.outcomes.analytics.report.warnings import LOST, about
from shared.contracts.outcomes import Horizon
from shared.kernel.policy import Policy

TOPICS: Mapping[str, Topic] = {
    "shaps": "numbness",
    "shaps-likert": "numbness",
    "bhs": "hopelessness",
    "who-5": "strengths",
    "brs": "strengths",
    "let": "strengths",
}
"""What an instrument other than of symptoms is asked about (SHAPS: emotional numbness)."""
_SUMS = ("changed", "change", "change_squared", "base", "base_squared", "product")
_CELL = ("group", "instrument", "after_dose", "horizon")


def dose_axis_report(
    frames: Frames, by: Sequence[Dimension], policy: Policy, instrument: str | None = None
) -> DoseAxisReport:
    """Of the primary instruments and every topic, or of the one instrument named."""
    rows, groups = grouped(dosed(frames, by, policy), by)
    cells = _cells(frames, rows, instrument)
    names = groups.select(DIMENSIONS).rows()
    items = [AfterDose(*names[group], *rest) for group, *rest in (*_changed(cells), *_moved(cells))]
    return DoseAxisReport(
        items=tuple(sorted(items, key=_place)), **about(frames, by, instrument, LOST)
    )


def _cells(frames: Frames, rows: pl.DataFrame, instrument: str | None) -> pl.DataFrame:
    name = pl.col("instrument")
    suicidal = pl.col("suicidal_item_change").is_not_null()
    every = pl.col("primary") | name.is_in(list(TOPICS)) | suicidal
    found = (
        frames.results.lazy()
        .filter(pl.col("horizon").is_not_null() & (name == instrument if instrument else every))
        .select(
            *("patient_id", *_CELL[1:], "change", "baseline"),
            *("suicidal_item", "suicidal_item_change", "primary"),
        )
        .collect()
    )
    return (
        found.lazy()
        .with_columns(whose(found["patient_id"], rows))
        .drop_nulls("who")
        .with_columns(hundredths())
        .group_by(_CELL)
        .agg(*added_up(()), *_counted(), pl.col("primary").any())
        .sort(_CELL)
        .collect()
    )


def _counted() -> list[pl.Expr]:
    moved, now = pl.col("suicidal_item_change"), pl.col("suicidal_item")
    before = now - moved
    return [
        moved.count().alias("moved"),
        (before > 0).sum().alias("present"),
        (moved < 0).sum().alias("improved"),
        (moved == 0).sum().alias("same"),
        (moved > 0).sum().alias("worse"),
        ((before > 0) & (now == 0)).sum().alias("gone"),
        ((before == 0) & (now > 0)).sum().alias("come"),
    ]


_Cell = tuple[int, Topic, str, int, Horizon, MeanChange | None, Moved | None]


def _changed(cells: pl.DataFrame) -> Iterator[_Cell]:
    """Of an instrument that was asked for its score: a primary one, a topic, or the one named."""
    told = cells.filter(pl.col("changed") > 0)
    sums = Sums(*(told[name].to_numpy() for name in _SUMS))
    found = changes(sums, direction(told["instrument"].to_list()))
    for cell, change in zip(told.iter_rows(named=True), found, strict=True):
        yield (*_key(cell, TOPICS.get(cell["instrument"], "symptoms")), change, None)


def _moved(cells: pl.DataFrame) -> Iterator[_Cell]:
    same = ("present", "improved", "same", "worse", "gone", "come")
    names = {"n": "moved"} | dict(zip(same, same, strict=True))
    for cell in cells.filter(pl.col("moved") > 0).iter_rows(named=True):
        p = mcnemar(cell["gone"], cell["come"])
        counts = {name: cell[column] for name, column in names.items()}
        moved = Moved(**counts, p=None if p is None else half_up(p, 4))
        yield (*_key(cell, "suicidality"), None, moved)


def _key(cell: Mapping[str, Any], topic: Topic) -> tuple[int, Topic, str, int, Horizon]:
    return cell["group"], topic, cell["instrument"], cell["after_dose"], cell["horizon"]


def _place(item: AfterDose) -> tuple[Any, ...]:
    group = (item.clinic, item.indication, item.route, item.period)
    horizon = get_args(Horizon).index(item.horizon)
    return (*group, get_args(Topic).index(item.topic), item.instrument, item.after_dose, horizon)
