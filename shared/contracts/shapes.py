"""Limits that a field's type carries with it: `Annotated[int, Between(0, 3)]`.

The codec turns them into validation, JSON Schema and documentation; nothing else reads them.
"""

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True)
class Between:
    """A number in [low, high]; whole if the annotated type is int. `unit` is UCUM."""

    low: float
    high: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A string of at most `longest` characters that matches `pattern` in full."""

    longest: int = 200
    pattern: str = ""
    shortest: int = 1


@dataclass(frozen=True, slots=True)
class Items:
    """A list of `fewest` to `most` items."""

    most: int
    fewest: int = 0


Code = Annotated[str, Text(64, r"[a-z0-9][a-z0-9-]*")]
"""A coded value: lower case, digits and hyphens."""
Id = Annotated[str, Text(64, r"[A-Za-z0-9][A-Za-z0-9_.:-]*")]
"""An identifier: a UUID where people are meant, otherwise the sender's own opaque name."""
OptionalId = Annotated[str, Text(64, r"([A-Za-z0-9][A-Za-z0-9_.:-]*)?", shortest=0)]
"""An `Id`, or empty where there is none: what is encoded from a default must load again."""
PersonName = Annotated[str, Text(120)]
Zone = Annotated[str, Text(64, r"[A-Za-z0-9_+/-]+")]
"""An IANA time zone name."""
