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
WORSE = "reliably worse"
BY_RESPONSE = {"response": GREEN, "no response": BLUE, WORSE: RED}
BY_RELIABILITY = {"reliably better": GREEN, "no reliable change": BLUE, WORSE: RED}
BY_DIRECTION = {"better": GREEN, "the same": BLUE, "worse": RED}
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
        f"n = {len(tokens)} people who answered. Bold: mean before the first dose (at day 0) and "
        f"of each {BIN_D} days after it, with its 95 % interval, where at least "
        f"{records.cells_min} people answered; thin: {min(SAMPLE, len(tokens))} people drawn at "
        "random.",
        "Who stays until the end is not who began: the mean is of those who answered then.",
    ]
    layer = [*_individuals(lines, records), *_mean_marks(means, records)]
    return chart(title, said, records.as_of, [NOT_RANDOMISED], width=WIDTH, height=280, layer=layer)


def waterfall(records: Records) -> Spec:
    title = f"Change in {name_of(records.instrument)}, person by person"
    latest = _latest(records)
    if latest.height < records.cells_min:
        return empty(title, records.as_of)
    states, rows = _states(latest), list(_changes(latest))
    said = [
        f"n = {len(rows)} people with a baseline and an answer after a dose; the latest answer of "
        f"each.{_counted(rows, next(iter(states)), records.cells_min)}",
        "People without a later answer are not here: see the completeness of the report.",
    ]
    colour = nominal("state", None, scale={"domain": list(states), "range": list(states.values())})
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
    layer = [bars, line] if states is BY_RESPONSE else [bars]
    return chart(title, said, records.as_of, [NOT_RANDOMISED], width=WIDTH, height=260, layer=layer)


def _scored(records: Records) -> pl.DataFrame:
    day = pl.col("study_day")
    return records.results.filter(
        (pl.col("instrument") == records.instrument)
        & pl.col("score").is_not_null()
        & day.is_between(FIRST_D, LAST_D)
    ).sort("subject_token", "study_day")


def _means(rows: pl.DataFrame, cells_min: int) -> Iterator[dict[str, Any]]:
    """One answer of each person per stretch of days, the last one; all before a dose are one."""
    middle_d = pl.col("study_day").floordiv(BIN_D) * BIN_D + BIN_D // 2
    binned = rows.with_columns(bin=pl.when(pl.col("after_dose") > 0).then(middle_d).otherwise(0))
    last = binned.group_by("subject_token", "bin", maintain_order=True).last().sort("bin")
    for (day,), of in last.group_by("bin", maintain_order=True):
        scores = of["score"].to_list()
        if len(scores) >= cells_min:
            middle, half = mean(scores), Z * stdev(scores) / len(scores) ** 0.5
            yield {
                "day": day,
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


def _latest(records: Records) -> pl.DataFrame:
    """The latest answer of each after a dose, most improved first."""
    found = (
        records.results.filter(
            (pl.col("instrument") == records.instrument)
            & (pl.col("after_dose") > 0)
            & pl.col("percent_change").is_not_null()
        )
        .sort("study_day")
        .group_by("subject_token", maintain_order=True)
        .last()
    )
    is_higher = found.height > 0 and found["better"].first() == "higher"
    return found.sort("percent_change", "subject_token", descending=is_higher)


def _states(latest: pl.DataFrame) -> dict[str, str]:
    """What the instrument can say: not each has a rule for response, or one for reliable change."""
    if latest["response"].count():
        return BY_RESPONSE
    return BY_RELIABILITY if latest["reliable"].count() else BY_DIRECTION


def _counted(rows: list[dict[str, Any]], state: str, cells_min: int) -> str:
    """How many are in this state, unless that or the rest is a count that is not told (OUT-7)."""
    count = sum(row["state"] == state for row in rows)
    if any(0 < each < cells_min for each in (count, len(rows) - count)):
        return ""
    return f" {state.capitalize()}: {count} of {len(rows)}."


def _changes(latest: pl.DataFrame) -> Iterator[dict[str, Any]]:
    states = _states(latest)
    for rank, row in enumerate(latest.iter_rows(named=True), 1):
        yield {
            "rank": rank,
            "percent": row["percent_change"],
            "state": list(states)[_place(row, states)],
            "after_dose": row["after_dose"],
            "study_day": row["study_day"],
        }


def _place(row: dict[str, Any], states: dict[str, str]) -> int:
    """Better, neither or worse, by what these states go by."""
    if states is BY_DIRECTION:
        gain = row["percent_change"] * (1 if row["better"] == "higher" else -1)
        return 0 if gain > 0 else 1 if gain == 0 else 2
    is_better = row["response"] if states is BY_RESPONSE else row["reliable"] == "improved"
    return 0 if is_better else 2 if row["reliable"] == "deteriorated" else 1
