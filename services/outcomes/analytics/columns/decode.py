"""Values of records as columns of their contract, a batch at once; what is none of it is left out.

Polars reads them without Python's lock; what JSON alone cannot say is checked column by column.
"""

from collections.abc import Iterator
from dataclasses import MISSING, fields
from functools import cache
from io import BytesIO
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import polars as pl

from services.outcomes.analytics.columns.frames import columns_of
from shared.contracts.shapes import Between

AT = "at"
"""The column that says which value a row was."""


def decoded(values: list[bytes], contract: type[Any]) -> pl.DataFrame:
    """One row per value that keeps the contract, in their order, with `AT`."""
    if not values:
        return pl.DataFrame(schema=columns_of(contract) | {AT: pl.UInt32()})
    frame = pl.concat(list(_read(values, 0, columns_of(contract))))
    filled = frame.with_columns(
        pl.col(name).fill_null(default) for name, default in _defaults(contract)
    )
    return filled.filter(pl.all_horizontal(*_conditions(contract)))


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
def _defaults(contract: type[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (each.name, each.default)
        for each in fields(contract)
        if each.default is not MISSING and each.default is not None
    )


@cache
def _conditions(contract: type[Any]) -> tuple[pl.Expr, ...]:
    hints = get_type_hints(contract, include_extras=True)
    return tuple(_condition(each.name, hints[each.name]) for each in fields(contract))


def _condition(name: str, hint: Any) -> pl.Expr:
    column, extras, optional = pl.col(name), *_taken_apart(hint)
    limits = [_limit(column, extra) for extra in extras]
    holds = pl.all_horizontal(*limits) if limits else pl.lit(value=True)
    return column.is_null() | holds if optional else column.is_not_null() & holds


def _limit(column: pl.Expr, extra: Any) -> pl.Expr:
    if isinstance(extra, Between):
        return column.is_between(extra.low, extra.high)
    return column.is_in(list(extra))


def _taken_apart(hint: Any) -> tuple[list[Any], bool]:
    """(ranges and lists of words, whether it may be missing)."""
    if get_origin(hint) in (Union, UnionType):
        inner = [each for each in get_args(hint) if each is not type(None)]
        return _taken_apart(inner[0])[0], True
    if get_origin(hint) is Literal:
        return [get_args(hint)], False
    if get_origin(hint) is Annotated:
        extras = [each for each in hint.__metadata__ if isinstance(each, Between)]
        return [*_taken_apart(get_args(hint)[0])[0], *extras], False
    return [], False
