"""People of the stream, one by one: their course over study days, and how far each has come.

Drawn from records that name nobody, for those who may read these records; no mean is drawn of
fewer people than a release could show.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from statistics import mean, stdev
from typing import Any

import polars as pl

from services.outcomes.analytics.pictures.specs.style import (
    BLUE,
    GREEN,
    GREY,
    RED,
    WIDTH,
    Spec,
    chart,
    empty,
    name_of,
    nominal,
    quantity,
    tip,
)

SAMPLE = 40
"""Lines that can still be told apart; tokens are random, so the first ones are a random sample."""
BIN_D = 14
FIRST_D, LAST_D = -14, 240
Z = 1.96
STATES = {"response": GREEN, "no response": BLUE, "got worse": RED}
NOT_RANDOMISED = (
    "Nobody was randomised: a change from before to after is no effect of the drug by itself."
)


@dataclass(frozen=True)
class Records:
    """`results`: rows of the stream (`OutcomeResult`). `cells_min`: a mean needs so many."""

    results: pl.DataFrame
    instrument: str
    as_of: datetime
    cells_min: int


def trajectory(records: Records) -> Spec:
    title = f"{name_of(records.instrument)} over study days"
    rows = _scored(records)
    means = list(_means(rows, records.cells_min))
    if not means:
        return empty(title, records.as_of)
    tokens = rows["subject_token"].unique().sort()
    few = rows.filter(pl.col("subject_token").is_in(tokens.head(SAMPLE).implode()))
    lines = few.select("subject_token", "study_day", "score", "after_dose").to_dicts()
    said = [
        f"n = {len(tokens)} people who answered. Bold: mean of each {BIN_D} days with its 95 % "
        f"interval, where at least {records.cells_min} people answered; thin: "
        f"{min(SAMPLE, len(tokens))} people drawn at random.",
        "Who stays until the end is not who began: the mean is of those who answered then.",
    ]
    layer = [*_individuals(lines, records), *_mean_marks(means, records)]
    return chart(title, said, records.as_of, [NOT_RANDOMISED], width=WIDTH, height=280, layer=layer)


def waterfall(records: Records) -> Spec:
    title = f"Change in {name_of(records.instrument)}, person by person"
    rows = list(_changes(records))
    if len(rows) < records.cells_min:
        return empty(title, records.as_of)
    responded = sum(row["state"] == "response" for row in rows)
    said = [
        f"n = {len(rows)} people with a baseline and an answer after a dose; the latest answer of "
        f"each. Response: {responded} of {len(rows)}.",
        "People without a later answer are not here: see the completeness of the report.",
    ]
    colour = nominal("state", None, scale={"domain": list(STATES), "range": list(STATES.values())})
    encoding: Spec = {
        "x": {
            "field": "rank",
            "type": "ordinal",
            "title": "People, most improved first",
            "axis": {"labels": False, "ticks": False},
        },
        "y": quantity("percent", "Change from baseline in percent"),
        "color": colour,
        "tooltip": [
            tip("percent", "Change %", ".1f"),
            tip("state", "State"),
            tip("after_dose", "Doses before it", ".0f"),
            tip("study_day", "Study day", ".0f"),
        ],
    }
    line: Spec = {
        "mark": {"type": "rule", "strokeDash": [4, 3], "color": GREY},
        "encoding": {"y": {"datum": -50, "type": "quantitative"}},
    }
    bars: Spec = {"data": {"values": rows}, "mark": {"type": "bar"}, "encoding": encoding}
    layer = [bars, line] if rows[0]["better"] == "lower" else [bars]
    return chart(title, said, records.as_of, [NOT_RANDOMISED], width=WIDTH, height=260, layer=layer)


def _scored(records: Records) -> pl.DataFrame:
    day = pl.col("study_day")
    return records.results.filter(
        (pl.col("instrument") == records.instrument)
        & pl.col("score").is_not_null()
        & day.is_between(FIRST_D, LAST_D)
    ).sort("subject_token", "study_day")


def _means(rows: pl.DataFrame, cells_min: int) -> Iterator[dict[str, Any]]:
    """One answer of each person per stretch of days, the last one."""
    binned = rows.with_columns(bin=pl.col("study_day").floordiv(BIN_D) * BIN_D)
    last = binned.group_by("subject_token", "bin", maintain_order=True).last().sort("bin")
    for (start,), of in last.group_by("bin", maintain_order=True):
        scores = of["score"].to_list()
        if len(scores) >= cells_min:
            middle, half = mean(scores), Z * stdev(scores) / len(scores) ** 0.5
            yield {
                "day": int(str(start)) + BIN_D / 2,
                "mean": round(middle, 2),
                "low": round(middle - half, 2),
                "high": round(middle + half, 2),
                "n": len(scores),
            }


def _individuals(lines: list[dict[str, Any]], records: Records) -> list[Spec]:
    return [
        {
            "data": {"values": lines},
            "mark": {"type": "line", "strokeWidth": 0.8, "opacity": 0.35, "color": GREY},
            "encoding": {
                "x": quantity("study_day", "Days since the first dose"),
                "y": quantity("score", name_of(records.instrument)),
                "detail": nominal("subject_token", None),
            },
        }
    ]


def _mean_marks(means: list[dict[str, Any]], records: Records) -> list[Spec]:
    x = quantity("day", "Days since the first dose")
    y = quantity("mean", name_of(records.instrument))
    tips = [
        tip("day", "Study day", ".0f"),
        tip("mean", "Mean", ".1f"),
        tip("low", "95 % from", ".1f"),
        tip("high", "to", ".1f"),
        tip("n", "n", ".0f"),
    ]
    band: Spec = {
        "data": {"values": means},
        "mark": {"type": "area", "opacity": 0.2, "color": BLUE},
        "encoding": {
            "x": x,
            "y": quantity("low", name_of(records.instrument)),
            "y2": {"field": "high"},
        },
    }
    line: Spec = {
        "data": {"values": means},
        "mark": {"type": "line", "strokeWidth": 3, "color": BLUE, "point": {"color": BLUE}},
        "encoding": {"x": x, "y": y, "tooltip": tips},
    }
    return [band, line]


def _changes(records: Records) -> Iterator[dict[str, Any]]:
    """Most improved first."""
    latest = (
        records.results.filter(
            (pl.col("instrument") == records.instrument)
            & (pl.col("after_dose") > 0)
            & pl.col("percent_change").is_not_null()
        )
        .sort("study_day")
        .group_by("subject_token", maintain_order=True)
        .last()
    )
    better = latest["better"].first() if latest.height else "lower"
    ranked = latest.sort("percent_change", "subject_token", descending=better == "higher")
    for rank, row in enumerate(ranked.iter_rows(named=True), 1):
        yield {
            "rank": rank,
            "percent": row["percent_change"],
            "state": _state(row),
            "better": row["better"],
            "after_dose": row["after_dose"],
            "study_day": row["study_day"],
        }


def _state(row: dict[str, Any]) -> str:
    if row["response"]:
        return "response"
    return "got worse" if row["reliable"] == "deteriorated" else "no response"
