"""Builders for the read side: patients and results as rows of the frames that reports read."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from services.outcomes.analytics.columns.frames import PATIENTS, RESULTS, Frames
from shared.contracts.instruments import INSTRUMENTS
from shared.contracts.outcomes import PatientFollowed, PatientResult

FIRST_DOSE_ON = date(2026, 3, 2)
AS_OF = datetime(2027, 3, 2, tzinfo=UTC)
"""So late that every window of everybody is over."""


@dataclass(frozen=True)
class Row:
    """What a topic tells of one patient or one assessment, and of whom."""

    patient_id: str
    clinic: str
    data: PatientFollowed | PatientResult


def a_patient(patient: str = "p1", clinic: str = "riverside", **given: Any) -> Row:
    """Had two doses, the last one a week after the first."""
    last = given.get("first_dose_on", FIRST_DOSE_ON)
    usual: dict[str, Any] = {
        "revision": 0,
        "indication": "treatment-resistant-depression",
        "route": "iv",
        "doses": 2,
        "integrations": 0,
        "first_dose_on": last,
        "last_dose_on": last and last + timedelta(days=7),
    }
    return Row(patient, clinic, PatientFollowed(**(usual | given)))


def a_result(
    patient: str = "p1",
    score: float | None = 8,
    baseline: float | None = 16,
    clinic: str = "riverside",
    **given: Any,
) -> Row:
    """A PHQ-9 three days after the second dose: the states follow from score and baseline."""
    instrument = given.setdefault("instrument", "phq-9")
    day = given.setdefault("study_day", 10)
    usual = {
        "assessment_id": f"{patient}-{instrument}-{day}",
        "revision": 0,
        "indication": "treatment-resistant-depression",
        "answered_at": _noon(FIRST_DOSE_ON + timedelta(days=day or 0)),
        "route": "iv",
        "definition": INSTRUMENTS[instrument].definition if instrument in INSTRUMENTS else "x/1",
        "rules": f"{instrument}/states/1",
        "after_dose": 2,
        "suicidal_item": None,
        "suicidal_item_change": None,
        "primary": instrument == "phq-9",
        "window": "end",
    }
    return Row(patient, clinic, PatientResult(**(usual | _states(score, baseline) | given)))


def frames_of(rows: Iterable[Row], as_of: datetime = AS_OF) -> Frames:
    """The rows in any order."""
    kept = list(rows)
    patients = [_flat(each) for each in kept if isinstance(each.data, PatientFollowed)]
    results = [_flat(each) for each in kept if isinstance(each.data, PatientResult)]
    return Frames(
        pl.DataFrame(patients, schema=PATIENTS),
        pl.DataFrame(results, schema=RESULTS).sort("patient_id", "answered_at"),
        as_of,
    )


def _flat(row: Row) -> dict[str, Any]:
    return {"patient_id": row.patient_id, "clinic": row.clinic} | asdict(row.data)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _states(score: float | None, baseline: float | None) -> dict[str, Any]:
    change = None if score is None or baseline is None else round(score - baseline, 2)
    rci = None if change is None else change / 2.65
    return {
        "score": score,
        "baseline": baseline,
        "change": change,
        "percent_change": None if change is None or not baseline else 100 * change / baseline,
        "response": None if change is None or not baseline else -2 * change >= baseline,
        "remission": None if score is None else score < 5,
        "rci": rci,
        "reliable": None
        if rci is None
        else "improved"
        if rci <= -1.96
        else "deteriorated"
        if rci >= 1.96
        else "unchanged",
        "deteriorated": None if change is None else change >= 6,
    }
