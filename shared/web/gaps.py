"""The sequence-gap answer: which of a site's numbered events never came.

Read from the journal's index, so that no counter document stands between concurrent posts.
"""

from collections.abc import Sequence
from typing import Any

from shared.storage.journal import JOURNAL
from shared.storage.operations.numbering import missing_of as missing_of
from shared.storage.steps import SITE, Step
from shared.storage.store import Session


def gaps_before(session: Session, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """`{source, missing: [[first, last], …]}` for each source whose numbering has just jumped."""
    numbers: dict[str, set[int]] = {}
    for step in steps:
        if step.envelope and step.envelope.sequence and not step.fault:
            numbers.setdefault(step.envelope.source, set()).add(step.envelope.sequence)
    jumped = [source for source, own in numbers.items() if _jumps(session, source, own)]
    found = [(source, missing_of(session, source, max(numbers[source]))) for source in jumped]
    return [{"source": source, "missing": missing} for source, missing in found if missing]


def _jumps(session: Session, source: str, own: set[int]) -> bool:
    """Whether these numbers do not follow on from what the journal has."""
    first = min(own)
    if max(own) - first + 1 != len(own):
        return True
    before = {"reader": SITE, "source": source, "sequence": first - 1}
    return first > 1 and not session.values(JOURNAL, "sequence", before, limit=1)
