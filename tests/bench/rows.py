"""A network's results by the million, made at once: seeded, with varied scores, flags and windows.

Ten results of each patient: a baseline, three after early doses, four windows, two beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

import numpy as np
import polars as pl

from services.outcomes.analytics.columns.frames import PATIENTS, RESULTS, columns_of
from services.outcomes.domain.axis.measured import primary_instrument
from shared.contracts.outcomes import OutcomeResult, OutcomeSubject
from shared.contracts.site import Indication, Route

EACH = 10
SEED = 20260917
_CLINICS = [f"clinic-{number:02d}" for number in range(30)]
_INDICATIONS, _ROUTES = get_args(Indication), get_args(Route)
_DAYS = {"end": (1, 7), "week-4": (21, 35), "month-3": (69, 111), "month-6": (150, 210)}
_LOST = {"end": 0.1, "week-4": 0.2, "month-3": 0.35, "month-6": 0.5}
_WINDOWS = ["baseline", "", "", "", *_DAYS, "baseline", "end"]
_HORIZONS = ["", "24h", "7d", "24h", "7d", "30d", "", "", "", "7d"]
_BESIDE = 8
"""From this place on it is another instrument."""


@dataclass(frozen=True)
class Rows:
    """`PATIENTS` and `RESULTS`; results in the order of their time, as they come."""

    patients: pl.DataFrame
    results: pl.DataFrame


def made(patients: int, now: datetime) -> Rows:
    """`EACH` results of so many."""
    drawn = np.random.default_rng(SEED)
    who = _patients(drawn, patients, now)
    return Rows(
        who.select(pl.col(name).cast(kind) for name, kind in PATIENTS.items()),
        _results(drawn, who, now).select(pl.col(n).cast(kind) for n, kind in RESULTS.items()),
    )


def stream_of(rows: Rows) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Subjects and results as analysts see them, of everybody."""
    # A token is drawn in truth; this one only has to be as long.
    token = pl.col("patient_id").cast(pl.String()).str.replace_all("-", "").alias("subject_token")
    clinic = pl.lit(None, pl.String()).alias("clinic_token")
    last_day = (pl.col("last_dose_on") - pl.col("first_dose_on")).dt.total_days()
    subjects = rows.patients.with_columns(token, clinic, last_dose_day=last_day)
    number = pl.int_range(1, pl.len() + 1).over("patient_id")
    results = rows.results.with_columns(token, clinic, result_id=pl.format("{}-{}", token, number))
    return (
        subjects.select(pl.col(n).cast(kind) for n, kind in columns_of(OutcomeSubject).items()),
        results.select(pl.col(n).cast(kind) for n, kind in columns_of(OutcomeResult).items()),
    )


def _patients(drawn: Any, count: int, now: datetime) -> pl.DataFrame:
    doses, gap = drawn.integers(1, 9, count), drawn.integers(3, 8, count)
    last = drawn.integers(21, 500, count)
    today = np.datetime64(now.date(), "D")
    first = today - (last + (doses - 1) * gap).astype("timedelta64[D]")
    return pl.DataFrame(
        {
            "patient_id": _names(drawn, count),
            "clinic": np.array(_CLINICS)[drawn.integers(0, len(_CLINICS), count)],
            "indication": np.array(_INDICATIONS)[drawn.integers(0, len(_INDICATIONS), count)],
            "route": np.array(_ROUTES)[drawn.integers(0, len(_ROUTES), count)],
            "revision": np.zeros(count, np.int32),
            "doses": doses,
            "integrations": drawn.integers(0, 9, count),
            "first_dose_on": first,
            "last_dose_on": first + ((doses - 1) * gap).astype("timedelta64[D]"),
            "gap": gap,
        }
    )


