"""Counted people, group by group: what a report shows and what suppression looks at (OUT-7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Dimension = Literal["clinic", "indication", "route", "period"]
DIMENSIONS: tuple[Dimension, ...] = ("clinic", "indication", "route", "period")


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """One row of a report; empty: all of that dimension. `period`: quarter of the first dose,
    such as 2026-Q3."""

    clinic: str = ""
    indication: str = ""
    route: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people of a group each name counts. `part_of`: name -> the name, or names, whose
    people hold all of its people; the outermost is `patients`.

    Two parts of one whole that have nobody in common: the second is a part of `not <the first>`.
    """

    group: Group
    counts: Mapping[str, int]
    part_of: Mapping[str, str | tuple[str, ...]]
