"""One row per patient who had a dose: who belongs to which group, and which results stand for them.

Everything that a report says is added up from these columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import polars as pl

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.report.counts import DIMENSIONS, Dimension
from services.outcomes.analytics.report.shapes import At
from services.outcomes.domain.axis.measured import primary_instrument
from shared.contracts.instruments import PHQ_9
from shared.contracts.site import Indication
from shared.kernel.policy import Policy

AFTER_LAST_DOSE: dict[At, tuple[str, ...]] = {
    "end": ("windows.end_to_d",),
    "week-4": ("windows.week4_d", "windows.week4_tolerance_d"),
    "month-3": ("windows.month3_d", "windows.month3_tolerance_d"),
    "month-6": ("windows.month6_d", "windows.month6_tolerance_d"),
}
"""The policy's values whose sum is the last day of a window, counted from the last dose."""
WINDOWS: tuple[At, ...] = ("latest", *AFTER_LAST_DOSE)
UNKNOWN = "unknown"
"""The route of people without a course."""
_PRIMARY = {each: primary_instrument(each) for each in get_args(Indication)}


@dataclass(frozen=True)
class People:
    """`rows`: one per patient who had a dose, `who` their number; `group` that of their group.

    `groups`: the dimensions of each group, by its number. `results`: all of the frames; what stands
    for somebody is a row of it.
    """

    rows: pl.DataFrame
    groups: pl.DataFrame
    results: pl.DataFrame


def dosed(frames: Frames, policy: Policy) -> pl.DataFrame:
    """Everybody who had a dose. `last_day`: study day of the last; `<window>/due`: it is over."""
    last, first = pl.col("last_dose_on"), pl.col("first_dose_on")
    today = frames.as_of.date()
    over = {
        f"{window}/due": last + pl.duration(days=days) <= today
        for window, days in last_days(policy).items()
    }
    return (
        frames.patients.lazy()
        .filter(pl.col("doses") > 0)
        .select(
            *("patient_id", "clinic", "indication", "doses", "integrations"),
            route=pl.col("route").fill_null(UNKNOWN),
            period=pl.format("{}-Q{}", first.dt.year(), first.dt.quarter()),
            # `other` on the stream is what few people have: the PHQ-9 is asked of everybody.
            instrument=pl.col("indication").replace_strict(
                _PRIMARY, default=PHQ_9.code, return_dtype=pl.String
            ),
            last_day=(last - first).dt.total_days(),
            **over,
        )
        .collect()
        .with_row_index("who")
    )


def last_days(policy: Policy) -> dict[At, int]:
    """Per window its last day, counted from the last dose."""
    return {each: int(sum(policy[key] for key in keys)) for each, keys in AFTER_LAST_DOSE.items()}


def grouped(rows: pl.DataFrame, by: Sequence[Dimension]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with their `group`, and the groups in order: a column per dimension, empty: all."""
    if not by:
        nobody = rows.select(pl.lit(0, pl.UInt32).alias("group")).head(1)
        return rows.with_columns(group=pl.lit(0, pl.UInt32)), _whole(nobody)
    groups = rows.select(by).unique().sort(by).with_row_index("group")
    return rows.join(groups, on=list(by), how="left", maintain_order="left"), _whole(groups)


def _whole(groups: pl.DataFrame) -> pl.DataFrame:
    absent = [each for each in DIMENSIONS if each not in groups.columns]
    return groups.with_columns(pl.lit("").alias(each) for each in absent)


def people(
    frames: Frames, by: Sequence[Dimension], instrument: str | None, policy: Policy
) -> People:
    """By the primary instrument of each one's indication, or by the one named."""
    rows, groups = grouped(dosed(frames, policy), by)
    if instrument:
        rows = rows.with_columns(instrument=pl.lit(instrument))
    results = measured(frames, rows, instrument)
    stands = picks(results, last_days(policy))
    rows = rows.join(stands, on="who", how="left", maintain_order="left")
    return People(rows, groups, frames.results)


def measured(frames: Frames, rows: pl.DataFrame, instrument: str | None) -> pl.DataFrame:
    """What picking needs of every result of the instrument; `row` is its number in the frames."""
    wanted = pl.col("instrument") == instrument if instrument else pl.col("primary")
    results = (
        frames.results.lazy()
        .with_row_index("row")
        .filter(wanted)
        .select(
            *("row", "patient_id", "study_day", "window", "first_response"),
            after=(pl.col("after_dose") > 0) & pl.col("score").is_not_null(),
            judged=pl.col("response").is_not_null(),
            based=pl.col("baseline").is_not_null(),
        )
        .collect()
    )
    return results.with_columns(whose(results["patient_id"], rows)).drop_nulls("who")


def whose(patient_ids: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    """The columns `who`, `group` and `last_day` beside each. A run of one patient is asked once."""
    run = patient_ids.rle_id()
    begins = patient_ids.to_frame().filter(run.diff().fill_null(1) != 0)
    known = rows.select("patient_id", "who", "group", "last_day")
    return begins.join(known, on="patient_id", how="left", maintain_order="left").select(
        pl.col("who", "group", "last_day").gather(run)
    )


def picks(results: pl.DataFrame, last_days: Mapping[At, int]) -> pl.DataFrame:
    """Per patient, the `row` of the result that stands for them: `latest`; `<window>/observed`;
    `<window>/added`, where nothing was observed: the last one until the window's last day.

    Also `has-baseline`, `responded` (with it response began), `judged` (the last that can tell).
    """
    after = pl.col("after")
    since_last = pl.col("study_day") - pl.col("last_day")
    before = {each: _row(after & (since_last <= days)).max() for each, days in last_days.items()}
    observed = {each: _row(after & (pl.col("window") == each)).max() for each in last_days}
    return (
        results.lazy()
        .group_by("who")
        .agg(
            pl.col("based").any().alias("has-baseline"),
            _row(after).max().alias("latest/observed"),
            *(each.alias(f"{name}/observed") for name, each in observed.items()),
            *(each.alias(f"{name}/added") for name, each in before.items()),
            _row(pl.col("first_response")).min().alias("responded"),
            _row(after & pl.col("judged")).max().alias("judged"),
        )
        .with_columns(
            pl.when(pl.col(f"{each}/observed").is_null())
            .then(f"{each}/added")
            .alias(f"{each}/added")
            for each in last_days
        )
        .collect()
    )


def _row(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.col("row"))