def _results(drawn: Any, who: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """A matrix of patients and their results, laid out in a row."""
    count = who.height
    day, window = _days_and_windows(drawn, who, now)
    given = np.minimum(who["doses"].to_numpy()[:, None], [0, 1, 2, 3, *[99] * 4, 0, 99])
    scores = _scores(drawn, who)
    minutes = drawn.integers(0, 1440, (count, EACH)).ravel()
    of = np.repeat(np.arange(count), EACH)
    frame = pl.DataFrame(
        {
            "study_day": day.ravel(),
            "window": window.ravel(),
            "horizon": np.tile(_HORIZONS, count),
            "after_dose": given.ravel(),
            "off_window": (window == "").ravel(),
            "minutes": minutes,
            "since_dose_h": drawn.integers(12, 5000, count * EACH),
            "missing_items": drawn.integers(0, 20, count * EACH) // 19,
            "assessment_id": _names(drawn, count * EACH),
            "beside": np.tile(np.arange(EACH) >= _BESIDE, count),
        }
        | {name: each.ravel() for name, each in scores.items()}
    )
    known = who.select(
        "patient_id", "clinic", "indication", "route", "integrations", "first_dose_on"
    )
    return _judged(pl.concat([frame, known[of]], how="horizontal")).sort("answered_at")


def _days_and_windows(drawn: Any, who: pl.DataFrame, now: datetime) -> tuple[Any, Any]:
    """Who did not answer in a window did so at another time."""
    count, gap = who.height, who["gap"].to_numpy()
    first = who["first_dose_on"].to_numpy()
    last = (who["last_dose_on"].to_numpy() - first).astype(int)
    today = (np.datetime64(now.date(), "D") - first).astype(int)
    windows = np.tile(np.array(_WINDOWS, dtype="<U8"), (count, 1))
    days = np.empty((count, EACH), np.int64)
    for place, window in enumerate(_WINDOWS):
        if window in _DAYS:
            low, high = _DAYS[window]
            days[:, place] = last + drawn.integers(low, high + 1, count)
            absent = (days[:, place] > today) | (drawn.random(count) < _LOST[window])
            days[absent, place] = last[absent] + 9 + place
            windows[absent, place] = ""
        elif window:
            days[:, place] = -drawn.integers(0, 7, count)
        else:
            days[:, place] = np.minimum(last, (place - 1) * gap) + 1
    return days, windows


def _scores(drawn: Any, who: pl.DataFrame) -> Mapping[str, Any]:
    """Some never get better, and a few of the answers are not complete."""
    count = who.height
    largest = np.where(who["indication"].to_numpy() == "ptsd", 80, 27)[:, None]
    largest = np.where(np.arange(EACH) < _BESIDE, largest, 21)
    base = np.repeat(drawn.uniform(0.4, 0.95, (count, 1)), EACH, axis=1)
    kept = np.clip(drawn.normal(0.75, 0.35, (count, 1)) - 0.08 * np.arange(EACH), 0.05, 1.6)
    kept[:, [0, _BESIDE]] = 1.0
    score = np.clip(np.round(base * kept * largest), 0, largest).astype(float)
    baseline = np.round(base * largest)
    baseline[drawn.random(count) < 0.04] = np.nan
    score[drawn.random((count, EACH)) < 0.03] = np.nan
    return {"score": score, "baseline": baseline, "largest": largest.astype(float)}


def _judged(frame: pl.DataFrame) -> pl.DataFrame:
    score, baseline = (pl.col(each).fill_nan(None) for each in ("score", "baseline"))
    given = pl.col("after_dose") > 0
    states = {name: pl.when(given).then(each) for name, each in _states(score, baseline).items()}
    words = {each: pl.col(each).replace("", None) for each in ("window", "horizon")}
    judged = frame.with_columns(score=score, baseline=baseline, **_about(given), **states, **words)
    began = pl.col("response") & (pl.col("response").fill_null(value=False).cum_sum() == 1)
    return judged.with_columns(
        first_response=began.over("patient_id", "instrument").fill_null(value=False)
    )


def _states(score: pl.Expr, baseline: pl.Expr) -> dict[str, pl.Expr]:
    """What can be said after a dose. The parameters are near those of the policy."""
    change, largest = score - baseline, pl.col("largest")
    rci = (change / (largest * 0.08)).round(2)
    better, worse = (pl.lit(each) for each in ("improved", "deteriorated"))
    reliable = pl.when(rci.abs() < 1.96).then(pl.lit("unchanged")).when(rci < 0).then(better)
    return {
        "change": change,
        "percent_change": (change / baseline * 100).round(1),
        "response": change <= -baseline / 2,
        "meaningful": change <= -largest * 0.18,
        "rci": rci,
        "reliable": reliable.when(rci > 0).then(worse),
        "clinically_significant": (rci < -1.96) & (score < largest / 3),
        "deteriorated": change >= largest * 0.2,
        "off_track": change > -baseline / 5,
        "remission": score < largest * 0.19,
    }


def _about(given: pl.Expr) -> dict[str, pl.Expr]:
    main = pl.col("indication").replace_strict(
        {each: primary_instrument(each) for each in _INDICATIONS}
    )
    instrument = pl.when("beside").then(pl.lit("gad-7")).otherwise(main)
    started = pl.duration(days=pl.col("study_day"), minutes=pl.col("minutes"))
    of_main, minutes = ~pl.col("beside"), pl.col("minutes")
    return {
        "instrument": instrument,
        "definition": pl.format("{}/bench/1", instrument),
        "rules": pl.format("{}/states/1", instrument),
        "primary": of_main,
        "better": pl.lit("lower"),
        "retracted": pl.lit(value=False),
        "relapse": pl.lit(value=False),
        "revision": pl.lit(0),
        "rc_sd": pl.lit(5.66),
        "rc_r": pl.lit(0.89),
        "suicidal_item": pl.when(of_main).then(minutes % 4),
        "suicidal_item_change": pl.when(given & of_main).then(minutes % 3 - 1),
        "answered_at": pl.col("first_dose_on").cast(pl.Datetime("us", "UTC")) + started,
    }


def _names(drawn: Any, count: int) -> pl.Series:
    """Shaped as UUIDs."""
    found = pl.Series([drawn.bytes(16) for _ in range(count)]).bin.encode("hex")
    parts = [
        found.str.slice(start, long) for start, long in ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))
    ]
    return pl.select(pl.concat_str(parts, separator="-")).to_series()
