"""The same counts of the same rows by pandas and by DuckDB, from their own memory.

Much less than the report says: per group and window those due, observed, responders, remitters.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from services.outcomes.analytics.columns.frames import Frames

Key = tuple[str, ...]
Counts = Mapping[Key, tuple[int, ...]]
"""Per group and window: due, observed, responders, remitters; where somebody was due."""
_PATIENTS = ["patient_id", "clinic", "indication", "doses", "last_dose_on"]
_RESULTS = ["patient_id", "primary", "after_dose", "window", "score", "response", "remission"]


def by_pandas(frames: Frames, days: Mapping[Any, int]) -> Callable[[Sequence[str]], Counts]:
    patients = frames.patients.select(_PATIENTS).to_pandas()
    results = frames.results.select(_RESULTS).to_pandas()
    # As DuckDB would keep them: of few different words.
    results["window"] = results["window"].astype("category")
    today = pd.Timestamp(frames.as_of.date())

    def counted(by: Sequence[str]) -> Counts:
        dosed = patients[patients["doses"] > 0]
        of_it = results["primary"] & (results["after_dose"] > 0) & results["score"].notna()
        seen = results[of_it & results["window"].notna()]
        found: dict[Key, tuple[int, ...]] = {}
        for window, limit in days.items():
            over = dosed[dosed["last_dose_on"] + pd.Timedelta(days=limit) <= today]
            there = seen.loc[seen["window"] == window, ["patient_id", "response", "remission"]]
            rows = over.merge(there.assign(seen=True), how="left", on="patient_id")
            for name in ("seen", "response", "remission"):
                rows[name] = rows[name].eq(other=True)
            groups = rows.groupby(list(by)).agg(
                due=("patient_id", "size"),
                seen=("seen", "sum"),
                responded=("response", "sum"),
                remitted=("remission", "sum"),
            )
            found |= {(*each[0], window): each[1:] for each in _rows(groups, len(by))}
        return found

    return counted


def _rows(groups: Any, dimensions: int) -> list[tuple[Any, ...]]:
    plain = groups.reset_index().itertuples(index=False, name=None)
    return [(each[:dimensions], *map(int, each[dimensions:])) for each in plain]


def by_duckdb(frames: Frames, days: Mapping[Any, int]) -> Callable[[Sequence[str]], Counts]:
    connection = duckdb.connect()
    connection.register("given_patients", frames.patients.select(_PATIENTS).to_arrow())
    connection.register("given_results", frames.results.select(_RESULTS).to_arrow())
    connection.execute("CREATE TABLE patients AS SELECT * FROM given_patients")
    connection.execute("CREATE TABLE results AS SELECT * FROM given_results")
    windows = ", ".join(f"('{window}', {limit})" for window, limit in days.items())

    def counted(by: Sequence[str]) -> Counts:
        found = connection.execute(_query(by, windows, frames.as_of.date())).fetchall()
        return {tuple(each[:-4]): (each[-4], each[-3], each[-2], each[-1]) for each in found}

    return counted


def _query(by: Sequence[str], windows: str, today: date) -> str:
    named = ", ".join(by)
    return f"""
    WITH windows(name, days) AS (VALUES {windows}),
    due AS (SELECT patient_id, {named}, name FROM patients, windows
            WHERE doses > 0 AND last_dose_on + days::INTEGER <= DATE '{today}'),
    seen AS (SELECT patient_id, "window" AS name, response, remission FROM results
             WHERE "primary" AND after_dose > 0 AND score IS NOT NULL AND "window" IS NOT NULL)
    SELECT {named}, due.name, count(*), count(seen.name), count(*) FILTER (response),
           count(*) FILTER (remission)
    FROM due LEFT JOIN seen USING (patient_id, name) GROUP BY ALL
    """  # noqa: S608 - names and numbers of ours
