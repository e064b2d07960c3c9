"""Questionnaires filled in item by item, so that the answers come to the total that was meant."""

from random import Random

from shared.contracts.instruments import (
    BRS,
    INSTRUMENTS,
    PHQ_9,
    QIDS_SR16,
    WHO_5,
    Instrument,
    InstrumentCode,
)

Filled = tuple[int | None, ...]
NOBODY_AT_RISK: Filled = (0, 0, None, None, None, 0, None)
HIGH_RISK: Filled = (1, 1, 1, 1, 0, 0, None)
_ONE_MISSING = 0.02
_POINTS: dict[InstrumentCode, float] = {WHO_5.code: 1 / 4, BRS.code: BRS.items}
"""Points of the answers for one of the score, where it is no sum."""
_DOMAINS = ((1, 2, 3, 4), (5,), (6, 7, 8, 9), (10,), (11,), (12,), (13,), (14,), (15, 16))


def filled(code: InstrumentCode, score: float, item_9: int, throw: Random) -> Filled:
    """Answers that come to `score` as nearly as items allow. `item_9`: what they say of suicide."""
    if code == QIDS_SR16.code:
        return _by_domain(score, item_9, throw)
    instrument = INSTRUMENTS[code]
    suicidal = instrument.suicidal_item
    if suicidal is None:
        return _spread(instrument, score * _POINTS.get(code, 1), throw)
    others = _spread(instrument, max(score - item_9, 0), throw, instrument.items - 1)
    if code != PHQ_9.code:
        return (*others, item_9)
    return (*_maybe_one_missing(others, throw), item_9)


def c_ssrs(item_9: int, throw: Random) -> Filled:
    """The screener after a PHQ-9: nobody here is of high risk. What it skips is null."""
    if not item_9 and throw.random() < 0.95:
        return NOBODY_AT_RISK
    thoughts = int(throw.random() < 0.4 * item_9)
    below = (0, 0, 0) if thoughts else (None, None, None)
    ever = int(throw.random() < 0.08)
    return (1, thoughts, *below, ever, 0 if ever else None)


def total_of(code: InstrumentCode, answers: Filled) -> float | None:
    """What a site's form says: nothing where an answer is missing or no total is defined."""
    return None if None in answers else INSTRUMENTS[code].total(answers)


def _spread(
    instrument: Instrument, points: float, throw: Random, items: int | None = None
) -> tuple[int, ...]:
    """In points of the answers; where an item is reversed, it is answered from the other end."""
    count, least, most = items or instrument.items, instrument.item_min, instrument.item_max
    left = max(0, min(count * (most - least), round(points) - count * least))
    answers = [least] * count
    while left:
        item = throw.randrange(count)
        if answers[item] < most:
            answers[item] += 1
            left -= 1
    return tuple(
        least + most - each if item in instrument.reversed else each
        for item, each in enumerate(answers, 1)
    )


def _by_domain(score: float, item_12: int, throw: Random) -> Filled:
    """The QIDS: one item speaks for each of its nine domains, and item 12 for itself."""
    left = max(0, min(3 * (len(_DOMAINS) - 1), round(score) - item_12))
    answers: list[int | None] = [0] * QIDS_SR16.items
    answers[11] = item_12
    speaking = [throw.choice(items) for items in _DOMAINS if 12 not in items]
    while left:
        item = throw.choice(speaking)
        if (now := answers[item - 1] or 0) < QIDS_SR16.item_max:
            answers[item - 1] = now + 1
            left -= 1
    for decreased, increased in QIDS_SR16.either:
        answers[(increased if decreased in speaking else decreased) - 1] = None
    return tuple(answers)


def _maybe_one_missing(answers: tuple[int, ...], throw: Random) -> Filled:
    if throw.random() >= _ONE_MISSING:
        return answers
    place = throw.randrange(len(answers))
    return (*answers[:place], None, *answers[place + 1 :])
