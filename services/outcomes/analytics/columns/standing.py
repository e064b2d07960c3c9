"""How the columns stand at one moment: all four tables, and exactly which records they are of."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

TABLES = ("patients", "results", "stream subjects", "stream results")


@dataclass(frozen=True)
class Standing:
    """`places`: per topic and partition, the offset that comes next. `gone`: subjects of whom
    nothing is shown any more. `records`: how many were read, by topic."""

    frames: Mapping[str, pl.DataFrame]
    places: Mapping[str, Mapping[int, int]]
    gone: frozenset[str]
    records: Mapping[str, int]

    @property
    def rows(self) -> int:
        return sum(each.height for each in self.frames.values())
