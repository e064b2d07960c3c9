"""Kaplan-Meier with Greenwood's variance and the log-rank test, on counts per time.

By hand, for many groups at once; lifelines judges it in the tests.
"""

import numpy as np
import polars as pl
from scipy.stats import chi2 as chi_squared

from services.outcomes.analytics.report.shapes import LogRank
from services.outcomes.analytics.report.statistics.proportions import Z_95
from services.outcomes.analytics.report.statistics.rounding import Numbers, half_up

_HALF = 0.5 + 1e-9
"""A product of fractions that is one half may come out just above it."""


def life_table(people: pl.DataFrame, by: str = "group") -> pl.DataFrame:
    """A row per group and time, ascending: `at_risk` just before, `events`, `censored`, `survival`,
    `low` and `high` (log-log, Kalbfleisch and Prentice; null where survival is 0 or 1).

    `people`: `by`, `time`, `event` (else censored at `time`, after the events of that time).
    """
    d, n = pl.col("events"), pl.col("at_risk")
    greenwood = pl.when(n > d).then(d / (n * (n - d)))
    return (
        survival(people, by)
        .with_columns(_sum=greenwood.cum_sum().over(by))
        .with_columns(_ends("low", 1), _ends("high", -1))
        .drop("_sum")
    )


def survival(people: pl.DataFrame, by: str = "group") -> pl.DataFrame:
    """The life table without its limits."""
    counted = (
        people.group_by(by, "time")
        .agg(events=pl.col("event").sum().cast(pl.Int64), everybody=pl.len().cast(pl.Int64))
        .sort(by, "time")
    )
    d, n = pl.col("events"), pl.col("at_risk")
    gone = pl.col("everybody").cum_sum().over(by)
    return (
        counted.with_columns(
            at_risk=pl.col("everybody").sum().over(by) - gone + pl.col("everybody"),
            censored=pl.col("everybody") - d,
        )
        .with_columns(survival=(1 - d / n).cum_prod().over(by))
        .drop("everybody")
    )


def _ends(name: str, sign: int) -> pl.Expr:
    survival = pl.col("survival")
    error = pl.col("_sum").sqrt() / survival.log().abs()
    inner = (survival > 0) & (survival < 1)
    return pl.when(inner).then(survival.pow((sign * Z_95 * error).exp())).alias(name)


def medians(table: pl.DataFrame, by: str = "group") -> dict[object, float]:
    """The first time at which at most half survive, of the groups where that happened."""
    reached = table.filter(pl.col("survival") <= _HALF).group_by(by).agg(pl.col("time").min())
    return dict(reached.iter_rows())


def log_rank(people: pl.DataFrame, by: str = "group") -> LogRank | None:
    """Mantel's test that all groups have one curve; None of fewer than two groups, or no event."""
    groups = people[by].unique().sort().to_list()
    if len(groups) < 2 or not people["event"].any():
        return None
    deaths, at_risk = _by_time(people, by, groups)
    all_deaths, all_at_risk = deaths.sum(1), at_risk.sum(1)
    share = at_risk / all_at_risk[:, None]
    surplus = (deaths - share * all_deaths[:, None]).sum(0)
    weight = all_deaths * (all_at_risk - all_deaths) / np.maximum(all_at_risk - 1, 1)
    covariance = np.diag((weight[:, None] * share).sum(0)) - share.T @ (weight[:, None] * share)
    chi2 = float(surplus @ np.linalg.pinv(covariance) @ surplus)
    df = len(groups) - 1
    return LogRank(half_up(chi2), df, half_up(float(chi_squared.sf(chi2, df)), 4))


def _by_time(people: pl.DataFrame, by: str, groups: list[object]) -> tuple[Numbers, Numbers]:
    """Events, and how many are at risk, per time (rows) and group (columns)."""
    times, row = np.unique(people["time"].to_numpy(), return_inverse=True)
    place = {each: number for number, each in enumerate(groups)}
    column = people[by].replace_strict(place, return_dtype=pl.Int64).to_numpy()
    shape = (len(times), len(groups))
    everybody, deaths = np.zeros(shape), np.zeros(shape)
    np.add.at(everybody, (row, column), 1)
    np.add.at(deaths, (row, column), people["event"].to_numpy())
    return deaths, everybody[::-1].cumsum(0)[::-1]
