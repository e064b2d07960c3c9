"""Integration sessions and outcomes: those who attended none, some or all of what was due.

Observational, and said so. Attendance is what was known at the result, or at the first response:
sessions that came later cannot explain what came before them (no immortal time).
"""

from typing import Any, get_args, get_type_hints

import polars as pl

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.report.counting.people import People, people
from services.outcomes.analytics.report.counting.tally import added_up, hundredths, placed
from services.outcomes.analytics.report.shapes import Count, Integrated, IntegrationReport
from services.outcomes.analytics.report.statistics.change import Sums, changes, direction
from services.outcomes.analytics.report.statistics.lifetimes import log_rank
from services.outcomes.analytics.report.statistics.proportions import rates
from services.outcomes.analytics.report.survival import Censoring, curves, durability
from services.outcomes.analytics.report.warnings import LOST, OBSERVATIONAL, about
from shared.kernel.policy import Policy

BANDS: tuple[Any, ...] = get_args(get_type_hints(Integrated)["attended"])
_SUMS = ("changed", "change", "change_squared", "base", "base_squared", "product")


def integration_report(
    frames: Frames, policy: Policy, instrument: str, censoring: Censoring = "last-visit"
) -> IntegrationReport:
    """Everybody's latest result of the instrument, by the integrations attended before it."""
    of = people(frames, (), instrument, policy)
    closes_h = int(policy["integration.window_to_h"])
    lives = durability(frames, of, instrument, censoring).with_columns(
        group=_bands(frames, "start", closes_h)
    )
    return IntegrationReport(
        instrument=instrument,
        items=_by_band(frames, of, closes_h, instrument),
        durability=tuple(curves(lives, dict(enumerate(BANDS)))),
        log_rank=log_rank(lives),
        **about(frames, (), instrument, OBSERVATIONAL, LOST),
    )


def _by_band(frames: Frames, of: People, closes_h: int, instrument: str) -> tuple[Integrated, ...]:
    rows = of.rows.rename({"latest/observed": "row"})
    seen = rows.filter(pl.col("row").is_not_null())
    states = frames.results.select(pl.col("response", "change", "baseline").gather(seen["row"]))
    found = (
        states.with_columns(group=seen.select(_bands(frames, "row", closes_h)).to_series())
        .with_columns(hundredths())
        .group_by("group")
        .agg(added_up(("response",)))
    )
    size = len(BANDS)
    n = {name: placed(found, name, size) for name in ("n", "response", "response-known", *_SUMS)}
    without = rows.filter(pl.col("row").is_null()).group_by(group=_so_far()).agg(n=pl.len())
    lost = placed(without, "n", size)
    response = rates(n["response"], n["response-known"], lost)
    mean = changes(Sums(*(n[name] for name in _SUMS)), direction([instrument] * size))
    people = (n["n"] + lost).tolist()
    return tuple(
        Integrated(band, Count(people[place]), response[place], mean[place])
        for place, band in enumerate(BANDS)
    )


def _bands(frames: Frames, row: str, closes_h: int) -> pl.Expr:
    """The band at the results of these rows. An integration is due once its time is over."""
    results = frames.results
    doses, attended, hours = (
        pl.lit(results[name]).gather(pl.col(row))
        for name in ("after_dose", "integrations", "since_dose_h")
    )
    return _band(attended, doses - (hours < closes_h).fill_null(True).cast(pl.Int32))


def _so_far() -> pl.Expr:
    return _band(pl.col("integrations"), pl.col("doses"))


def _band(attended: pl.Expr, due: pl.Expr) -> pl.Expr:
    return (
        pl.when((due <= 0) & (attended <= 0))
        .then(BANDS.index("not-due"))
        .when(attended <= 0)
        .then(BANDS.index("none"))
        .when(attended < due)
        .then(BANDS.index("some"))
        .otherwise(BANDS.index("all"))
    )
