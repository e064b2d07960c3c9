"""Sessions of one course that follow each other without a gap must not take each other's buffers.

The search sees what others have taken, not what it has just chosen itself: where two of its own
choices meet, it chooses again with the sessions further apart.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise

from services.scheduling.domain.occupancy.bits import CELL_MIN
from services.scheduling.domain.occupancy.search import Slot
from services.scheduling.domain.planning.rules import Link, Rule, RuleLink, Sessions
from services.scheduling.domain.resources.openings import DAY_MIN
from services.scheduling.domain.resources.resource import Resource


def meet(slots: Sequence[Slot]) -> bool:
    """Two of them, which follow one another, take one resource at one time."""
    return any(
        mine.resource == yours.resource and mine.start < yours.end and yours.start < mine.end
        for one, other in combinations(slots, 2)
        if other.start < one.end + DAY_MIN
        for mine in one.claims("")
        for yours in other.claims("")
    )


def apart(sessions: Sessions, resources: Sequence[Resource]) -> list[RuleLink]:
    """Open sessions that follow one another, with the longest buffers between them."""
    before = max((each.buffer_before_min for each in resources), default=0)
    after = max((each.buffer_after_min for each in resources), default=0)
    rest = before + after + 2 * CELL_MIN  # claims are rounded outwards
    ahead = [position for position, each in enumerate(sessions) if each.is_open]
    return [
        (_RULE, Link(later, least=sessions[earlier].length + rest, earlier=earlier))
        for earlier, later in pairwise(ahead)
    ]


_RULE = Rule(
    "buffers",
    "what a session takes is made ready again before the next",
    "the resources' buffers",
    lambda _sessions, _terms: iter(()),
)
