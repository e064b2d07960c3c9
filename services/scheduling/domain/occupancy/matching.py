"""When different resources can fill all needs at once, for every time in one go.

Hall's theorem, bit by bit: it is possible exactly when any so many of the needs have at least so
many resources between them.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

from services.scheduling.domain.occupancy.bits import levels_with

Times = Mapping[str, int]
"""When each resource, by id, could fill a need."""


def together(needs: Sequence[Times]) -> int:
    """The times at which each need has a resource of its own. -1 (always) if there are no needs."""
    found = -1
    for group in _groups(needs):
        for size in range(1, len(group) + 1):
            for some in combinations(group, size):
                found &= _at_least(size, some)
    return found


def _at_least(count: int, needs: Sequence[Times]) -> int:
    """When at least so many resources could fill one or other of the needs."""
    if count == 1:
        return _any_of(needs[0])
    either: dict[str, int] = {}
    for need in needs:
        for name, times in need.items():
            either[name] = either.get(name, 0) | times
    levels = [0] * count
    for times in either.values():
        levels_with(levels, times)
    return levels[-1]


def _any_of(need: Times) -> int:
    found = 0
    for times in need.values():
        found |= times
    return found


def _groups(needs: Sequence[Times]) -> list[list[Times]]:
    """The needs that compete for a resource, together; the others each by itself."""
    groups: list[list[Times]] = []
    for need in needs:
        rivals = [each for each in groups if any(need.keys() & other.keys() for other in each)]
        merged = [need, *(each for group in rivals for each in group)]
        groups = [each for each in groups if each not in rivals] + [merged]
    return groups
