"""Values of records as columns of their contract, a batch at once; what is none of it is left out.

Polars reads them without Python's lock; what JSON alone cannot say is checked column by column.
"""

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, replace
from functools import cache
from io import BytesIO
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import polars as pl

from services.outcomes.analytics.columns.frames import columns_of
from shared.contracts.shapes import Between

_FEW = 32
"""Up to so many values are looked at one by one: the plan of so many expressions costs more."""
AT = "at"
"""The column that says which value a row was."""


def decoded(values: list[bytes], contract: Any) -> pl.DataFrame:
    """One row per value that keeps the contract, a flat dataclass, in their order, with `AT`."""
    if not values:
        return pl.DataFrame(schema=columns_of(contract) | {AT: pl.UInt32()})
    frame = pl.concat(list(_read(values, 0, columns_of(contract))))
    filled = frame.with_columns(_defaults(contract))
    conditions = _conditions(contract)
    if filled.height > _FEW:
        return filled.filter(pl.all_horizontal(each.expression() for each in conditions))
    kept = [
        all(each.holds(value) for each, value in zip(conditions, row, strict=False))
        for row in filled.iter_rows()
    ]
    return filled if all(kept) else filled.filter(kept)


def _read(values: list[bytes], first: int, kinds: dict[str, Any]) -> Iterator[pl.DataFrame]:
    """Halves what cannot be read until only the value at fault is left, and leaves that out."""
    try:
        frame = _lines(values, kinds)
    except pl.exceptions.PolarsError:
        frame = None
    if frame is not None and frame.height == len(values):
        at = pl.int_range(first, first + len(values), dtype=pl.UInt32(), eager=True)
        yield frame.with_columns(at.alias(AT))
    elif len(values) == 1:
        yield pl.DataFrame(schema=kinds | {AT: pl.UInt32()})
    else:
        half = len(values) // 2
        yield from _read(values[:half], first, kinds)
        yield from _read(values[half:], first + half, kinds)


def _lines(values: list[bytes], kinds: dict[str, Any]) -> pl.DataFrame | None:
    """None where a value is not one line, so that rows could not be told apart."""
    text = b"\n".join(values)
    if text.count(b"\n") != len(values) - 1 or not text.strip():
        return None
    return pl.read_ndjson(BytesIO(text), schema=kinds)


@cache
def _defaults(contract: type[Any]) -> tuple[pl.Expr, ...]:
    return tuple(
        pl.col(each.name).fill_null(each.default)
        for each in fields(contract)
        if each.default is not MISSING and each.default is not None
    )


@dataclass(frozen=True)
class _Condition:
    """What a field may be. `holds` is `expression` of one value."""

    name: str
    optional: bool
    ranges: tuple[Between, ...]
    words: tuple[str, ...]

    def expression(self) -> pl.Expr:
        column = pl.col(self.name)
        limits = [column.is_between(each.low, each.high) for each in self.ranges]
        if self.words:
            limits.append(column.is_in(list(self.words)))
        holds = pl.all_horizontal(*limits) if limits else pl.lit(value=True)
        return column.is_null() | holds if self.optional else column.is_not_null() & holds

    def holds(self, value: Any) -> bool:
        if value is None:
            return self.optional
        in_ranges = all(each.low <= value <= each.high for each in self.ranges)
        return in_ranges and (not self.words or value in self.words)


@cache
def _conditions(contract: type[Any]) -> tuple[_Condition, ...]:
    """In the order of the fields."""
    hints = get_type_hints(contract, include_extras=True)
    return tuple(_condition(each.name, hints[each.name]) for each in fields(contract))


def _condition(name: str, hint: Any) -> _Condition:
    if get_origin(hint) in (Union, UnionType):
        inner = next(each for each in get_args(hint) if each is not type(None))
        return replace(_condition(name, inner), optional=True)
    if get_origin(hint) is Literal:
        return _Condition(name, False, (), get_args(hint))
    if get_origin(hint) is Annotated:
        extras = tuple(each for each in hint.__metadata__ if isinstance(each, Between))
        inside = _condition(name, get_args(hint)[0])
        return replace(inside, ranges=(*inside.ranges, *extras))
    return _Condition(name, False, (), ())
