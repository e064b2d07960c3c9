"""The two tables that every report is computed from, with the columns of their contracts.

One row per patient, one per assessment that counts: the last revision of each, nothing retracted.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import polars as pl

from shared.contracts.outcomes import PatientFollowed, PatientResult

_KINDS: dict[Any, Any] = {
    bool: pl.Boolean(),
    int: pl.Int32(),
    float: pl.Float64(),
    str: pl.String(),
    datetime: pl.Datetime("us", "UTC"),
    date: pl.Date(),
}


@dataclass(frozen=True)
class Frames:
    """`patients`: `PATIENTS`, one row each; `results`: `RESULTS`, ascending by time per patient.

    `as_of`: everything heard up to then, nothing heard later.
    """

    patients: pl.DataFrame
    results: pl.DataFrame
    as_of: datetime


@cache
def columns_of(contract: type[Any]) -> dict[str, Any]:
    """The Polars type of each field of a flat contract."""
    hints = get_type_hints(contract, include_extras=False)
    return {each.name: _kind(hints[each.name]) for each in fields(contract)}


def _kind(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        return _kind(get_args(hint)[0])
    if get_origin(hint) is Literal:
        return pl.String()
    if get_origin(hint) in (Union, UnionType):
        return _kind(next(each for each in get_args(hint) if each is not type(None)))
    return _KINDS[hint]


WHO: dict[str, Any] = {
    "patient_id": pl.Categorical(pl.Categories("patients", namespace="outcomes")),
    "clinic": pl.String(),
}
"""What the envelope adds to the columns of the contract. A patient is a number in every frame, so
that reports compare no names."""
PATIENTS: dict[str, Any] = WHO | columns_of(PatientFollowed)
RESULTS: dict[str, Any] = WHO | columns_of(PatientResult)
