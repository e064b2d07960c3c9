"""Numbers as people round them: half up, away from zero; Decimal decides in the tests."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

Numbers = Any
"""A numpy array, one number per group; the same of a list."""


def percent(numerator: Numbers, denominator: Numbers) -> Numbers:
    """To one decimal, exactly: 10 of 32 is 31.3. Not a number where nobody is in it."""
    above, below = np.asarray(numerator, np.int64), np.asarray(denominator, np.int64)
    tenths = (2000 * above + below) // np.maximum(2 * below, 1)
    return np.where(below > 0, tenths / 10, np.nan)


def ratio(numerator: Numbers, denominator: Numbers) -> Numbers:
    """A quotient of whole numbers to two decimals, exactly."""
    above, below = np.asarray(numerator, np.int64), np.asarray(denominator, np.int64)
    hundredths = (200 * np.abs(above) + below) // np.maximum(2 * below, 1)
    return np.where(below > 0, np.sign(above) * hundredths / 100, np.nan)


def rounded(values: Numbers, places: int = 2) -> Numbers:
    """Of what is no quotient of whole numbers."""
    factor = 10.0**places
    numbers = np.asarray(values, float)
    return np.sign(numbers) * np.floor(np.abs(numbers) * factor + 0.5) / factor


def half_up(value: float, places: int = 2) -> float:
    """One number."""
    step = Decimal(1).scaleb(-places)
    return float(Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP))


def told(values: Numbers) -> list[float | None]:
    """For an answer: null instead of not a number, and never a minus before a zero."""
    return [None if value != value else value + 0.0 for value in values.tolist()]
