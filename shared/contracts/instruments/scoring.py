"""Ways to a total that several instruments share (clinical reference 1.3).

What is missing is never taken for zero.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from shared.contracts.instruments.definition import Answered, Instrument


def prorated_sum(instrument: Instrument, answers: Answered) -> float | None:
    """The sum; the mean stands in for as many missing answers as the instrument allows."""
    if None not in answers:
        return float(sum(cast(Sequence[int], answers)))
    given = [answer for answer in answers if answer is not None]
    missing = instrument.items - len(given)
    vital = any(answers[item - 1] is None for item in instrument.never_prorated)
    if missing > instrument.missing_allowed or vital:
        return None
    # Half up, in whole numbers: round() would take 4.5 down to 4, below a cut-off of 5.
    return float((2 * sum(given) * instrument.items + len(given)) // (2 * len(given)))


def turned_sum(instrument: Instrument, answers: Answered) -> float | None:
    """The sum of complete answers, reversed items counted from the other end."""
    turned = _turned(instrument, answers)
    return None if turned is None else float(sum(turned))


def turned_mean(instrument: Instrument, answers: Answered) -> float | None:
    """The mean of complete answers, as `turned_sum`, to two decimals."""
    turned = _turned(instrument, answers)
    return None if turned is None else half_up(Decimal(sum(turned)) / len(turned), "0.01")


def not_summed(_instrument: Instrument, _answers: Answered) -> float | None:
    return None


def known(answers: Answered, items: Sequence[int]) -> list[int] | None:
    """The answers to these items; None unless all are answered."""
    given = [answer for item in items if (answer := answers[item - 1]) is not None]
    return given if len(given) == len(items) else None


def sum_of(answers: Answered, items: Sequence[int]) -> float | None:
    given = known(answers, items)
    return None if given is None else float(sum(given))


def half_up(value: Decimal, places: str) -> float:
    """Rounded as people round, to the decimals of `places`: round() would do 31.25 to 31.2."""
    return float(value.quantize(Decimal(places), ROUND_HALF_UP))


def _turned(instrument: Instrument, answers: Answered) -> list[int] | None:
    given = known(answers, range(1, instrument.items + 1))
    if given is None:
        return None
    ends = instrument.item_min + instrument.item_max
    return [
        ends - answer if item in instrument.reversed else answer
        for item, answer in enumerate(given, 1)
    ]
