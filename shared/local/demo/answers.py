"""Questionnaires filled in item by item, so that the answers come to the total that was meant."""

from random import Random

from shared.contracts.instruments import INSTRUMENTS, PHQ_9, Instrument, InstrumentCode

Filled = tuple[int | None, ...]
NOBODY_AT_RISK: Filled = (0, 0, None, None, None, 0, None)
HIGH_RISK: Filled = (1, 1, 1, 1, 0, 0, None)
_ONE_MISSING = 0.02


def filled(code: InstrumentCode, score: float, item_9: int, throw: Random) -> Filled:
    """Answers of an instrument that is summed, which come to `score` as nearly as items allow."""
    if code != PHQ_9.code:
        return _spread(INSTRUMENTS[code], score, throw)
    others = _spread(PHQ_9, score - item_9, throw, PHQ_9.items - 1)
    return (*_maybe_one_missing(others, throw), item_9)


def c_ssrs(item_9: int, throw: Random) -> Filled:
    """The screener after a PHQ-9: nobody here is of high risk. What it skips is null."""
    if not item_9 and throw.random() < 0.95:
        return NOBODY_AT_RISK
    thoughts = int(throw.random() < 0.4 * item_9)
    below = (0, 0, 0) if thoughts else (None, None, None)
    ever = int(throw.random() < 0.08)
    return (1, thoughts, *below, ever, 0 if ever else None)


def total_of(code: InstrumentCode, answers: Filled) -> int | None:
    """What a site adds up: nothing where an answer is missing or no total is defined."""
    if code == "c-ssrs-screener" or None in answers:
        return None
    return sum(answer for answer in answers if answer is not None)


def _spread(
    instrument: Instrument, score: float, throw: Random, items: int | None = None
) -> tuple[int, ...]:
    count, most = items or instrument.items, instrument.item_max
    left = max(0, min(count * most, round(score)))
    answers = [0] * count
    while left:
        item = throw.randrange(count)
        if answers[item] < most:
            answers[item] += 1
            left -= 1
    return tuple(answers)


def _maybe_one_missing(answers: tuple[int, ...], throw: Random) -> Filled:
    if throw.random() >= _ONE_MISSING:
        return answers
    place = throw.randrange(len(answers))
    return (*answers[:place], None, *answers[place + 1 :])
