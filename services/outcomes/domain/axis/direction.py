"""Which of two scores is better, and by how much: some scales are read upwards, some downwards."""

from fractions import Fraction
from functools import lru_cache
from typing import Literal

Better = Literal["lower", "higher"]


@lru_cache(maxsize=4096)
def fraction(number: float) -> Fraction:
    """As it is written: 3.17 is 317/100, not the nearest binary number."""
    return Fraction(repr(number))


def gain(score: Fraction, since: Fraction, better: Better) -> Fraction:
    """The change for the better; below 0: for the worse."""
    return since - score if better == "lower" else score - since


def best(better: Better, *scores: float | None) -> float:
    """Of those that are known, of which there is one at least."""
    known = [each for each in scores if each is not None]
    return min(known) if better == "lower" else max(known)
