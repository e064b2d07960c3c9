"""What a projection holds as one number per table: every row, by its key, in one spelling."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import polars as pl

from services.outcomes.analytics.columns.standing import Standing

KEYS = {
    "patients": ["patient_id"],
    "results": ["patient_id", "assessment_id"],
    "stream subjects": ["subject_token"],
    "stream results": ["subject_token", "result_id"],
}
TOKEN = "subject_token"  # noqa: S105 - a column, not a secret
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Sum:
    """`sha256`: over the rows as JSON lines, columns in the contract's order."""

    rows: int
    sha256: str


def sums(standing: Standing, gone: frozenset[str]) -> Mapping[str, Sum]:
    """By table. `gone`: subjects who withdrew or whose key was destroyed meanwhile, left out."""
    return {
        table: _sum(_without(frame, gone).sort(KEYS[table]))
        for table, frame in standing.frames.items()
    }


def _without(frame: pl.DataFrame, gone: frozenset[str]) -> pl.DataFrame:
    is_of_it = TOKEN in frame.columns and gone
    return frame.filter(~pl.col(TOKEN).is_in(sorted(gone))) if is_of_it else frame


def _sum(frame: pl.DataFrame) -> Sum:
    digest = sha256()
    for part in frame.iter_slices(_AT_ONCE):
        lines = BytesIO()
        part.write_ndjson(lines)
        digest.update(lines.getvalue())
    return Sum(frame.height, digest.hexdigest())
