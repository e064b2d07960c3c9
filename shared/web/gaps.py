"""The sequence-gap answer: which of a site's numbered events never came.

Read from the journal's index, so that no counter document stands between concurrent posts.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.storage.journal import JOURNAL
from shared.storage.steps import SITE, Step
from shared.storage.store import Session

WINDOW = 1000
"""How many numbers back a gap is looked for."""


def gaps_before(session: Session, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """`{source, missing: [[first, last], …]}` for each source whose numbering has just jumped."""
    numbers: dict[str, set[int]] = {}
    for step in steps:
        if step.envelope and step.envelope.sequence and not step.fault:
            numbers.setdefault(step.envelope.source, set()).add(step.envelope.sequence)
    jumped = [source for source, own in numbers.items() if _jumps(session, source, own)]
    found = [(source, missing_of(session, source, max(numbers[source]))) for source in jumped]
    return [{"source": source, "missing": missing} for source, missing in found if missing]


def missing_of(session: Session, source: str, below: int) -> list[list[int]]:
    """The ranges missing among the `WINDOW` numbers below `below`."""
    lowest = max(0, below - WINDOW)
    there = session.where(
        JOURNAL, {"reader": SITE, "source": source}, order="sequence", after=lowest, limit=WINDOW
    )
    numbers = {each["sequence"] for each in there}
    return _ranges(number for number in range(lowest + 1, below) if number not in numbers)


def _jumps(session: Session, source: str, own: set[int]) -> bool:
    """Whether these numbers do not follow on from what the journal has."""
    first = min(own)
    if max(own) - first + 1 != len(own):
        return True
    before = {"reader": SITE, "source": source, "sequence": first - 1}
    return first > 1 and not session.where(JOURNAL, before, order="sequence", limit=1)


def _ranges(numbers: Iterable[int]) -> list[list[int]]:
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges
