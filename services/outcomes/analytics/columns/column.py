"""One column at rest: numbers with what is missing, words as numbers, names as they are."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import polars as pl

_FIRST_ROOM = 1024
_FEW = 32
"""Up to so many values at once go in one by one: an expression costs more than it does."""
_AT_REST: dict[Any, Any] = {
    pl.Boolean(): np.bool_,
    pl.Int32(): np.int32,
    pl.Float64(): np.float64,
    pl.Date(): np.int32,
    pl.Datetime("us", "UTC"): np.int64,
}


class Column(ABC):
    """`rows`, `part`: which of its places, as numpy indexes."""

    def __init__(self, at_rest: Any) -> None:
        self._values = np.zeros(_FIRST_ROOM, dtype=at_rest)

    def put(self, rows: Any, values: pl.Series) -> None:
        """`values`: as numbers where they are (days, microseconds)."""
        if len(values) > _FEW:
            self._put_many(rows, values)
        else:
            self._put_few(rows, values.to_list())

    @abstractmethod
    def _put_many(self, rows: Any, values: pl.Series) -> None: ...

    @abstractmethod
    def _put_few(self, rows: Any, values: list[Any]) -> None: ...

    @abstractmethod
    def series(self, part: slice) -> pl.Series:
        """A copy."""

    def grow(self, room: int) -> None:
        self._values = np.concatenate(
            [self._values, np.zeros(room - len(self._values), dtype=self._values.dtype)]
        )

    def move(self, places: Any, sources: Any) -> None:
        self._values[places] = self._values[sources]

    def clear(self, rows: Any) -> None:
        self._values[rows] = 0


class Numbers(Column):
    def __init__(self, kind: Any) -> None:
        super().__init__(_AT_REST[kind])
        self._kind = kind
        self._known = np.zeros(_FIRST_ROOM, dtype=np.bool_)

    def _put_many(self, rows: Any, values: pl.Series) -> None:
        self._known[rows] = values.is_not_null().to_numpy()
        nothing = False if self._kind == pl.Boolean() else 0
        self._values[rows] = values.fill_null(value=nothing).to_numpy()

    def _put_few(self, rows: Any, values: list[Any]) -> None:
        self._known[rows] = [each is not None for each in values]
        self._values[rows] = [each or 0 for each in values]

    def series(self, part: slice) -> pl.Series:
        values, known = pl.Series(self._values[part].copy()), self._known[part]
        if not known.all():
            frame = pl.DataFrame({"values": values, "known": known})
            values = frame.select(pl.when("known").then("values").alias("values"))["values"]
        return values.cast(self._kind)

    def grow(self, room: int) -> None:
        super().grow(room)
        self._known = np.concatenate(
            [self._known, np.zeros(room - len(self._known), dtype=np.bool_)]
        )

    def move(self, places: Any, sources: Any) -> None:
        super().move(places, sources)
        self._known[places] = self._known[sources]

    def clear(self, rows: Any) -> None:
        super().clear(rows)
        self._known[rows] = False


class Words(Column):
    """Few of them, said often: each is kept once. 0 is none."""

    def __init__(self) -> None:
        super().__init__(np.int32)
        self._words: list[str | None] = [None]
        self._numbers: dict[str, int] = {}

    def _put_many(self, rows: Any, values: pl.Series) -> None:
        said = values.drop_nulls().unique().to_list()
        numbers = [self._number(word) for word in said]
        coded = values.replace_strict(said, numbers, default=0, return_dtype=pl.Int32())
        self._values[rows] = coded.to_numpy()

    def _put_few(self, rows: Any, values: list[Any]) -> None:
        self._values[rows] = [0 if each is None else self._number(each) for each in values]

    def _number(self, word: str) -> int:
        if word not in self._numbers:
            self._numbers[word] = len(self._words)
            self._words.append(word)
        return self._numbers[word]

    def series(self, part: slice) -> pl.Series:
        words = pl.Series(self._words, dtype=pl.String())
        return words.gather(pl.Series(self._values[part].astype(np.uint32)))


class Names(Column):
    """Of somebody or something, most of them said once."""

    def __init__(self) -> None:
        super().__init__(np.object_)

    def _put_many(self, rows: Any, values: pl.Series) -> None:
        self._values[rows] = values.to_numpy()

    def _put_few(self, rows: Any, values: list[Any]) -> None:
        self._values[rows] = values

    def series(self, part: slice) -> pl.Series:
        return pl.Series(self._values[part].tolist(), dtype=pl.String())

    def clear(self, rows: Any) -> None:
        self._values[rows] = None


class Numbered(Column):
    """Names that are numbers in every table of the same categories; none is ever forgotten."""

    def __init__(self, kind: pl.Categorical) -> None:
        super().__init__(np.uint32)
        self._kind = kind

    def _put_many(self, rows: Any, values: pl.Series) -> None:
        self._values[rows] = values.cast(self._kind).to_physical().to_numpy()

    def _put_few(self, rows: Any, values: list[Any]) -> None:
        self._put_many(rows, pl.Series(values, dtype=self._kind))

    def series(self, part: slice) -> pl.Series:
        return pl.Series(self._values[part].copy()).cat.to(self._kind)


def column_of(kind: Any, *, is_name: bool) -> Column:
    if kind == pl.String():
        return Names() if is_name else Words()
    return Numbered(kind) if isinstance(kind, pl.Categorical) else Numbers(kind)
