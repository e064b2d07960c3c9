"""How fast response comes and how long it lasts, by Kaplan-Meier with censoring (OUT-11).

Never a share of those who are still there: who stops coming is censored at the last visit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.report.counting.people import People, people, whose
from services.outcomes.analytics.report.counts import DIMENSIONS, Dimension
from services.outcomes.analytics.report.shapes import Curve, Step, SurvivalReport
from services.outcomes.analytics.report.statistics.lifetimes import life_table, log_rank, medians
from services.outcomes.analytics.report.statistics.rounding import rounded, told
from services.outcomes.analytics.report.warnings import LOST, PERSONS, about
from shared.kernel.policy import Policy

Censoring = Literal["last-visit", "next-dose"]
"""Where who has not relapsed leaves: at the last visit, or at the last before a further dose."""
UNITS = {"d": "study_day", "doses": "after_dose"}


@dataclass(frozen=True)
class Asked:
    """Of response or of durability; `instrument` None: the primary one of each indication."""

    of: Literal["response", "durability"]
    instrument: str | None = None
    unit: Literal["d", "doses"] = "d"
    censoring: Censoring = "last-visit"


def survival_report(
    frames: Frames, asked: Asked, by: Sequence[Dimension], policy: Policy
) -> SurvivalReport:
    """A curve per group. Durability is in days."""
    found = people(frames, by, asked.instrument, policy)
    is_response = asked.of == "response"
    lives = (
        to_response(found, asked.unit)
        if is_response
        else durability(frames, found, asked.instrument, asked.censoring)
    )
    return SurvivalReport(
        of=asked.of,
        unit=asked.unit if is_response else "d",
        log_rank=log_rank(lives),
        items=tuple(curves(lives, dict(enumerate(_labels(found.groups))))),
        **about(frames, by, asked.instrument, LOST, *((PERSONS,) if by else ())),
    )


def to_response(of: People, unit: Literal["d", "doses"]) -> pl.DataFrame:
    """`group`, `time` and `event` of everybody with a baseline and a result that can tell.

    Time in days since the first dose, or in doses given before the result.
    """
    told = of.rows.filter(pl.col("judged").is_not_null())
    ends = told.select("group", row=pl.coalesce("responded", "judged"))
    time = of.results[UNITS[unit]].gather(ends["row"])
    return ends.select("group", time=time, event=told["responded"].is_not_null())


def durability(
    frames: Frames, of: People, instrument: str | None, censoring: Censoring
) -> pl.DataFrame:
    """`group`, `time`, `event`, `start` of everybody who responded; `start` is the row of it.

    Time zero: the first result that met response. Event: its loss, once it was confirmed.
    """
    begun = of.rows.filter(pl.col("responded").is_not_null()).select("who", start="responded")
    begun = begun.with_columns(
        day=frames.results["study_day"].gather(begun["start"]),
        dose=frames.results["after_dose"].gather(begun["start"]),
    )
    lives = _visits(frames, of, instrument).join(begun.lazy(), on="who")
    stays = pl.lit(True) if censoring == "last-visit" else pl.col("after_dose") == pl.col("dose")
    since = pl.col("study_day") - pl.col("day")
    return (
        lives.filter((pl.col("row") >= pl.col("start")) & stays)
        .group_by("who", "group", "start")
        .agg(relapsed=since.filter(pl.col("relapse")).min(), last=since.max())
        .select(
            *("group", "start"),
            time=pl.coalesce("relapsed", "last"),
            event=pl.col("relapsed").is_not_null(),
        )
        .collect()
    )


def _visits(frames: Frames, of: People, instrument: str | None) -> pl.LazyFrame:
    wanted = pl.col("instrument") == instrument if instrument else pl.col("primary")
    found = (
        frames.results.lazy()
        .with_row_index("row")
        .filter(wanted & (pl.col("after_dose") > 0) & pl.col("response").is_not_null())
        .select("row", "patient_id", "study_day", "after_dose", "relapse")
        .collect()
    )
    return found.lazy().with_columns(whose(found["patient_id"], of.rows)).drop_nulls("who")


def curves(lives: pl.DataFrame, labels: dict[int, str]) -> list[Curve]:
    """One per group that has somebody, in the order of the groups."""
    table = life_table(lives)
    half = medians(table)
    found = []
    for (group,), steps in table.group_by("group", maintain_order=True):
        people, events = steps["at_risk"][0], int(steps["events"].sum())
        label = labels[int(str(group))]
        found.append(Curve(label, people, events, half.get(group), _steps(steps)))
    return found


def _steps(table: pl.DataFrame) -> tuple[Step, ...]:
    columns = [table[name].to_list() for name in ("time", "at_risk", "events", "censored")]
    shares = [
        told(rounded(table[name].fill_null(float("nan")).to_numpy(), 4))
        for name in ("survival", "low", "high")
    ]
    return tuple(Step(*each) for each in zip(*columns, *shares, strict=True))


def _labels(groups: pl.DataFrame) -> list[str]:
    rows = groups.select(DIMENSIONS).rows()
    return [", ".join(each for each in row if each) or "all" for row in rows]
