"""More than symptoms: well-being, resilience and purpose of the same people, at their latest."""

from collections.abc import Mapping

import polars as pl

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.report.counting.people import People, whose
from services.outcomes.analytics.report.counting.tally import added_up, hundredths, placed
from services.outcomes.analytics.report.shapes import OfInstrument
from services.outcomes.analytics.report.statistics.change import Sums, changes, direction
from services.outcomes.analytics.report.statistics.proportions import rates
from services.outcomes.analytics.report.statistics.rounding import Numbers

STRENGTHS = ("who-5", "brs", "let")
_SEEN = ("change", "baseline", "reliable", "deteriorated")
_STATES = ("improved", "deteriorated")
_SUMS = ("changed", "change", "change_squared", "base", "base_squared", "product")


def strengths(frames: Frames, of: People) -> list[tuple[OfInstrument, ...]]:
    """Per group, the instruments of strengths that somebody answered after a dose."""
    found = _added_up(frames, of)
    size = of.groups.height
    people = placed(of.rows.group_by("group").agg(n=pl.len()), "n", size)
    columns = [
        _of(instrument, rows, people, size)
        for instrument in STRENGTHS
        if (rows := found.filter(pl.col("instrument") == instrument)).height
    ]
    answered = [[each for each in row if each] for row in zip(*columns, strict=True)]
    return [tuple(each) for each in answered] or [()] * size


def _added_up(frames: Frames, of: People) -> pl.DataFrame:
    after = (pl.col("after_dose") > 0) & pl.col("score").is_not_null()
    found = (
        frames.results.lazy()
        .with_row_index("row")
        .filter(pl.col("instrument").is_in(STRENGTHS) & after)
        .select("row", "patient_id", pl.col("instrument").cast(pl.Enum(STRENGTHS)))
        .collect()
    )
    latest = (
        found.select("row", "instrument")
        .with_columns(whose(found["patient_id"], of.rows))
        .drop_nulls("who")
        .group_by("who", "group", "instrument")
        .agg(pl.col("row").max())
    )
    seen = frames.results.select(pl.col(_SEEN).gather(latest["row"]))
    return (
        latest.with_columns(seen)
        .with_columns(hundredths())
        .group_by("group", "instrument")
        .agg(added_up(_STATES))
    )


def _of(
    instrument: str, rows: pl.DataFrame, people: Numbers, size: int
) -> list[OfInstrument | None]:
    names = ("n", *_SUMS, *(each + known for each in _STATES for known in ("", "-known")))
    of: Mapping[str, Numbers] = {name: placed(rows, name, size) for name in names}
    better = direction([instrument] * size)
    lost = people - of["n"]
    mean = changes(Sums(*(of[name] for name in _SUMS)), better)
    improved = rates(of["improved"], of["improved-known"], lost)
    worse = rates(of["deteriorated"], of["deteriorated-known"], lost)
    return [
        OfInstrument(instrument, mean[row], improved[row], worse[row]) if n else None
        for row, n in enumerate(of["n"].tolist())
    ]
