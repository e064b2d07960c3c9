"""Both topics as tables: inside the network by patient, on the stream by subject."""

from collections.abc import Iterable, Sequence
from threading import RLock
from typing import Any

import polars as pl

from services.outcomes.analytics.columns.decode import AT, decoded
from services.outcomes.analytics.columns.frames import PATIENTS, RESULTS, WHO, columns_of
from services.outcomes.analytics.columns.opening import Opened
from services.outcomes.analytics.columns.table import Table
from shared.contracts.outcomes import (
    OutcomeResult,
    OutcomeSubject,
    PatientFollowed,
    PatientResult,
)

Skipped = dict[str, int]
"""How many records were left out, by reason."""


class PatientTables:
    """`outcomes.patient`."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._patients = Table(PATIENTS, "patient_id")
        self._results = Table(RESULTS, "patient_id", "assessment_id", "answered_at")

    def take(self, records: pl.DataFrame) -> Skipped:
        patients = _read(records, PatientFollowed)
        results = _read(records, PatientResult)
        with self._lock:
            self._patients.take(patients)
            self._results.take(results)
        read = patients.height + results.height
        types = records["type"].to_list()
        known = types.count(PatientFollowed.type) + types.count(PatientResult.type)
        return _counted({"malformed": known - read, "unknown-type": records.height - known})

    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        with self._lock:
            return self._patients.frame(), self._results.frame()


class StreamTables:
    """`outcomes.stream`, opened."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._subjects = Table(columns_of(OutcomeSubject), "subject_token")
        self._results = Table(columns_of(OutcomeResult), "subject_token", "result_id")

    def take(self, opened: Sequence[Opened]) -> Skipped:
        """Of somebody's records, those before a withdrawal must not be among them."""
        subjects, results = _within(opened, OutcomeSubject), _within(opened, OutcomeResult)
        with self._lock:
            self._subjects.take(subjects)
            self._results.take(results)
        return _counted({"malformed": len(opened) - subjects.height - results.height})

    def drop(self, tokens: Iterable[str]) -> None:
        with self._lock:
            for token in tokens:
                self._subjects.drop(token)
                self._results.drop(token)

    def tokens(self) -> list[str]:
        with self._lock:
            return sorted({*self._subjects.groups(), *self._results.groups()})

    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        with self._lock:
            return self._subjects.frame(), self._results.frame()


def last_known(records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Patients and results as these records of `outcomes.patient` say, and nothing else."""
    tables = PatientTables()
    for part in records.iter_slices(100_000):
        tables.take(part)
    return tables.frames()


def _read(records: pl.DataFrame, contract: Any) -> pl.DataFrame:
    of_it = records.filter((pl.col("type") == contract.type) & (pl.col("key") != ""))
    if of_it.is_empty():
        return pl.DataFrame(schema=WHO | columns_of(contract))
    frame = decoded([each or b"" for each in of_it["value"].to_list()], contract)
    who = of_it.select(pl.col("key").alias("patient_id"), "clinic")[frame[AT].to_list()]
    return who.hstack(frame.drop(AT))


def _within(
    opened: Sequence[Opened], contract: type[OutcomeSubject | OutcomeResult]
) -> pl.DataFrame:
    of_it = [each for each in opened if each.type == contract.type]
    frame = decoded([each.payload for each in of_it], contract)
    tokens = pl.Series([each.token for each in of_it], dtype=pl.String())
    own = frame["subject_token"] == tokens[frame[AT].to_list()]
    return frame.filter(own).drop(AT)


def _counted(skipped: Skipped) -> Skipped:
    return {reason: number for reason, number in skipped.items() if number}
