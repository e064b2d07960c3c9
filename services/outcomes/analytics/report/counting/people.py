"""One row per patient who had a dose: who belongs to which group, and which results stand for them.

Everything that a report says is added up from these columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
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
_NEVER = 1_000_000
_SEEN = (
    *("response", "remission", "reliable", "deteriorated", "off_track"),
    *("change", "baseline", "study_day", "after_dose"),
)
_PRIMARY = {each: primary_instrument(each) for each in get_args(Indication)}


@dataclass(frozen=True)
class People:
    """`rows`: one per patient who had a dose, `who` their number; `group` that of their group.

    `groups`: the dimensions of each group, by its number. `results`: what is told of
    all of the frames; what stands for somebody is a row of it.
    """

    rows: pl.DataFrame
    groups: pl.DataFrame
    results: pl.DataFrame


def dosed(frames: Frames, by: Sequence[Dimension], policy: Policy) -> pl.DataFrame:
    """Everybody who had a dose, with the dimensions named.

    `last_day`: study day of the last one; `<window>/due`: the window is over.
    """
    last, first = pl.col("last_dose_on"), pl.col("first_dose_on")
    today = frames.as_of.date()
    over = {
        f"{window}/due": last + pl.duration(days=days) <= today
        for window, days in last_days(policy).items()
    }
    dimensions: dict[Dimension, pl.Expr] = {
        "clinic": pl.col("clinic"),
        "indication": pl.col("indication"),
        "route": pl.col("route").fill_null(UNKNOWN),
        "period": pl.format("{}-Q{}", first.dt.year(), first.dt.quarter()),
    }
    return (
        frames.patients.lazy()
        .filter(pl.col("doses") > 0)
        .select(
            *("patient_id", "doses", "integrations"),
            *(dimensions[each].alias(each) for each in by),
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
    rows, groups = grouped(dosed(frames, by, policy), by)
    if instrument:
        rows = rows.with_columns(instrument=pl.lit(instrument))
    results = measured(frames, rows, instrument)
    stands = picks(results, last_days(policy), rows.height)
    seen = frames.results.select(_SEEN).rechunk()
    return People(rows.hstack(stands), groups, seen)


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
    known = results.hstack(whose(results["patient_id"], rows)).drop_nulls("who")
    return known.with_columns(since_last=pl.col("study_day") - pl.col("last_day"))


def whose(patient_ids: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    """The columns `who`, `group` and `last_day` beside each; null of whom the rows have not."""
    codes, known = (each.to_physical().to_numpy() for each in (patient_ids, rows["patient_id"]))
    place = np.full(max(codes.max(initial=0), known.max(initial=0)) + 1, -1, np.int64)
    place[known] = np.arange(rows.height)
    return rows.select(pl.col("who", "group", "last_day").gather(_or_none(place[codes])))


def picks(results: pl.DataFrame, last_days: Mapping[At, int], people: int) -> pl.DataFrame:
    """Of each of `people`, the `row` of the result that stands for them: `latest`;
    `<window>/observed`; `<window>/added`, where nothing was observed: the last one until the
    window's last day.

    Also `has-baseline`, `responded` (with it response began), `judged` (the last that can tell).
    `results`: `row` ascends.
    """
    windows = sorted(last_days, key=lambda each: last_days[each])
    days = [last_days[each] for each in windows]
    told = results.lazy()
    after = told.filter("after")
    until = np.maximum.accumulate(_last(after, people, _windows_over(days), len(days) + 1))
    in_one = after.filter(pl.col("window").is_in(windows))
    observed = _last(in_one, people, _window_number(windows), len(windows))
    added = np.where(observed < 0, until[:-1], -1)
    rows = {
        "latest/observed": until[-1],
        **{f"{each}/observed": observed[n] for n, each in enumerate(windows)},
        **{f"{each}/added": added[n] for n, each in enumerate(windows)},
        "responded": _last(told.filter("first_response").reverse(), people)[0],
        "judged": _last(after.filter("judged"), people)[0],
    }
    based = _last(told.filter("based"), people)[0] >= 0
    return pl.DataFrame(
        {"has-baseline": based} | {name: _or_none(each) for name, each in rows.items()}
    )


def _windows_over(days: Sequence[int]) -> pl.Expr:
    """How many windows were over before the day of the result; all of them, if that is unknown."""
    since_last = pl.col("since_last").fill_null(_NEVER)
    return pl.sum_horizontal((since_last > each).cast(pl.Int32) for each in days)


def _window_number(windows: Sequence[At]) -> pl.Expr:
    numbers = ((pl.col("window") == each).cast(pl.Int32) * n for n, each in enumerate(windows))
    return pl.sum_horizontal(numbers)


def _last(results: pl.LazyFrame, people: int, kind: pl.Expr | None = None, kinds: int = 1) -> Any:
    """The last row of each kind (down) and of everybody (across); -1: there is none."""
    who = pl.col("who").cast(pl.Int32)
    place = who if kind is None else who + kind * people
    of = results.select("row", place=place).collect()
    found = np.full(kinds * people, -1, np.int32)
    # Of several at one place numpy keeps the last.
    found[of["place"].to_numpy()] = of["row"].to_numpy()
    return found.reshape(kinds, people)


def _or_none(rows: Any) -> pl.Series:
    found = pl.Series(rows)
    return found.set(found < 0, None)
